/// @file
/// Small byte-level vocabularies, made in the test.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tacet/tokenizer.h"
#include "text/vocabulary.h"

namespace tacet::testing {

/// Merges as the files spell them, by rank.
using Merges = std::vector<std::pair<std::string, std::string>>;

/// The texts of a tokenizer's files.
struct ToyVocabulary {
  nlohmann::json vocab;  ///< token to id
  Merges merges;

  std::string vocab_json() const { return vocab.dump(); }
  std::string merges_txt() const;
  /// A tokenizer.json such as gpt2's, or with merges as pairs and the newer keys.
  nlohmann::json tokenizer_json(bool newer = false) const;
  Tokenizer tokenizer() const;
  /// Parsed, for the internals.
  text::Vocabulary parsed() const;
};

/// The 256 single bytes (ids 0 to 255 by byte), the results of `merges`, and `<|endoftext|>`.
ToyVocabulary toy_vocabulary(const Merges& merges);

/// A vocabulary over the letters a, b, c whose merges stand in random order, so that some come
/// before the ones that make their parts.
ToyVocabulary random_vocabulary(std::mt19937& random, int n_merges);

/// The ids of `piece` by the reference's plain loop: find the pair of lowest rank, merge all its
/// places, from the beginning again. O(n^2) and more.
std::vector<std::int32_t> slow_bpe(const ToyVocabulary& vocabulary, std::string_view piece);

/// `length` characters, each one of `alphabet`'s.
std::string random_text(std::mt19937& random, const std::vector<std::string>& alphabet,
                        std::size_t length);

/// `length` random bytes.
std::string random_bytes(std::mt19937& random, std::size_t length);

/// Characters of all kinds that the pre-tokenizer tells apart.
const std::vector<std::string>& mixed_alphabet();

}  // namespace tacet::testing
