#include "text/vocabulary_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "support/strict_json.h"
#include "support/utf8.h"
#include "tacet/error.h"
#include "text/json_fields.h"

namespace tacet::text {
namespace {

using Json = nlohmann::json;

/// Classes whose ids are those of GPT-2's algorithm on the same files.
constexpr std::array<std::string_view, 7> kTokenizerClasses = {
    "GPT2Tokenizer",       "GPT2TokenizerFast",       "CodeGenTokenizer", "CodeGenTokenizerFast",
    "PreTrainedTokenizer", "PreTrainedTokenizerFast", "TokenizersBackend"};

void check_config(const Json& config, std::string_view what) {
  check_is_object(config, what);
  check_is_off(config, "add_prefix_space", what,
               "tacet does not put a blank before the text; use --token-ids");
  for (const char* key : {"add_bos_token", "add_eos_token"}) {
    check_is_off(config, key, what,
                 "tacet adds no tokens unasked; set it to false and use --prepend-bos");
  }
  check_is_off(config, "split_special_tokens", what,
               "tacet reads special tokens in the text as such; set it to false");
  const Json& name = field(config, "tokenizer_class");
  if (name.is_null()) return;
  if (!name.is_string() ||
      std::ranges::find(kTokenizerClasses, name.get_ref<const std::string&>()) ==
          kTokenizerClasses.end()) {
    throw ModelError(
        fmt::format("{}: tokenizer_class is {}; tacet reads GPT2Tokenizer's files, "
                    "use --token-ids",
                    what, shown(name)));
  }
}

void add_merge_line(std::string_view line, std::string_view where, VocabularyBuilder& builder) {
  const std::size_t blank = line.find(' ');
  const bool two_parts = blank != std::string_view::npos && blank > 0 && blank + 1 < line.size() &&
                         line.find(' ', blank + 1) == std::string_view::npos;
  if (!two_parts) {
    throw ModelError(
        fmt::format("{}: {} is not a merge; a line holds two tokens with one blank "
                    "between them",
                    where, in_quotes(line)));
  }
  builder.add_merge(line.substr(0, blank), line.substr(blank + 1), where);
}

void add_merges(std::string_view text, std::string_view what, VocabularyBuilder& builder) {
  if (const auto byte = support::first_invalid_utf8(text)) {
    throw ModelError(
        fmt::format("{}: byte {}: not UTF-8; the file is damaged, get it again", what, *byte));
  }
  std::int64_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    // Only the first line can be a header: "#" begins merges, too.
    if (number == 1 && line.starts_with("#version")) continue;
    if (line.empty() && text.empty()) break;
    add_merge_line(line, fmt::format("{}: line {}", what, number), builder);
  }
}

/// `added_tokens_decoder` of tokenizer_config.json: ids, as strings, to added tokens.
void add_from_config(const Json& config, std::string_view what, VocabularyBuilder& builder) {
  const Json& decoder = field(config, "added_tokens_decoder");
  if (decoder.is_null()) return;
  check_is_object(decoder, fmt::format("{}: added_tokens_decoder", what));
  for (const auto& [key, entry] : decoder.items()) {
    const std::string where = fmt::format("{}: added_tokens_decoder {}", what, in_quotes(key));
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size()) {
      throw ModelError(fmt::format("{}: the key must be an id, a whole number from 0 on", where));
    }
    add_added_entry(entry, Json(id), where, builder);
  }
}

/// `added_tokens.json`: token to id.
void add_from_added_tokens(std::string_view text, std::string_view what,
                           VocabularyBuilder& builder) {
  const Json tokens = support::parse_strict_json(text, what);
  check_is_object(tokens, what);
  for (const auto& [token, id] : tokens.items()) {
    add_added_entry(Json{{"content", token}, {"special", true}}, id, what, builder);
  }
}

}  // namespace

void check_tokenizer_config(std::string_view tokenizer_config_json, std::string_view what) {
  check_config(support::parse_strict_json(tokenizer_config_json, what), what);
}

Vocabulary parse_vocabulary_files(const VocabularyFiles& files, std::string_view folder) {
  const std::string vocab = fmt::format("{}/vocab.json", folder);
  VocabularyBuilder builder;
  add_tokens(support::parse_strict_json(files.vocab_json, vocab), vocab, builder);
  add_merges(files.merges_txt, fmt::format("{}/merges.txt", folder), builder);
  if (files.tokenizer_config_json) {
    const std::string what = fmt::format("{}/tokenizer_config.json", folder);
    const Json config = support::parse_strict_json(*files.tokenizer_config_json, what);
    check_config(config, what);
    add_from_config(config, what, builder);
  }
  // After the configuration, which says more about the same tokens.
  if (files.added_tokens_json) {
    add_from_added_tokens(*files.added_tokens_json, fmt::format("{}/added_tokens.json", folder),
                          builder);
  }
  return builder.build(vocab);
}

}  // namespace tacet::text
