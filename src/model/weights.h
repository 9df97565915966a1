#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/model.h"

namespace tacet::model {

/// Stored number formats that the engine reads.
enum class Dtype { f32, f16, bf16 };

/// Bytes of one stored number.
constexpr std::size_t size_of(Dtype dtype) {
  return dtype == Dtype::f32 ? 4 : 2;
}

/// A view of one stored tensor, row-major, at any alignment: never cast `data` to a float pointer;
/// hand the bytes to a kernel or copy them with `copy_to_float`. Vectors have rows == 1.
struct Tensor {
  std::string name;  ///< as in the file, for messages
  const std::byte* data = nullptr;
  Dtype dtype = Dtype::f32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;

  std::span<const std::byte> bytes() const {
    return {data, static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols) * size_of(dtype)};
  }
};

/// Converts `out.size()` values of `tensor`, from its value number `first` on, to float32 (exact
/// for F16 and BF16). Precondition: the tensor has that many from there on. Thread safe.
void copy_to_float(const Tensor& tensor, std::int64_t first, std::span<float> out);

/// A Conv1D layer: y = x * weight + bias, weight [in, out], bias [out].
struct Linear {
  Tensor weight;
  Tensor bias;
};

/// A LayerNorm's weight and bias, [d_model] each.
struct Norm {
  Tensor weight;
  Tensor bias;
};

/// One transformer block `h.{i}`, with the checkpoint's names.
struct Block {
  Norm ln_1;
  Linear c_attn;       ///< [d_model, 3 * d_model]: q, k, v
  Linear attn_c_proj;  ///< [d_model, d_model]
  Norm ln_2;
  Linear c_fc;        ///< [d_model, n_inner]
  Linear mlp_c_proj;  ///< [n_inner, d_model]
};

/// Whatever keeps the bytes of the tensors in memory: maps of files, or the embedded model.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;
  /// Throws ModelError when a file was truncated or written since it was opened.
  virtual void check_unchanged() const = 0;
};

/// All tensors of a checkpoint, checked against its config: every shape is the expected one.
class Weights {
 public:
  ModelConfig config;
  std::string id;
  std::string dtype;
  std::string fingerprint;
  std::optional<std::filesystem::path> folder;  ///< where the files lie; nullopt for one in memory
  std::string sha256;                           ///< of the weights' one file, where it is stated
  std::string official;                         ///< name of the published checkpoint; else empty
  std::vector<std::string> warnings;  ///< e.g. tensors that the architecture does not know
  Tensor wte;                         ///< [vocab_size, d_model]
  Tensor wpe;                         ///< [n_positions, d_model]
  std::vector<Block> blocks;          ///< n_layer of them
  Norm ln_f;
  Tensor unembedding;  ///< `lm_head.weight` or `wte`, [vocab_size, d_model]
  std::vector<std::unique_ptr<const Storage>> storage;

  /// Throws ModelError when a file that holds tensors was truncated or written since it was
  /// opened: numbers read since then cannot be trusted. Call after the last read of a run.
  void check_unchanged() const {
    for (const auto& part : storage) part->check_unchanged();
  }
};

}  // namespace tacet::model
