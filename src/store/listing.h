/// @file
/// What `tacet tokens` and `tacet models` list, as JSON and CSV.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tacet/silence.h"

namespace tacet::store {

/// The tokens of a text.
struct TokenListing {
  std::string model;  ///< "mini" or the folder
  std::string text;
  std::vector<Token> tokens;
};

/// One model of a list. What is not known of an unusable model is nullopt or empty.
struct ModelListing {
  std::string id;      ///< "mini" or the folder: what `--model` takes
  std::string source;  ///< "embedded" or "folder"
  std::optional<int> n_layer;
  std::optional<int> n_head;
  std::optional<int> d_model;
  std::optional<int> n_positions;
  std::optional<int> vocab_size;
  std::string dtype;
  std::optional<std::int64_t> parameters;  ///< numbers in all tensors that the model uses
  std::optional<std::int64_t> bytes;       ///< size of their weights as stored
  std::string fingerprint;
  std::string error;  ///< why the model cannot be used; empty when it can
};

/// `"schema": "tacet.tokens/1"`: schema, version, model, text, count and tokens [{position, id,
/// text}]. Bytes that are not UTF-8 become U+FFFD.
std::string tokens_json(const TokenListing& listing);

/// One line per token under the header position,id,text (RFC 4180).
std::string tokens_csv(const TokenListing& listing);

/// `"schema": "tacet.models/1"`: schema, version and models [{id, source, n_layer, n_head, d_model,
/// n_positions, vocab_size, dtype, parameters, bytes, fingerprint, usable, error}]; null for what
/// is not known.
std::string models_json(const std::vector<ModelListing>& models);

/// One line per model, the keys of the JSON's `models` as header (RFC 4180).
std::string models_csv(const std::vector<ModelListing>& models);

}  // namespace tacet::store
