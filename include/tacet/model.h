/// @file
/// GPT-2-family checkpoints as Hugging Face stores them, mapped and used in place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace tacet {

/// The nonlinearity between the two products of the MLP.
enum class Activation {
  gelu_tanh,  ///< `gelu_new`, `gelu_pytorch_tanh`, `gelu_fast`: the tanh form of GELU
  gelu_erf,   ///< `gelu`: the exact GELU
  relu,       ///< `relu`
  silu,       ///< `silu`, `swish`
};

/// The settings of `config.json` that decide the forward pass. All sizes are positive and bounded
/// (checked when read), so that their products fit in 64 bits.
struct ModelConfig {
  int n_layer = 12;        ///< L, number of blocks
  int n_head = 12;         ///< H, heads of a block; divides d_model
  int d_model = 768;       ///< width of the residual stream (`n_embd`)
  int n_inner = 3072;      ///< width of the MLP; 4 * d_model unless the file says otherwise
  int n_positions = 1024;  ///< most tokens of a prompt
  int vocab_size = 50257;  ///< V, rows of `wte`
  double layer_norm_epsilon = 1e-5;
  Activation activation = Activation::gelu_tanh;
  bool scale_attn_weights = true;                ///< divide scores by sqrt(d_head)
  bool scale_attn_by_inverse_layer_idx = false;  ///< divide scores by layer + 1 as well
  bool tie_word_embeddings = true;               ///< the unembedding is `wte`
  std::optional<std::int32_t> bos_token_id;      ///< what `--prepend-bos` puts first

  /// Width of one head, d_model / n_head.
  int d_head() const { return d_model / n_head; }
};

namespace model {
class Weights;
}

/// A loaded checkpoint. Copying is cheap (shared, immutable state); safe to use from several
/// threads at once. The weights stay where the file's map has them: loading touches only headers.
class Model {
 public:
  /// Opens a folder in Hugging Face layout: `config.json` and `model.safetensors`, or the shards
  /// of `model.safetensors.index.json`. Throws ModelError naming file, tensor or setting.
  static Model load(const std::filesystem::path& folder);
  /// The same, called `id` in results: the repository's id for a snapshot of the hub's cache.
  static Model load(const std::filesystem::path& folder, std::string id);

  /// The small trained model that the library carries: 24 blocks x 16 heads, d_model 128.
  static Model mini();

  /// The settings of the checkpoint.
  const ModelConfig& config() const;
  /// What the model is called: the folder as given, "mini", or the id given to load().
  const std::string& id() const;
  /// Where its files lie; nullopt for the model that the library carries.
  const std::optional<std::filesystem::path>& folder() const;
  /// Stored type of the block matrices: "F32", "F16", "BF16", or "mixed".
  const std::string& dtype() const;
  /// 16 hexadecimal digits that tell models apart: a hash of config, headers, file sizes and bytes
  /// sampled at fixed places. Independent of where the files lie.
  const std::string& fingerprint() const;
  /// SHA-256 of `model.safetensors` as the Hugging Face cache states it (the name of the blob that
  /// the file is a link to); empty where nothing states it: a plain folder, shards. Not computed.
  const std::string& sha256() const;
  /// The published checkpoint that this is by that hash, its size and its shape: "gpt2-medium";
  /// empty for any other.
  const std::string& official() const;

  /// The tensors, for the engine.
  const model::Weights& weights() const { return *weights_; }

 private:
  explicit Model(std::shared_ptr<const model::Weights> weights);
  std::shared_ptr<const model::Weights> weights_;
};

}  // namespace tacet
