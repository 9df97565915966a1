/// @file
/// A document that a command of tacet wrote, and the parts that all of them have.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "store/json_place.h"
#include "store/result_json.h"
#include "tacet/intervention.h"
#include "tacet/silence.h"
#include "tacet/slice_values.h"

namespace tacet::store {

/// Most blocks, or heads of a block, of a model that a document may name.
inline constexpr int kMostBlocks = 100'000;

/// A file's JSON in memory.
class JsonDocument {
 public:
  /// Reads `file`, which `command` should have written. Throws InputError naming the file for one
  /// that cannot be read, is too large or holds no strict JSON.
  JsonDocument(const std::filesystem::path& file, std::string command);

  /// The whole document; for as long as this lives.
  JsonPlace root() const { return {json_, name_, "", command_}; }
  /// The file's name as messages show it.
  const std::string& name() const { return name_; }

 private:
  nlohmann::json json_;
  std::string name_;
  std::string command_;
};

/// `model` of a document.
ModelSummary read_model(const JsonPlace& model);

/// `tokens` of a document.
std::vector<Token> read_tokens(const JsonPlace& tokens);

/// A token with `id` and `text`.
Token read_token(const JsonPlace& token);

/// The prompts that an intervention's values were made from.
SliceReference read_reference(const JsonPlace& reference);

/// The heads of `intervention.spec`, which must be one intervention of a model of this shape.
std::vector<Head> read_heads(const JsonPlace& spec, int n_layer, int n_head);

/// `positions` of an intervention on `n_tokens` tokens; empty for "all".
std::vector<int> read_positions(const JsonPlace& positions, std::size_t n_tokens);

/// `mode` of an intervention.
SliceMode read_mode(const JsonPlace& mode);

}  // namespace tacet::store
