#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tacet::text {

/// Ids are refused from here on: no vocabulary comes near, and sums of ids stay small.
inline constexpr std::uint64_t kTokenIdLimit = std::uint64_t{1} << 24;

/// The token that GPT-2 knows as beginning and end of a text.
inline constexpr std::string_view kEndOfText = "<|endoftext|>";

/// Two neighbouring tokens and the one that takes their place.
struct Merge {
  std::int32_t left = 0;
  std::int32_t right = 0;
  std::int32_t result = 0;
};

/// A token that is looked for in the text itself, before anything is split or merged.
struct AddedToken {
  std::string text;
  std::int32_t id = 0;
  bool special = true;     ///< ordinary text when EncodeOptions::special_tokens is off
  bool normalized = true;  ///< Hugging Face looks for those with false first
};

/// A checked byte-level BPE vocabulary, by ids. Ids may have gaps. Immutable once built, and then
/// safe to read from several threads.
struct Vocabulary {
  std::unordered_map<std::int32_t, std::string> pieces;    ///< id to bytes, never empty
  std::array<std::int32_t, 256> byte_ids = {};             ///< the tokens of single bytes
  std::vector<Merge> merges;                               ///< by rank, the first merged first
  std::unordered_map<std::uint64_t, std::uint32_t> ranks;  ///< `pair_key(left, right)` to rank
  /// Bytes to id for pieces that are tokens as they stand, whatever the merges say; empty unless
  /// the file asks for that (`ignore_merges`).
  std::unordered_map<std::string, std::int32_t> whole_pieces;
  std::vector<AddedToken> added;            ///< in the order declared, each text once
  std::optional<std::int32_t> end_of_text;  ///< id of kEndOfText
  std::int32_t size = 0;                    ///< one more than the largest id

  /// Key of a pair of neighbours in `ranks`.
  static std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) |
           static_cast<std::uint32_t>(right);
  }
};

/// Collects what the files say, checking each statement. Every `where` is the place that error
/// messages begin with, such as "gpt2/merges.txt: line 7". All functions throw ModelError; a
/// builder that threw must not be used further. Not thread safe.
class VocabularyBuilder {
 public:
  /// A token as the file spells it (see byte_map.h), each only once. Refuses empty tokens, ids from
  /// kTokenIdLimit on and ids of another token.
  void add_token(std::string_view token, std::uint64_t id, std::string_view where);

  /// The next merge, as the file spells it. Refuses tokens that are not in the vocabulary, results
  /// that are not, and repetitions. All tokens must have been added before.
  void add_merge(std::string_view left, std::string_view right, std::string_view where);

  /// A token that is looked for in the text, spelled as there, in the vocabulary or beside it. The
  /// first declaration of a text counts. Refuses an empty text, and an id that contradicts the
  /// vocabulary.
  void add_added_token(std::string_view text, std::uint64_t id, bool special, bool normalized,
                       std::string_view where);

  /// Makes pieces that are tokens as they stand skip the merges.
  void set_ignore_merges() { ignore_merges_ = true; }

  /// The vocabulary. Declares kEndOfText as a special token when the vocabulary has it. Refuses
  /// vocabularies that lack one of the 256 single bytes. Ends the builder's use.
  Vocabulary build(std::string_view where);

 private:
  void insert(std::string_view token, std::int32_t id, std::string bytes, std::string_view where);
  std::int32_t id_of(std::string_view token, std::string_view where) const;

  std::unordered_map<std::string, std::int32_t> ids_;  // by the token as the file spells it
  std::unordered_set<std::int32_t> declared_;          // ids of the added tokens
  Vocabulary vocabulary_;
  bool ignore_merges_ = false;
};

/// `text` as an error message shows it: quoted, escaped, cut when long.
std::string in_quotes(std::string_view text);

}  // namespace tacet::text
