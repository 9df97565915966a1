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
  std::string id;      ///< "mini", the id in the cache or the folder: what `--model` takes
  std::string source;  ///< "embedded", "cache" or "folder"
  std::vector<std::string> revisions =
      {};              ///< in the cache: what `--revision` takes beside `commit`
  std::string commit;  ///< in the cache; else empty
  std::optional<int> n_layer;
  std::optional<int> n_head;
  std::optional<int> d_model;
  std::optional<int> n_positions;
  std::optional<int> vocab_size;
  std::string dtype;
  std::optional<std::int64_t> parameters;  ///< numbers in all tensors that the model uses
  std::optional<std::int64_t> bytes;       ///< size of their weights as stored
  std::string fingerprint;
  std::string sha256;    ///< of the weights' one file, where the cache states it; else empty
  std::string official;  ///< name of the published checkpoint that it is; else empty
  std::optional<std::int64_t> disk_bytes;  ///< in the cache: of all files of the snapshot
  std::string last_used;                   ///< in the cache: ISO 8601, UTC; else empty
  std::string error;                       ///< why the model cannot be used; empty when it can
};

/// `"schema": "tacet.tokens/1"`: schema, version, model, text, count and tokens [{position, id,
/// text}]. Bytes that are not UTF-8 become U+FFFD.
std::string tokens_json(const TokenListing& listing);

/// One line per token under the header position,id,text (RFC 4180).
std::string tokens_csv(const TokenListing& listing);

/// `"schema": "tacet.models/1"`: schema, version and models [{id, source, revisions, commit,
/// n_layer, n_head, d_model, n_positions, vocab_size, dtype, parameters, bytes, fingerprint,
/// sha256, official, disk_bytes, last_used, usable, error}]; null for what is not known, and no
/// revisions outside the cache.
std::string models_json(const std::vector<ModelListing>& models);

/// One line per model, the keys of the JSON's `models` as header (RFC 4180); blanks between the
/// revisions, whose names hold none.
std::string models_csv(const std::vector<ModelListing>& models);

}  // namespace tacet::store
