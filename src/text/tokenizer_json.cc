#include "text/tokenizer_json.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "support/strict_json.h"
#include "tacet/error.h"
#include "text/json_fields.h"

namespace tacet::text {
namespace {

using Json = nlohmann::json;

/// What every refused setting's message ends with.
constexpr std::string_view kNotFollowed = "tacet follows GPT-2's tokenizer only, use --token-ids";

[[noreturn]] void refuse(std::string_view where, std::string_view key, const Json& value) {
  throw ModelError(fmt::format("{}: {} is {}; {}", where, key, shown(value), kNotFollowed));
}

/// An object with the member "type": `type`, or nothing.
void check_type(const Json& root, const char* key, std::string_view type, std::string_view where) {
  const Json& value = field(root, key);
  if (value.is_null()) return;
  check_is_object(value, fmt::format("{}: {}", where, key));
  const Json& found = field(value, "type");
  if (found != type) refuse(where, fmt::format("{}.type", key), found);
}

void check_pre_tokenizer(const Json& root, std::string_view where) {
  const Json& value = field(root, "pre_tokenizer");
  if (value.is_null()) refuse(where, "pre_tokenizer", value);
  check_type(root, "pre_tokenizer", "ByteLevel", where);
  const Json& prefix = field(value, "add_prefix_space");
  if (prefix != false) refuse(where, "pre_tokenizer.add_prefix_space", prefix);
  const Json& regex = field(value, "use_regex");
  if (!regex.is_null() && regex != true) refuse(where, "pre_tokenizer.use_regex", regex);
}

void check_model_settings(const Json& model, std::string_view where) {
  // unk_token and fuse_unk never matter, since every byte has a token.
  constexpr std::array<std::string_view, 10> kKnown = {"type",
                                                       "dropout",
                                                       "unk_token",
                                                       "continuing_subword_prefix",
                                                       "end_of_word_suffix",
                                                       "fuse_unk",
                                                       "byte_fallback",
                                                       "ignore_merges",
                                                       "vocab",
                                                       "merges"};
  for (const auto& [key, value] : model.items()) {
    if (std::ranges::find(kKnown, key) == kKnown.end()) {
      refuse(where, fmt::format("model.{}", in_quotes(key)), value);
    }
  }
  const Json& type = field(model, "type");
  if (!type.is_null() && type != "BPE") refuse(where, "model.type", type);
  const Json& dropout = field(model, "dropout");
  if (!dropout.is_null() && dropout != 0) refuse(where, "model.dropout", dropout);
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    const Json& value = field(model, key);
    if (!value.is_null() && value != "") refuse(where, fmt::format("model.{}", key), value);
  }
  check_is_off(model, "byte_fallback", fmt::format("{}: model", where), kNotFollowed);
}

void add_merge(const Json& merge, std::string_view where, VocabularyBuilder& builder) {
  if (merge.is_string()) {
    const auto& text = merge.get_ref<const std::string&>();
    const std::size_t blank = text.find(' ');
    if (blank != std::string::npos && text.find(' ', blank + 1) == std::string::npos) {
      const std::string_view view = text;
      builder.add_merge(view.substr(0, blank), view.substr(blank + 1), where);
      return;
    }
  } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
             merge[1].is_string()) {
    builder.add_merge(merge[0].get_ref<const std::string&>(),
                      merge[1].get_ref<const std::string&>(), where);
    return;
  }
  throw ModelError(
      fmt::format("{}: {} is not a merge; it must be \"left right\" or [\"left\", "
                  "\"right\"]",
                  where, shown(merge)));
}

void add_list(const Json& list, std::string_view where, bool required, auto&& add) {
  if (list.is_null() && !required) return;
  if (!list.is_array()) {
    throw ModelError(fmt::format("{}: is {} where a list must be", where, shown(list)));
  }
  for (std::size_t i = 0; i < list.size(); ++i) add(list[i], fmt::format("{}[{}]", where, i));
}

}  // namespace

Vocabulary parse_tokenizer_json(std::string_view text, std::string_view what) {
  const Json root = support::parse_strict_json(text, what);
  check_is_object(root, what);
  const Json& version = field(root, "version");
  if (!version.is_null() && version != "1.0") refuse(what, "version", version);
  // truncation and padding are left alone: Hugging Face, too, sets them anew at each call.
  const Json& normalizer = field(root, "normalizer");
  if (!normalizer.is_null()) refuse(what, "normalizer", normalizer);
  check_pre_tokenizer(root, what);
  check_type(root, "post_processor", "ByteLevel", what);
  check_type(root, "decoder", "ByteLevel", what);

  const Json& model = field(root, "model");
  check_is_object(model, fmt::format("{}: model", what));
  check_model_settings(model, what);

  VocabularyBuilder builder;
  add_tokens(field(model, "vocab"), fmt::format("{}: model.vocab", what), builder);
  add_list(field(model, "merges"), fmt::format("{}: model.merges", what), /*required=*/true,
           [&](const Json& merge, const std::string& where) { add_merge(merge, where, builder); });
  add_list(field(root, "added_tokens"), fmt::format("{}: added_tokens", what), /*required=*/false,
           [&](const Json& entry, const std::string& where) {
             check_is_object(entry, where);
             add_added_entry(entry, field(entry, "id"), where, builder);
           });
  const Json& ignore_merges = field(model, "ignore_merges");
  if (ignore_merges == true) {
    builder.set_ignore_merges();
  } else {
    check_is_off(model, "ignore_merges", fmt::format("{}: model", what),
                 "it must be true or false");
  }
  return builder.build(fmt::format("{}: model.vocab", what));
}

}  // namespace tacet::text
