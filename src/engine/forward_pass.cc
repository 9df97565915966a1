#include "engine/forward_pass.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "engine/attention.h"
#include "engine/finite.h"
#include "engine/layer_norm.h"
#include "engine/matmul.h"
#include "engine/rows.h"
#include "support/parallel.h"
#include "tacet/error.h"

namespace tacet::engine {
namespace {

using support::parallel_for;

/// A run with an intervention and where its rows lie in the batch.
struct Run {
  const Intervention* intervention = nullptr;
  std::size_t first_position = 0;
  std::size_t n_rows = 0;
  std::optional<std::size_t> first_row;  // none below the cut
  std::vector<float> direct;             // contributions taken out so far, [n_rows, d_model]
  std::int64_t values_changed = 0;
};

/// Takes the contribution `difference` * W_O[head] out of a row of `direct`.
void add_contribution(const model::Tensor& w_o, std::size_t first_in, std::span<const float> slice,
                      std::span<float> direct) {
  std::vector<float> weight_row(direct.size());
  std::vector<double> sum(direct.size(), 0.0);
  for (std::size_t k = 0; k < slice.size(); ++k) {
    if (slice[k] == 0.0F) continue;
    model::copy_to_float(w_o, static_cast<std::int64_t>((first_in + k) * direct.size()),
                         weight_row);
    for (std::size_t j = 0; j < sum.size(); ++j) {
      sum[j] += static_cast<double>(slice[k]) * static_cast<double>(weight_row[j]);
    }
  }
  for (std::size_t j = 0; j < sum.size(); ++j) {
    direct[j] = static_cast<float>(static_cast<double>(direct[j]) + sum[j]);
  }
}

/// The state of one forward pass; its members are the buffers that every block uses again.
class Pass {
 public:
  Pass(const model::Weights& weights, std::span<const std::int32_t> token_ids,
       std::span<const Intervention> interventions, int threads)
      : weights_(weights),
        config_(weights.config),
        tokens_(token_ids.size()),
        d_model_(static_cast<std::size_t>(config_.d_model)),
        threads_(threads),
        matmul_(threads),
        runs_(make_runs(interventions, tokens_)),
        capacity_(capacity()),
        x_(capacity_, d_model_),
        normed_(capacity_, d_model_),
        qkv_(capacity_, 3 * d_model_),
        z_(capacity_, d_model_),
        hidden_(capacity_, static_cast<std::size_t>(config_.n_inner)),
        delta_(capacity_, d_model_),
        batch_(tokens_) {
    embed(token_ids);
  }

  void run(const StateObserver& observe) {
    emit(0, observe);
    for (int layer = 0; layer < config_.n_layer; ++layer) {
      const model::Block& block = weights_.blocks[static_cast<std::size_t>(layer)];
      attention(layer, block);
      mlp(block);
      require_finite(layer);
      emit(layer + 1, observe);
    }
    final_norm(observe);
    weights_.check_unchanged();
  }

  std::vector<std::int64_t> values_changed() const {
    std::vector<std::int64_t> counts;
    for (const Run& run : runs_) counts.push_back(run.values_changed);
    return counts;
  }

 private:
  static std::vector<Run> make_runs(std::span<const Intervention> interventions,
                                    std::size_t tokens) {
    std::vector<Run> runs;
    for (const Intervention& intervention : interventions) {
      Run run;
      run.intervention = &intervention;
      run.first_position = static_cast<std::size_t>(intervention.first_position());
      run.n_rows = tokens - run.first_position;
      runs.push_back(std::move(run));
    }
    return runs;
  }

  std::size_t capacity() const {
    std::size_t rows = tokens_;
    for (const Run& run : runs_) rows += run.n_rows;
    return rows;
  }

  void embed(std::span<const std::int32_t> token_ids) {
    std::vector<float> position(d_model_);
    for (std::size_t t = 0; t < tokens_; ++t) {
      model::copy_to_float(weights_.wte, token_ids[t] * std::int64_t{config_.d_model}, x_.row(t));
      model::copy_to_float(weights_.wpe, static_cast<std::int64_t>(t * d_model_), position);
      std::ranges::transform(x_.row(t), position, x_.row(t).begin(), std::plus<>());
    }
    require_finite(-1);
  }

  void normalise(const model::Norm& norm, const Rows& in, Rows& out) {
    const LayerNorm layer_norm(norm, config_.layer_norm_epsilon);
    parallel_for_rows([&](std::size_t row) { layer_norm.apply(in.row(row), out.row(row)); });
  }

  void attention(int layer, const model::Block& block) {
    normalise(block.ln_1, x_, normed_);
    matmul_.multiply(normed_, batch_, block.c_attn, qkv_);
    attend_all(layer);
    for (Run& run : runs_) intervene(layer, block, run);
    matmul_.multiply(z_, batch_, block.attn_c_proj, delta_);
    add_delta();
  }

