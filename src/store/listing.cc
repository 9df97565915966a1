#include "store/listing.h"

#include <utility>

#include "store/csv.h"
#include "store/json_values.h"
#include "tacet/version.h"

namespace tacet::store {
namespace {

template <typename Value>
Json optional_json(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json optional_text(const std::string& text) {
  return text.empty() ? Json() : json_text(text);
}

Json token_json(std::size_t position, const Token& token) {
  return ObjectBuilder()
      .value("position", position)
      .value("id", token.id)
      .text("text", token.text)
      .take();
}

std::vector<Json> token_rows(const TokenListing& listing) {
  std::vector<Json> rows;
  rows.reserve(listing.tokens.size());
  for (const Token& token : listing.tokens) rows.push_back(token_json(rows.size(), token));
  return rows;
}

Json listed_model(const ModelListing& model) {
  Json revisions = Json::array();
  for (const std::string& revision : model.revisions) revisions.push_back(json_text(revision));
  return ObjectBuilder()
      .text("id", model.id)
      .text("source", model.source)
      .value("revisions", std::move(revisions))
      .value("commit", optional_text(model.commit))
      .value("n_layer", optional_json(model.n_layer))
      .value("n_head", optional_json(model.n_head))
      .value("d_model", optional_json(model.d_model))
      .value("n_positions", optional_json(model.n_positions))
      .value("vocab_size", optional_json(model.vocab_size))
      .value("dtype", optional_text(model.dtype))
      .value("parameters", optional_json(model.parameters))
      .value("bytes", optional_json(model.bytes))
      .value("fingerprint", optional_text(model.fingerprint))
      .value("sha256", optional_text(model.sha256))
      .value("official", optional_text(model.official))
      .value("disk_bytes", optional_json(model.disk_bytes))
      .value("last_used", optional_text(model.last_used))
      .value("usable", model.error.empty())
      .value("error", optional_text(model.error))
      .take();
}

std::vector<Json> model_rows(const std::vector<ModelListing>& models) {
  std::vector<Json> rows;
  rows.reserve(models.size());
  for (const ModelListing& model : models) rows.push_back(listed_model(model));
  return rows;
}

}  // namespace

std::string tokens_json(const TokenListing& listing) {
  return document(ObjectBuilder()
                      .text("schema", "tacet.tokens/1")
                      .text("version", kVersion)
                      .text("model", listing.model)
                      .text("text", listing.text)
                      .value("count", listing.tokens.size())
                      .value("tokens", Json(token_rows(listing)))
                      .take());
}

std::string tokens_csv(const TokenListing& listing) {
  return csv_table(token_json(0, {}), token_rows(listing));
}

std::string models_json(const std::vector<ModelListing>& models) {
  return document(ObjectBuilder()
                      .text("schema", "tacet.models/1")
                      .text("version", kVersion)
                      .value("models", Json(model_rows(models)))
                      .take());
}

std::string models_csv(const std::vector<ModelListing>& models) {
  std::vector<Json> rows = model_rows(models);
  for (Json& row : rows) {
    std::string joined;
    for (const Json& revision : row.at("revisions")) {
      joined += (joined.empty() ? "" : " ") + revision.get<std::string>();
    }
    row["revisions"] = std::move(joined);
  }
  return csv_table(listed_model({}), rows);
}

}  // namespace tacet::store
