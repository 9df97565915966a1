/// @file
/// What has been published of models, as JSON, and what became of it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/check.h"

namespace tacet::store {

/// Reads `"schema": "tacet.references/1"`: references [{kind, name, models, source, text, and by
/// kind expected_ids; expected_ids or expected_text, and prepend_bos; expected, tolerance and
/// prepend_bos; heads, target, contrast, effect ("raises" or "lowers") and prepend_bos}]. `where`
/// names the text in messages. Throws InputError naming the place of what is missing, of a wrong
/// type, or not known: no key is passed over. Thread safe.
std::vector<ModelFact> parse_references(std::string_view text, std::string_view where);

/// The same of a file.
std::vector<ModelFact> read_references(const std::filesystem::path& file);

/// What the library carries: facts about the published GPT-2 models, each with its source.
std::vector<ModelFact> published_references();

/// What was found.
struct CheckListing {
  std::string model;  ///< what it is called
  std::string fingerprint;
  std::string compared_with;  ///< the published model's name; empty when it is none
  std::vector<CheckedFact> facts;
};

/// `"schema": "tacet.check/1"`: schema, version, model {id, fingerprint}, compared_with, passed,
/// failed, not_applicable and facts [{kind, name, outcome, expected, found, reason, source}]; null
/// for what there is not.
std::string check_json(const CheckListing& listing);

/// One line per fact, the keys of the JSON's `facts` as header (RFC 4180).
std::string check_csv(const CheckListing& listing);

}  // namespace tacet::store