  void attend_all(int layer) {
    std::vector<AttentionRun> attention_runs = {
        {.first_position = 0, .n_rows = tokens_, .first_row = 0}};
    for (const Run& run : runs_) {
      if (run.first_row) attention_runs.push_back({run.first_position, run.n_rows, *run.first_row});
    }
    const auto d_head = static_cast<std::size_t>(config_.d_head());
    const auto n_head = static_cast<std::size_t>(config_.n_head);
    double scale = config_.scale_attn_weights ? 1.0 / std::sqrt(static_cast<double>(d_head)) : 1.0;
    if (config_.scale_attn_by_inverse_layer_idx) scale /= layer + 1;
    const std::size_t work = attention_runs.size() * tokens_ * tokens_ * d_model_;
    parallel_for(attention_runs.size() * n_head, work < kParallelWork ? 1 : threads_,
                 [&](std::size_t i) {
                   attend(qkv_, attention_runs[i / n_head], i % n_head, d_head,
                          static_cast<float>(scale), z_);
                 });
  }

  /// Changes the slices of the run's heads in this block; at its cut the run leaves the clean one.
  void intervene(int layer, const model::Block& block, Run& run) {
    const Intervention& intervention = *run.intervention;
    if (intervention.cut_layer() == layer) split_off(run);
    if (!run.first_row) return;
    const auto d_head = static_cast<std::size_t>(config_.d_head());
    for (const Head head : intervention.heads) {
      if (head.layer != layer) continue;
      const std::size_t column = static_cast<std::size_t>(head.head) * d_head;
      for (std::size_t i = 0; i < run.n_rows; ++i) {
        const std::size_t position = run.first_position + i;
        if (!intervention.touches(static_cast<int>(position))) continue;
        run.values_changed +=
            change_slice(intervention.mode, z_.row(*run.first_row + i).subspan(column, d_head));
        take_out(intervention.mode, block.attn_c_proj.weight, position, column,
                 std::span(run.direct).subspan(i * d_model_, d_model_));
      }
    }
  }

  void split_off(Run& run) {
    run.first_row = batch_;
    for (std::size_t i = 0; i < run.n_rows; ++i) {
      x_.copy_row(x_, run.first_position + i, batch_ + i);
      z_.copy_row(z_, run.first_position + i, batch_ + i);
    }
    run.direct.assign(run.n_rows * d_model_, 0.0F);
    batch_ += run.n_rows;
  }

  /// What the slice becomes; returns how many of its values changed.
  static std::int64_t change_slice(const SliceMode& mode, std::span<float> slice) {
    std::int64_t changed = 0;
    for (float& value : slice) {
      const float before = value;
      value = mode.scale == 0.0F ? 0.0F : value * mode.scale;
      if (value != before) ++changed;
    }
    return changed;
  }

  /// Adds what the change takes out of the clean run's state at `position` to `direct`.
  void take_out(const SliceMode& mode, const model::Tensor& w_o, std::size_t position,
                std::size_t column, std::span<float> direct) {
    const auto d_head = static_cast<std::size_t>(config_.d_head());
    const std::span<const float> clean = z_.row(position).subspan(column, d_head);
    std::vector<float> changed(clean.begin(), clean.end());
    change_slice(mode, changed);
    std::ranges::transform(clean, changed, changed.begin(), std::minus<>());
    add_contribution(w_o, column, changed, direct);
  }

  void mlp(const model::Block& block) {
    normalise(block.ln_2, x_, normed_);
    matmul_.multiply(normed_, batch_, block.c_fc, hidden_, config_.activation);
    matmul_.multiply(hidden_, batch_, block.mlp_c_proj, delta_);
    add_delta();
  }

  void add_delta() {
    for (std::size_t row = 0; row < batch_; ++row) {
      std::ranges::transform(x_.row(row), delta_.row(row), x_.row(row).begin(), std::plus<>());
    }
  }

  /// `layer` is -1 for the embedding, n_layer for ln_f.
  void require_finite(int layer) {
    for (std::size_t row = 0; row < batch_; ++row) {
      if (all_finite(x_.row(row))) continue;
      weights_.check_unchanged();
      for (const Run& run : runs_) {
        if (run.first_row && row >= *run.first_row && row < *run.first_row + run.n_rows) {
          const auto position = static_cast<int>(run.first_position + row - *run.first_row);
          report_not_finite(weights_, layer, position, spec_of(*run.intervention));
        }
      }
      report_not_finite(weights_, layer, static_cast<int>(row), "");
    }
  }

