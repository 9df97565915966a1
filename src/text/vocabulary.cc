#include "text/vocabulary.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"
#include "text/byte_map.h"

namespace tacet::text {
namespace {

/// Longest token in an error message, in bytes.
constexpr std::size_t kShownBytes = 60;

std::int32_t checked_id(std::uint64_t id, std::string_view token, std::string_view where) {
  if (id >= kTokenIdLimit) {
    throw ModelError(fmt::format("{}: token {} has id {}; ids must be below {}", where,
                                 in_quotes(token), id, kTokenIdLimit));
  }
  return static_cast<std::int32_t>(id);
}

void check_not_empty(std::string_view token, std::string_view where) {
  if (token.empty()) {
    throw ModelError(fmt::format("{}: a token is empty; remove it from the file", where));
  }
}

}  // namespace

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}{}\"", support::escape_for_display(text.substr(0, kShownBytes)),
                     text.size() > kShownBytes ? "..." : "");
}

void VocabularyBuilder::insert(std::string_view token, std::int32_t id, std::string bytes,
                               std::string_view where) {
  const auto [entry, is_new] = vocabulary_.pieces.try_emplace(id, std::move(bytes));
  if (!is_new) {
    throw ModelError(
        fmt::format("{}: token {} has id {}, which is also that of {}; ids must be "
                    "unique",
                    where, in_quotes(token), id, in_quotes(entry->second)));
  }
  ids_.emplace(token, id);
  vocabulary_.size = std::max(vocabulary_.size, id + 1);
}

void VocabularyBuilder::add_token(std::string_view token, std::uint64_t id,
                                  std::string_view where) {
  check_not_empty(token, where);
  // Tokens outside the byte map exist (special ones, added to the vocabulary): they are their text.
  insert(token, checked_id(id, token, where), bytes_of(token).value_or(std::string(token)), where);
}

std::int32_t VocabularyBuilder::id_of(std::string_view token, std::string_view where) const {
  const auto found = ids_.find(std::string(token));
  if (found == ids_.end()) {
    throw ModelError(
        fmt::format("{}: the merge needs token {}, which is not in the vocabulary; "
                    "the two files do not belong together",
                    where, in_quotes(token)));
  }
  return found->second;
}

void VocabularyBuilder::add_merge(std::string_view left, std::string_view right,
                                  std::string_view where) {
  check_not_empty(left, where);
  check_not_empty(right, where);
  Merge merge;
  merge.left = id_of(left, where);
  merge.right = id_of(right, where);
  merge.result = id_of(std::string(left).append(right), where);
  const auto rank = static_cast<std::uint32_t>(vocabulary_.merges.size());
  const auto key = Vocabulary::pair_key(merge.left, merge.right);
  if (!vocabulary_.ranks.emplace(key, rank).second) {
    throw ModelError(fmt::format("{}: the merge of {} and {} stands in the list twice; remove one",
                                 where, in_quotes(left), in_quotes(right)));
  }
  vocabulary_.merges.push_back(merge);
}

void VocabularyBuilder::add_added_token(std::string_view text, std::uint64_t id, bool special,
                                        bool normalized, std::string_view where) {
  check_not_empty(text, where);
  const std::int32_t checked = checked_id(id, text, where);
  const auto known = ids_.find(std::string(text));
  if (known == ids_.end()) {
    insert(text, checked, std::string(text), where);
  } else if (known->second != checked || vocabulary_.pieces.at(checked) != text) {
    throw ModelError(
        fmt::format("{}: added token {} has id {}, but the vocabulary has it as id {} "
                    "for the bytes {}; the two must agree",
                    where, in_quotes(text), id, known->second,
                    in_quotes(vocabulary_.pieces.at(known->second))));
  }
  if (declared_.insert(checked).second) {
    vocabulary_.added.push_back({std::string(text), checked, special, normalized});
  }
}

Vocabulary VocabularyBuilder::build(std::string_view where) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto found = ids_.find(character_of(static_cast<std::uint8_t>(byte)));
    const std::string bytes(1, static_cast<char>(byte));
    // An added token may be spelled like the byte's character, and then is not the byte.
    if (found == ids_.end() || vocabulary_.pieces.at(found->second) != bytes) {
      throw ModelError(
          fmt::format("{}: no token for the single byte 0x{:02x}; a byte-level "
                      "vocabulary such as GPT-2's has all 256",
                      where, byte));
    }
    vocabulary_.byte_ids[byte] = found->second;
  }
  if (const auto found = ids_.find(std::string(kEndOfText)); found != ids_.end()) {
    vocabulary_.end_of_text = found->second;
    add_added_token(kEndOfText, static_cast<std::uint64_t>(found->second), /*special=*/true,
                    /*normalized=*/true, where);
  }
  if (ignore_merges_) {
    for (const auto& [token, id] : ids_) {
      const auto bytes = bytes_of(token);
      if (bytes && *bytes == vocabulary_.pieces.at(id)) {
        vocabulary_.whole_pieces.emplace(*bytes, id);
      }
    }
  }
  return std::move(vocabulary_);
}

}  // namespace tacet::text
