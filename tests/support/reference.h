/// @file
/// The forward pass of GPT-2 once more, in double precision and from the formulas alone: plain
/// loops, no library, nothing shared with the engine but the checkpoint's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/model.h"

namespace tacet::testing {

/// What a run of the reference leaves behind.
struct ReferenceRun {
  int n_layer = 0;
  int n_tokens = 0;
  int d_model = 0;
  /// [n_layer + 2, n_tokens, d_model]: embedding, blocks, ln_f.
  std::vector<double> states;
  /// Per block: the heads' outputs side by side, [n_tokens, d_model], before any change.
  std::vector<std::vector<double>> z;

  /// State `index` as in tacet::States, [n_tokens, d_model]; a view into `states`, so not for a run
  /// that is about to go.
  std::span<const double> state(int index) const&;
  std::span<const double> state(int index) const&& = delete;
};

/// A model in double precision. Thread safe once made.
class Reference {
 public:
  /// Reads all weights of the model.
  explicit Reference(const Model& model);

  const ModelConfig& config() const { return config_; }

  /// Runs `ids`, with the intervention when one is given. All arguments must be in range.
  ReferenceRun run(std::span<const std::int32_t> ids,
                   const Intervention* intervention = nullptr) const;

  /// Runs `ids` with `push` [n_tokens, d_model] added behind the attention of block `layer`.
  ReferenceRun run_pushed(std::span<const std::int32_t> ids, int layer,
                          std::span<const double> push) const;

  /// ln_f of each row, [n, d_model] in and out.
  std::vector<double> final_norm(std::span<const double> rows) const;

  /// Logits of one row of ln_f's output, [vocab_size].
  std::vector<double> logits(std::span<const double> normed) const;

  /// What the intervention takes out of the residual stream of block `layer` by its heads' own
  /// contribution there: (1 - scale) * slice * W_O, 0 at positions that it does not touch.
  /// [n_tokens, d_model]; `clean` is the clean run.
  std::vector<double> contribution(const ReferenceRun& clean, int layer,
                                   const Intervention& intervention) const;

  /// The bias of `h.{layer}.attn.c_proj`, [d_model].
  std::span<const double> projection_bias(int layer) const;

 private:
  struct Norm {
    std::vector<double> weight, bias;
  };
  struct Linear {
    std::vector<double> weight, bias;  ///< [in, out], [out]
  };
  struct Block {
    Norm ln_1, ln_2;
    Linear c_attn, c_proj, c_fc, mlp_c_proj;
  };

  ReferenceRun run(std::span<const std::int32_t> ids, const Intervention* intervention,
                   int push_layer, std::span<const double> push) const;
  std::vector<double> normalise(std::span<const double> rows, const Norm& norm) const;
  std::vector<double> multiply(std::span<const double> rows, const Linear& linear) const;
  std::vector<double> attend(std::span<const double> qkv, int n_tokens, int layer) const;
  double activate(double x) const;

  ModelConfig config_;
  std::vector<double> wte_, wpe_, unembedding_;
  std::vector<Block> blocks_;
  Norm ln_f_;
};

}  // namespace tacet::testing
