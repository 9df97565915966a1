/// @file
/// Random, seeded GPT-2 checkpoints in Hugging Face layout, for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "support/temp_dir.h"
#include "tacet/intervention.h"
#include "tacet/model.h"

namespace tacet::testing {

/// One tensor as it will be stored. `values` are rounded to `dtype` when written.
struct MadeTensor {
  std::string name;                 ///< without the prefix, e.g. `h.0.attn.c_proj.weight`
  std::string dtype;                ///< "F32", "F16", "BF16", or "U8" for a mask
  std::vector<std::int64_t> shape;  ///< empty for a scalar
  std::vector<float> values;        ///< row-major
};

/// Changes a tensor before it is written; called once for each.
using TensorEdit = std::function<void(MadeTensor&)>;

/// What the checkpoint looks like. The defaults give a complete, small, valid model.
struct TinyModelOptions {
  int n_layer = 2;
  int n_head = 2;
  int d_model = 8;
  int n_inner = 0;  ///< 0: 4 * d_model, and `n_inner` is null in the config
  int vocab_size = 32;
  int n_positions = 16;
  double layer_norm_epsilon = 1e-5;
  std::string activation = "gelu_new";
  bool scale_attn_weights = true;
  bool scale_attn_by_inverse_layer_idx = false;
  bool tie_word_embeddings = true;
  bool store_lm_head = false;  ///< write `lm_head.weight` (its own numbers, not those of `wte`)
  std::string dtype = "F32";   ///< stored type of every parameter: "F32", "F16" or "BF16"
  std::string prefix = {};     ///< "" or "transformer."
  bool masks = false;          ///< write `h.{i}.attn.bias` and `h.{i}.attn.masked_bias` too
  int data_start = 0;          ///< the data section starts at this byte modulo 8 (0 ... 7)
  int shards = 1;              ///< above 1: that many files and an index
  bool sink = false;           ///< position 0 has a norm over ten times the others', in every block
  std::uint32_t seed = 1;
  TensorEdit edit = {};  ///< applied to every parameter, masks excluded
};

/// All tensors of the model, in the order in which they are stored. Weights are scaled so that
/// attention and MLP both move the residual stream by a good part of its length.
std::vector<MadeTensor> make_tensors(const TinyModelOptions& options);

/// The text of `config.json`.
std::string make_config(const TinyModelOptions& options);

/// Writes `tensors` as one safetensors file whose data section starts at byte `data_start` modulo
/// 8, names prefixed. Throws std::runtime_error when the file cannot be written or a dtype is
/// unknown.
void write_safetensors(const std::filesystem::path& file, const std::vector<MadeTensor>& tensors,
                       const std::string& prefix, int data_start);

/// Writes `config.json` and `model.safetensors` (or shards and their index) into the folder, which
/// is made when it is not there. Throws std::runtime_error when a file cannot be written.
void write_tiny_model(const std::filesystem::path& folder, const TinyModelOptions& options);

/// A made model, loaded, and the temporary folder where it lies as long as it is used.
struct TinyModel {
  /// Writes and loads it. Throws what write_tiny_model() and Model::load() throw.
  explicit TinyModel(const TinyModelOptions& options);
  TempDir folder;
  Model model;
};

/// An edit that puts `value` at `index` of the tensor `name`.
TensorEdit set_value(std::string name, std::size_t index, float value);
/// An edit that fills the tensors whose names end in one of `suffixes` with zeros.
TensorEdit fill_zero(std::vector<std::string> suffixes);
/// An edit that zeroes the rows `[h*d_head, (h+1)*d_head)` of `attn.c_proj.weight` of each head.
TensorEdit zero_rows_of(std::vector<Head> heads, int d_head);

/// `count` token ids below `vocab_size`, the same for the same seed.
std::vector<std::int32_t> random_ids(int count, int vocab_size, std::uint32_t seed);

/// Rounds to nearest even, as a converter of checkpoints does: the bits of the half, and of the
/// bfloat16, next to `value`.
std::uint16_t to_half_bits(float value);
std::uint16_t to_bfloat16_bits(float value);

}  // namespace tacet::testing