  void final_norm(const StateObserver& observe) {
    const LayerNorm layer_norm(weights_.ln_f, config_.layer_norm_epsilon);
    std::vector<std::vector<float>> direct = direct_states();
    for (std::vector<float>& rows : direct) {
      for (std::size_t i = 0; i < rows.size(); i += d_model_) {
        const std::span row = std::span(rows).subspan(i, d_model_);
        layer_norm.apply(row, row);
      }
    }
    parallel_for_rows([&](std::size_t row) { layer_norm.apply(x_.row(row), x_.row(row)); });
    require_finite(config_.n_layer);
    emit_rows(config_.n_layer + 1, direct, observe);
  }

  /// Per run, the clean rows without what the intervention takes out directly.
  std::vector<std::vector<float>> direct_states() const {
    std::vector<std::vector<float>> states;
    for (const Run& run : runs_) {
      states.emplace_back(run.direct);
      const std::span<const float> clean = x_.rows(run.first_position, run.n_rows);
      std::transform(states.back().begin(), states.back().end(), clean.begin(),
                     states.back().begin(), [](float out, float x) { return x - out; });
    }
    return states;
  }

  void emit(int index, const StateObserver& observe) { emit_rows(index, direct_states(), observe); }

  void emit_rows(int index, const std::vector<std::vector<float>>& direct,
                 const StateObserver& observe) const {
    std::vector<SilencedView> silenced;
    for (std::size_t k = 0; k < runs_.size(); ++k) {
      const Run& run = runs_[k];
      SilencedView view;
      view.first_position = static_cast<int>(run.first_position);
      if (run.first_row) {
        view.rows = x_.rows(*run.first_row, run.n_rows);
        view.direct = direct[k];
      }
      silenced.push_back(view);
    }
    observe({.index = index, .clean = x_.rows(0, tokens_), .silenced = silenced});
  }

  template <typename Body>
  void parallel_for_rows(const Body& body) {
    parallel_for(batch_, batch_ * d_model_ < kParallelWork / 8 ? 1 : threads_, body);
  }

  /// Multiplications below which a second thread is not worth waking.
  static constexpr std::size_t kParallelWork = 1U << 22U;

  const model::Weights& weights_;
  const ModelConfig& config_;
  std::size_t tokens_;
  std::size_t d_model_;
  int threads_;
  Matmul matmul_;
  std::vector<Run> runs_;
  std::size_t capacity_;
  Rows x_;       // residual stream; the clean rows first
  Rows normed_;  // LayerNorm outputs
  Rows qkv_;
  Rows z_;             // heads' outputs side by side: the input of attn.c_proj
  Rows hidden_;        // the MLP's inner activations
  Rows delta_;         // what attention or the MLP adds to the stream
  std::size_t batch_;  // rows in use
};

}  // namespace

void check_request(const ModelConfig& config, std::span<const std::int32_t> token_ids,
                   std::span<const Intervention> interventions) {
  if (token_ids.empty()) throw InputError("the prompt has no tokens: give some text or token ids");
  if (token_ids.size() > static_cast<std::size_t>(config.n_positions)) {
    throw InputError(
        fmt::format("the prompt has {} tokens, but the model has only {} positions: "
                    "shorten the prompt",
                    token_ids.size(), config.n_positions));
  }
  for (std::size_t i = 0; i < token_ids.size(); ++i) {
    if (token_ids[i] >= 0 && token_ids[i] < config.vocab_size) continue;
    throw UsageError(
        fmt::format("token id {} (number {} of the prompt) is outside the model's "
                    "vocabulary: ids go from 0 to {}",
                    token_ids[i], i, config.vocab_size - 1));
  }
  for (const Intervention& intervention : interventions) {
    if (intervention.heads.empty()) throw UsageError("an intervention needs at least one head");
    for (const Head head : intervention.heads) {
      if (head.layer >= 0 && head.layer < config.n_layer && head.head >= 0 &&
          head.head < config.n_head) {
        continue;
      }
      throw UsageError(
          fmt::format("head {} does not exist: the model has blocks 0 to {} with "
                      "heads 0 to {}",
                      to_string(head), config.n_layer - 1, config.n_head - 1));
    }
    for (const int position : intervention.positions) {
      if (position >= 0 && static_cast<std::size_t>(position) < token_ids.size()) continue;
      throw UsageError(fmt::format("position {} is outside the prompt: its tokens are 0 to {}",
                                   position, token_ids.size() - 1));
    }
  }
}

std::vector<std::int64_t> forward_pass(const model::Weights& weights,
                                       std::span<const std::int32_t> token_ids,
                                       std::span<const Intervention> interventions, int threads,
                                       const StateObserver& observe) {
  check_request(weights.config, token_ids, interventions);
  Pass pass(weights, token_ids, interventions, threads);
  pass.run(observe);
  return pass.values_changed();
}

}  // namespace tacet::engine
