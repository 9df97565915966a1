/// @file
/// GPT-2's byte-level BPE: text to token ids and back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tacet {

/// How `Tokenizer::encode` treats the unusual.
struct EncodeOptions {
  /// Recognise special tokens such as `<|endoftext|>` written out in the text, as Hugging Face's
  /// tokenizers do. When false they are ordinary text.
  bool special_tokens = true;
  /// Encode bytes that are not UTF-8 as they stand, so that `decode(encode(x)) == x` for any x;
  /// each run of them is a piece of its own, beside which the text begins and ends.
  /// When false (the reference tokenizers never see such bytes) they are an error.
  bool keep_invalid_utf8 = false;
};

/// A byte-level BPE vocabulary. Copying is cheap (shared, immutable state); all member functions
/// are const and may be called from several threads at once.
class Tokenizer {
 public:
  /// Reads `vocab.json` + `merges.txt`, or else `tokenizer.json`, from a model folder.
  /// Throws ModelError naming the file and the place when there is none or it is malformed.
  static Tokenizer load(const std::filesystem::path& folder);

  /// Builds a tokenizer from the texts of `vocab.json` and `merges.txt`. `name` stands for the
  /// source in error messages. Throws ModelError when they are malformed or inconsistent.
  static Tokenizer from_text(std::string_view vocab_json, std::string_view merges_txt,
                             std::string_view name);

  /// The tokenizer of the embedded model.
  static Tokenizer mini();

  /// Token ids of `text`, GPT-2's way: nothing is prepended or appended.
  /// Throws InputError naming the byte when `text` is not UTF-8 (unless the options allow it).
  /// Time is O(n log n) in the length of the text.
  std::vector<std::int32_t> encode(std::string_view text, const EncodeOptions& options = {}) const;

  /// The bytes of all tokens, one after another; not necessarily UTF-8 when the ids cut a
  /// character in two. Throws UsageError naming the index for an id outside the vocabulary.
  std::string decode(std::span<const std::int32_t> ids) const;

  /// The bytes of one token. Throws UsageError for an id outside the vocabulary.
  std::string_view piece(std::int32_t id) const;

  /// The id of the special token `<|endoftext|>`, where the vocabulary has it.
  std::optional<std::int32_t> end_of_text() const;

  /// One more than the largest id.
  std::int32_t vocab_size() const;

 private:
  struct Impl;
  explicit Tokenizer(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

/// Version of the Unicode tables that decide what is a letter or a number, e.g. "14.0.0".
std::string unicode_version();

}  // namespace tacet
