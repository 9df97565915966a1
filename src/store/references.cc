#include "store/references.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "store/csv.h"
#include "store/json_values.h"
#include "support/file.h"
#include "support/incbin.h"
#include "support/strict_json.h"
#include "support/utf8.h"
#include "tacet/error.h"
#include "tacet/version.h"

namespace tacet::store {

TACET_EMBED(embedded_references, TACET_REFERENCES);

namespace {

using Parsed = nlohmann::json;

constexpr std::string_view kSchema = "tacet.references/1";
constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20U;
constexpr std::array kKinds = {FactKind::tokens, FactKind::continuation, FactKind::loss,
                               FactKind::silencing};

/// One object of the list; what is read is ticked off.
class Entry {
 public:
  Entry(const Parsed& json, std::string place) : json_(json), place_(std::move(place)) {
    if (!json_.is_object()) fail("is no object");
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw InputError(fmt::format("{} {}; docs/models.md tells what a reference has", place_, what));
  }

  const Parsed& at(const char* key) {
    read_.insert(key);
    const auto found = json_.find(key);
    if (found == json_.end()) fail(fmt::format("has no '{}'", key));
    return *found;
  }

  bool has(const char* key) const { return json_.contains(key); }

  std::string text(const char* key) {
    const Parsed& value = at(key);
    if (!value.is_string() || value.empty()) fail(fmt::format("has a '{}' that is no text", key));
    return value.get<std::string>();
  }

  bool flag(const char* key) {
    if (!json_.contains(key)) return false;
    const Parsed& value = at(key);
    if (!value.is_boolean()) fail(fmt::format("has a '{}' that is neither true nor false", key));
    return value.get<bool>();
  }

  double number(const char* key) {
    const Parsed& value = at(key);
    if (!value.is_number()) fail(fmt::format("has a '{}' that is no number", key));
    return value.get<double>();
  }

  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> all;
    for (const Parsed& one : array(key)) {
      if (!one.is_string()) fail(fmt::format("has '{}' that are not all text", key));
      all.push_back(one.get<std::string>());
    }
    return all;
  }

  std::vector<std::int32_t> ids(const char* key) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
    std::vector<std::int32_t> all;
    for (const Parsed& one : array(key)) {
      const bool is_id = one.is_number_unsigned() && one.get<std::uint64_t>() <= kMost;
      if (!is_id) fail(fmt::format("has '{}' that are not all token ids", key));
      all.push_back(one.get<std::int32_t>());
    }
    return all;
  }

  void check_all_read() const {
    for (const auto& [key, value] : json_.items()) {
      if (!read_.contains(key)) {
        fail(fmt::format("has '{}', which its kind does not", support::escape_for_display(key)));
      }
    }
  }

 private:
  const Parsed& array(const char* key) {
    const Parsed& value = at(key);
    if (!value.is_array() || value.empty()) fail(fmt::format("has a '{}' that is no list", key));
    return value;
  }

  const Parsed& json_;
  std::string place_;
  std::set<std::string, std::less<>> read_;
};

FactKind kind_of(Entry& entry) {
  const std::string word = entry.text("kind");
  for (const FactKind kind : kKinds) {
    if (word == to_string(kind)) return kind;
  }
  entry.fail("has a 'kind' that is none of tokens, continuation, loss and silencing");
}

void read_silencing(Entry& entry, ModelFact& fact) {
  fact.heads = entry.text("heads");
  fact.target = entry.text("target");
  fact.contrast = entry.text("contrast");
  const std::string effect = entry.text("effect");
  if (effect != "raises" && effect != "lowers") {
    entry.fail("has an 'effect' that is neither raises nor lowers");
  }
  fact.raises = effect == "raises";
}

void read_loss(Entry& entry, ModelFact& fact) {
  fact.expected = entry.number("expected");
  fact.tolerance = entry.number("tolerance");
  if (!(fact.tolerance > 0.0)) entry.fail("has a 'tolerance' that is not above 0");
}

