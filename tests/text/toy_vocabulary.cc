#include "text/toy_vocabulary.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "text/byte_map.h"
#include "text/vocabulary_files.h"

namespace tacet::testing {
namespace {

using nlohmann::json;

template <typename T>
const T& pick(std::mt19937& random, const std::vector<T>& from) {
  return from[std::uniform_int_distribution<std::size_t>(0, from.size() - 1)(random)];
}

}  // namespace

std::string ToyVocabulary::merges_txt() const {
  std::string text = "#version: 0.2\n";
  for (const auto& [left, right] : merges) text.append(left).append(" ").append(right).append("\n");
  return text;
}

json ToyVocabulary::tokenizer_json(bool newer) const {
  json model = {
      {"dropout", nullptr},       {"unk_token", nullptr}, {"continuing_subword_prefix", ""},
      {"end_of_word_suffix", ""}, {"fuse_unk", false},    {"vocab", vocab},
      {"merges", json::array()}};
  for (const auto& [left, right] : merges) {
    model["merges"].push_back(newer ? json::array({left, right}) : json(left + " " + right));
  }
  if (newer) model.update({{"type", "BPE"}, {"byte_fallback", false}, {"ignore_merges", false}});
  const json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens",
           {{{"id", vocab["<|endoftext|>"]},
             {"special", true},
             {"content", "<|endoftext|>"},
             {"single_word", false},
             {"lstrip", false},
             {"rstrip", false},
             {"normalized", true}}}},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level},
          {"post_processor", byte_level},
          {"decoder", byte_level},
          {"model", model}};
}

Tokenizer ToyVocabulary::tokenizer() const {
  return Tokenizer::from_text(vocab_json(), merges_txt(), "toy");
}

text::Vocabulary ToyVocabulary::parsed() const {
  return text::parse_vocabulary_files({vocab_json(), merges_txt(), std::nullopt, std::nullopt},
                                      "toy");
}

ToyVocabulary toy_vocabulary(const Merges& merges) {
  ToyVocabulary toy;
  for (unsigned byte = 0; byte < 256; ++byte) {
    toy.vocab[text::character_of(static_cast<std::uint8_t>(byte))] = byte;
  }
  for (const auto& [left, right] : merges) {
    if (!toy.vocab.contains(left + right)) toy.vocab[left + right] = toy.vocab.size();
  }
  toy.vocab["<|endoftext|>"] = toy.vocab.size();
  toy.merges = merges;
  return toy;
}

ToyVocabulary random_vocabulary(std::mt19937& random, int n_merges) {
  std::vector<std::string> tokens = {"a", "b", "c"};
  std::map<std::pair<std::string, std::string>, bool> seen;
  Merges merges;
  while (merges.size() < static_cast<std::size_t>(n_merges)) {
    const std::pair<std::string, std::string> merge = {pick(random, tokens), pick(random, tokens)};
    if (merge.first.size() + merge.second.size() > 12 || !seen.emplace(merge, true).second)
      continue;
    merges.push_back(merge);
    tokens.push_back(merge.first + merge.second);
  }
  std::ranges::shuffle(merges, random);
  return toy_vocabulary(merges);
}

std::vector<std::int32_t> slow_bpe(const ToyVocabulary& vocabulary, std::string_view piece) {
  std::vector<std::string> word;
  for (const char byte : piece) word.push_back(text::character_of(static_cast<std::uint8_t>(byte)));
  const auto rank_of = [&](std::size_t i) {
    const std::pair<std::string, std::string> pair = {word[i], word[i + 1]};
    return std::ranges::find(vocabulary.merges, pair) - vocabulary.merges.begin();
  };
  const auto n_merges = static_cast<std::ptrdiff_t>(vocabulary.merges.size());
  while (true) {
    std::ptrdiff_t best = n_merges;
    for (std::size_t i = 0; i + 1 < word.size(); ++i) best = std::min(best, rank_of(i));
    if (best == n_merges) break;
    std::vector<std::string> merged;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (i + 1 < word.size() && rank_of(i) == best) {
        merged.push_back(word[i] + word[i + 1]);
        ++i;
      } else {
        merged.push_back(word[i]);
      }
    }
    word = merged;
  }
  std::vector<std::int32_t> ids;
  for (const std::string& token : word) ids.push_back(vocabulary.vocab[token].get<std::int32_t>());
  return ids;
}

std::string random_text(std::mt19937& random, const std::vector<std::string>& alphabet,
                        std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += pick(random, alphabet);
  return text;
}

std::string random_bytes(std::mt19937& random, std::size_t length) {
  std::string bytes(length, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() & 0xFFU);
  return bytes;
}

const std::vector<std::string>& mixed_alphabet() {
  static const std::vector<std::string> kAlphabet = {
      // letters, those of the contractions among them
      "s", "t", "r", "e", "v", "m", "l", "d", "M", "a", "\u00e9", "\u65e5", "\u0416", "\U0001D518",
      // numbers
      "1", "7", "\u00bd", "\u0663", "\u2163",
      // white space
      " ", " ", " ", "\n", "\t", "\r", "\u0085", "\u00a0", "\u2003", "\u2028", "\u3000",
      // others: among them what looks like white space
      "'", "'", "!", "-", "<", "\u2019", "\u0301", "\u180e", "\u200b", "\ufeff", "\x1c", "\x01",
      "\U0001F600", "\ufffd"};
  return kAlphabet;
}

}  // namespace tacet::testing
