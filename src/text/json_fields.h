#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "text/vocabulary.h"

namespace tacet::text {

/// The member `key` of `object`, or null when there is none. Thread safe, as all of this file.
const nlohmann::json& field(const nlohmann::json& object, const char* key);

/// Throws ModelError unless `value` is an object; `where` begins the message.
void check_is_object(const nlohmann::json& value, std::string_view where);

/// Throws ModelError naming the setting `key` of `object` unless it is absent, null or false.
/// `reason` says, after the setting and its value, what tacet does or what to do.
void check_is_off(const nlohmann::json& object, const char* key, std::string_view where,
                  std::string_view reason);

/// A value as error messages show it, cut when long.
std::string shown(const nlohmann::json& value);

/// Adds all members of `vocab`, an object from token to id. Throws ModelError beginning with
/// `where` when it is no object or an id is not a whole number, and as VocabularyBuilder does.
void add_tokens(const nlohmann::json& vocab, std::string_view where, VocabularyBuilder& builder);

/// Adds the token of one entry of `added_tokens` or `added_tokens_decoder`. Throws ModelError
/// beginning with `where` when a member has the wrong type or asks for what tacet does not do
/// (single_word, lstrip, rstrip), and as VocabularyBuilder does.
void add_added_entry(const nlohmann::json& entry, const nlohmann::json& id, std::string_view where,
                     VocabularyBuilder& builder);

}  // namespace tacet::text