ModelFact read_fact(Entry entry) {
  ModelFact fact;
  fact.kind = kind_of(entry);
  fact.name = entry.text("name");
  fact.models = entry.texts("models");
  fact.source = entry.text("source");
  fact.text = entry.text("text");
  if (fact.kind != FactKind::tokens) fact.prepend_bos = entry.flag("prepend_bos");
  switch (fact.kind) {
    case FactKind::tokens:
      fact.expected_ids = entry.ids("expected_ids");
      break;
    case FactKind::continuation:
      if (entry.has("expected_text")) {
        fact.expected_text = entry.text("expected_text");
      } else {
        fact.expected_ids = entry.ids("expected_ids");
      }
      break;
    case FactKind::loss:
      read_loss(entry, fact);
      break;
    case FactKind::silencing:
      read_silencing(entry, fact);
      break;
  }
  entry.check_all_read();
  return fact;
}

Json optional_text(const std::string& text) {
  return text.empty() ? Json() : json_text(text);
}

Json fact_json(const CheckedFact& checked) {
  return ObjectBuilder()
      .text("kind", to_string(checked.fact.kind))
      .text("name", checked.fact.name)
      .text("outcome", to_string(checked.outcome))
      .value("expected", optional_text(checked.expected))
      .value("found", optional_text(checked.found))
      .value("reason", optional_text(checked.reason))
      .text("source", checked.fact.source)
      .take();
}

std::vector<Json> fact_rows(const CheckListing& listing) {
  std::vector<Json> rows;
  for (const CheckedFact& fact : listing.facts) rows.push_back(fact_json(fact));
  return rows;
}

std::ptrdiff_t count(const CheckListing& listing, FactOutcome outcome) {
  return std::ranges::count(listing.facts, outcome, &CheckedFact::outcome);
}

}  // namespace

std::vector<ModelFact> parse_references(std::string_view text, std::string_view where) {
  Parsed document;
  try {
    document = support::parse_strict_json(text, where, "correct it there");
  } catch (const ModelError& error) {
    throw InputError(error.what());
  }
  const bool is_list = document.is_object() && document.value("schema", Parsed()) == kSchema &&
                       document.contains("references") && document["references"].is_array();
  if (!is_list) {
    throw InputError(
        fmt::format("{}: is no list of references, \"schema\": \"{}\" with "
                    "\"references\"; docs/models.md shows one",
                    where, kSchema));
  }
  std::vector<ModelFact> facts;
  for (const Parsed& one : document["references"]) {
    facts.push_back(read_fact(Entry(one, fmt::format("{}: references[{}]", where, facts.size()))));
  }
  return facts;
}

std::vector<ModelFact> read_references(const std::filesystem::path& file) {
  const std::string where = support::escape_for_display(file.string());
  std::string text;
  try {
    text = support::read_file(file, kMostBytes);
  } catch (const ModelError& error) {
    throw InputError(error.what());
  }
  return parse_references(text, where);
}

std::vector<ModelFact> published_references() {
  const std::span<const std::byte> bytes = embedded_references();
  return parse_references({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                          "the references that tacet carries");
}

std::string check_json(const CheckListing& listing) {
  return document(ObjectBuilder()
                      .text("schema", "tacet.check/1")
                      .text("version", kVersion)
                      .value("model", ObjectBuilder()
                                          .text("id", listing.model)
                                          .text("fingerprint", listing.fingerprint)
                                          .take())
                      .value("compared_with", optional_text(listing.compared_with))
                      .value("passed", count(listing, FactOutcome::pass))
                      .value("failed", count(listing, FactOutcome::fail))
                      .value("not_applicable", count(listing, FactOutcome::not_applicable))
                      .value("facts", Json(fact_rows(listing)))
                      .take());
}

std::string check_csv(const CheckListing& listing) {
  return csv_table(fact_json({}), fact_rows(listing));
}

}  // namespace tacet::store
