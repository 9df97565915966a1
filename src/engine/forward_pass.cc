#include "engine/forward_pass.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "engine/attention.h"
#include "engine/finite.h"
#include "engine/matmul.h"
#include "engine/noise.h"
#include "engine/slice.h"
#include "support/pages.h"
#include "support/parallel.h"
#include "tacet/error.h"

namespace tacet::engine {
namespace {

using support::parallel_for;

/// Rows [first, first + n) of a weight.
model::Tensor some_rows(const model::Tensor& weight, std::size_t first, std::size_t n) {
  model::Tensor part = weight;
  part.data += first * static_cast<std::size_t>(weight.cols) * model::size_of(weight.dtype);
  part.rows = static_cast<std::int64_t>(n);
  return part;
}

/// What sets a run apart, for messages.
std::string what_is_done(const BatchRun& run) {
  if (run.push != nullptr) return fmt::format("block {} pushed", run.push->layer);
  if (run.patch != nullptr)
    return fmt::format("the stream into block {} patched", run.patch->layer);
  return spec_of(*run.intervention) + " silenced";
}

/// The state of one forward pass; its members are the buffers that every block uses again.
class Pass {
 public:
  Pass(const model::Weights& weights, std::span<const PassPrompt> prompts, int threads,
       FinalRows final_rows)
      : weights_(weights),
        config_(weights.config),
        batch_(prompts),
        d_model_(static_cast<std::size_t>(config_.d_model)),
        d_head_(static_cast<std::size_t>(config_.d_head())),
        threads_(threads),
        final_rows_(final_rows),
        matmul_(threads),
        x_(batch_.n_rows(), d_model_),
        taken_out_(batch_.n_rows(), d_model_),
        attends_in_parts_(!batch_.runs_share_rows() && longest_run() <= kLongestInParts),
        qkv_(attends_in_parts_ ? std::min(batch_.n_rows(), batch_.n_clean_rows() + kFewRunRows)
                               : batch_.n_rows(),
             3 * d_model_),
        z_(batch_.n_rows(), d_model_),
        changed_(batch_.n_rows(), 0),
        rows_(batch_.n_clean_rows()),
        views_(prompts.size()) {
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      embed(prompts[p].token_ids, batch_.clean()[p]);
      views_[p].silenced.resize(prompts[p].interventions.size() + prompts[p].pushes.size() +
                                prompts[p].patches.size());
      for (SilencedView& view : views_[p].silenced) {
        view.draws.resize(static_cast<std::size_t>(prompts[p].noise.count));
      }
      seeds_.push_back(prompts[p].noise.seed);
    }
    require_finite(-1);
  }

  void run(const StateObserver& observe, const HeadsObserver& observe_heads) {
    enter(0);
    emit(0, x_, nullptr, observe);
    for (int layer = 0; layer < config_.n_layer; ++layer) {
      const model::Block& block = weights_.blocks[static_cast<std::size_t>(layer)];
      map_weights(block);
      attention(layer, block, observe_heads);
      mlp(block);
      add_noise(layer);
      enter(layer + 1);
      require_finite(layer);
      emit(layer + 1, x_, nullptr, observe);
    }
    const LayerNorm ln_f(weights_.ln_f, config_.layer_norm_epsilon);
    parallel_for_rows(rows_, [&](std::size_t row) { ln_f.apply(x_.row(row), z_.row(row)); });
    require_finite_in(z_, config_.n_layer);
    emit(config_.n_layer + 1, z_, &ln_f, observe);
    if (final_rows_ == FinalRows::all) values_changed_ = count_changed();
    weights_.check_unchanged();
  }

  /// Per prompt and run, once the pass has run.
  const std::vector<std::vector<std::int64_t>>& values_changed() const { return values_changed_; }

 private:
  std::vector<std::vector<std::int64_t>> count_changed() const {
    std::vector<std::vector<std::int64_t>> counts(views_.size());
    for (std::size_t p = 0; p < views_.size(); ++p) counts[p].resize(views_[p].silenced.size());
    for (const BatchRun& run : batch_.runs()) {
      if (run.draw > 0) continue;
      std::int64_t& count = counts[run.prompt][run.number];
      for (std::size_t t = run.first_position(); t < run.sequence.row_of.size(); ++t) {
        count += changed_[run.sequence.row_of[t]];
      }
    }
    return counts;
  }

  void embed(std::span<const std::int32_t> token_ids, const Sequence& sequence) {
    std::vector<float> position(d_model_);
    for (std::size_t t = sequence.first_own; t < token_ids.size(); ++t) {
      const std::span<float> row = x_.row(sequence.row_of[t]);
      model::copy_to_float(weights_.wte, token_ids[t] * std::int64_t{config_.d_model}, row);
      model::copy_to_float(weights_.wpe, static_cast<std::int64_t>(t * d_model_), position);
      std::ranges::transform(row, position, row.begin(), std::plus<>());
    }
  }

  /// The products' threads would all come upon the same new pages of the weights at once.
  void map_weights(const model::Block& block) {
    const std::array memory{block.c_attn.weight.bytes(), block.attn_c_proj.weight.bytes(),
                            block.c_fc.weight.bytes(), block.mlp_c_proj.weight.bytes()};
    support::touch_pages(memory, threads_);
  }

  void attention(int layer, const model::Block& block, const HeadsObserver& observe_heads) {
    attend_all(layer, block);
    if (observe_heads) {
      std::vector<RowsView> clean;
      for (const Sequence& sequence : batch_.clean()) clean.emplace_back(z_, sequence.row_of);
      observe_heads(layer, clean);
    }
    cut(layer);
    intervene(layer, block.attn_c_proj.weight);
    if (final_rows_ == FinalRows::last && layer == config_.n_layer - 1) keep_last_rows();
    matmul_.multiply_and_add(z_, rows_, block.attn_c_proj, x_);
    push(layer);
  }

  /// The heads' outputs of all rows, into `z_`.
  void attend_all(int layer, const model::Block& block) {
    double scale = config_.scale_attn_weights ? 1.0 / std::sqrt(static_cast<double>(d_head_)) : 1.0;
    if (config_.scale_attn_by_inverse_layer_idx) scale /= layer + 1;
    const LayerNorm ln_1(block.ln_1, config_.layer_norm_epsilon);
    const auto attend_head = [&](const AttentionRows& qkv, const Sequence& sequence,
                                 std::size_t head) {
      attend(qkv, sequence, head, d_head_, static_cast<float>(scale), z_);
    };
    const auto n_head = static_cast<std::size_t>(config_.n_head);

    const std::size_t n_together = qkv_rows();
    parallel_for_rows(n_together, [&](std::size_t row) { ln_1.apply(x_.row(row), z_.row(row)); });
    matmul_.multiply(z_, n_together, block.c_attn, qkv_);
    std::vector<const Sequence*> together;
    std::vector<const Sequence*> apart;
    for (const Sequence& sequence : batch_.clean()) together.push_back(&sequence);
    for (std::size_t r = 0; r < batch_.runs_before(layer); ++r) {
      const Sequence& sequence = batch_.runs()[r].sequence;
      if (sequence.n_own() == 0) continue;
      (sequence.first_row() < n_together ? together : apart).push_back(&sequence);
    }
    const std::size_t work = n_together * together.front()->row_of.size() * d_model_;
    parallel_for(together.size() * n_head, work < kParallelWork ? 1 : threads_, [&](std::size_t i) {
      const Sequence& sequence = *together[i / n_head];
      const std::size_t first = sequence.n_own() == 0 ? 0 : sequence.first_row();
      attend_head({.own = qkv_, .own_first = first, .shared = qkv_}, sequence, i % n_head);
    });

    std::vector<Range> units;
    for (const Sequence* const sequence : apart) {
      units.push_back({sequence->first_row(), sequence->n_own()});
    }
    matmul_.multiply_units(
        [&](std::size_t row, std::span<float> out) { ln_1.apply(x_.row(row), out); }, units,
        block.c_attn,
        [&](Range some, const Rows& qkv) {
          for (std::size_t i = some.first; i < some.end(); ++i) {
            const std::size_t own_first = units[i].first - units[some.first].first;
            for (std::size_t head = 0; head < n_head; ++head) {
              attend_head({.own = qkv, .own_first = own_first, .shared = qkv_}, *apart[i], head);
            }
          }
        });
  }

  /// Rows of the run that has most of its own.
  std::size_t longest_run() const {
    std::size_t most = 0;
    for (const BatchRun& run : batch_.runs()) most = std::max(most, run.sequence.n_own());
    return most;
  }

  /// Rows whose queries, keys and values are made first and kept in `qkv_`. Runs that share clean
  /// rows alone need none there; few rows are sooner done all at once.
  std::size_t qkv_rows() const {
    const bool in_parts = attends_in_parts_ && rows_ - batch_.n_clean_rows() > kFewRunRows;
    return in_parts ? batch_.n_clean_rows() : rows_;
  }

  /// Gives the runs whose stream is patched before block `layer` rows of their own.
  void enter(int layer) {
    const std::size_t end = batch_.runs_before(layer);
    for (std::size_t r = layer == 0 ? 0 : batch_.runs_within(layer - 1); r < end; ++r) {
      const BatchRun& run = batch_.runs()[r];
      const Sequence& clean = batch_.clean()[run.prompt];
      for (std::size_t t = run.sequence.first_own; t < run.sequence.row_of.size(); ++t) {
        const std::size_t row = run.sequence.row_of[t];
        const std::size_t offset = (t - run.first_position()) * d_model_;
        x_.copy_row(x_, clean.row_of[t], row);
        if (offset < run.patch->rows.size()) {
          std::ranges::copy(run.patch->rows.subspan(offset, d_model_), x_.row(row).begin());
        }
        // A direct view must leave the patch in.
        std::ranges::transform(x_.row(clean.row_of[t]), x_.row(row), taken_out_.row(row).begin(),
                               std::minus<>());
      }
    }
    rows_ = batch_.rows_before(layer);
  }

  /// Gives the runs whose cut this block is rows of their own: so far they are the clean ones.
  void cut(int layer) {
    const std::size_t first = batch_.runs_before(layer);
    const std::size_t end = batch_.runs_within(layer);
    parallel_for(end - first, end - first < 2 ? 1 : threads_, [&](std::size_t i) {
      const BatchRun& run = batch_.runs()[first + i];
      const Sequence& clean = batch_.clean()[run.prompt];
      for (std::size_t t = run.sequence.first_own; t < run.sequence.row_of.size(); ++t) {
        const std::size_t row = run.sequence.row_of[t];
        x_.copy_row(x_, clean.row_of[t], row);
        z_.copy_row(z_, clean.row_of[t], row);
        std::ranges::fill(taken_out_.row(row), 0.0F);
      }
    });
    rows_ = batch_.rows_within(layer);
  }

  /// Changes the slices of the heads that are silenced in this block.
  void intervene(int layer, const model::Tensor& w_o) {
    const std::size_t n_runs = batch_.runs_within(layer);
    parallel_for(n_runs, n_runs < 2 ? 1 : threads_, [&](std::size_t r) {
      const BatchRun& run = batch_.runs()[r];
      if (run.intervention == nullptr) return;
      for (const Head head : run.intervention->heads) {
        if (head.layer == layer) silence_head(run, head, w_o);
      }
    });
  }

  void silence_head(const BatchRun& run, Head head, const model::Tensor& w_o) {
    const Sequence& clean = batch_.clean()[run.prompt];
    const std::size_t column = static_cast<std::size_t>(head.head) * d_head_;
    const SliceMode& mode = run.intervention->mode;
    const SliceChange change(mode, head, d_head_, RowsView(z_, run.sequence.row_of));
    if (run.draw > 0) {
      for (std::size_t t = run.sequence.first_own; t < run.sequence.row_of.size(); ++t) {
        if (!run.intervention->touches(static_cast<int>(t))) continue;
        change.apply(t, z_.row(run.sequence.row_of[t]).subspan(column, d_head_));
      }
      return;
    }
    const SliceChange clean_change(mode, head, d_head_, RowsView(z_, clean.row_of));
    Rows removed(run.sequence.n_own(), d_head_);
    for (std::size_t i = 0; i < run.sequence.n_own(); ++i) {
      const std::size_t t = run.sequence.first_own + i;
      const std::span<float> difference = removed.row(i);
      std::ranges::fill(difference, 0.0F);
      if (!run.intervention->touches(static_cast<int>(t))) continue;
      const std::size_t row = run.sequence.row_of[t];
      changed_[row] += change.apply(t, z_.row(row).subspan(column, d_head_));
      const std::span<const float> before = z_.row(clean.row_of[t]).subspan(column, d_head_);
      std::ranges::copy(before, difference.begin());
      clean_change.apply(t, difference);
      std::ranges::transform(before, difference, difference.begin(), std::minus<>());
    }
    take_out(run, removed, some_rows(w_o, column, d_head_));
  }

  /// Adds removed * W_O to what the run's direct view leaves out.
  void take_out(const BatchRun& run, const Rows& removed, const model::Tensor& w_o_rows) {
    if (run.sequence.n_own() == 0) return;
    const std::vector<float> none(d_model_, 0.0F);
    const model::Tensor no_bias{.name = w_o_rows.name,
                                .data = reinterpret_cast<const std::byte*>(none.data()),
                                .dtype = model::Dtype::f32,
                                .rows = 1,
                                .cols = w_o_rows.cols};
    Rows contribution(run.sequence.n_own(), d_model_);
    Matmul(1).multiply(removed, run.sequence.n_own(), {.weight = w_o_rows, .bias = no_bias},
                       contribution);
    for (std::size_t i = 0; i < run.sequence.n_own(); ++i) {
      const std::span<float> sum = taken_out_.row(run.sequence.first_row() + i);
      std::ranges::transform(sum, contribution.row(i), sum.begin(), std::plus<>());
    }
  }

  /// Leaves out the rows that nothing reads any more: behind the last attention a position's row
  /// goes into no other's.
  void keep_last_rows() {
    values_changed_ = count_changed();
    const std::vector<std::uint32_t> kept = batch_.keep_last_rows();
    for (std::size_t row = 0; row < kept.size(); ++row) {
      if (kept[row] == row) continue;
      for (Rows* const rows : {&x_, &z_, &taken_out_}) rows->copy_row(*rows, kept[row], row);
    }
    rows_ = kept.size();
  }

  /// Adds the pushes whose block this is to the stream; a direct view must add them too.
  void push(int layer) {
    const std::size_t first = batch_.runs_before(layer);
    const std::size_t n_runs = batch_.runs_within(layer) - first;
    parallel_for(n_runs, n_runs < 2 ? 1 : threads_, [&](std::size_t i) {
      const BatchRun& run = batch_.runs()[first + i];
      if (run.push == nullptr) return;
      for (std::size_t t = run.sequence.first_own; t < run.sequence.row_of.size(); ++t) {
        const std::span<const float> added =
            run.push->rows.subspan((t - run.first_position()) * d_model_, d_model_);
        const std::size_t row = run.sequence.row_of[t];
        // Not even the sign of a zero may change where nothing is added.
        std::ranges::transform(x_.row(row), added, x_.row(row).begin(),
                               [](float x, float dx) { return dx == 0.0F ? x : x + dx; });
        std::ranges::transform(added, taken_out_.row(row).begin(), std::negate<>());
      }
    });
  }

  void mlp(const model::Block& block) {
    const LayerNorm ln_2(block.ln_2, config_.layer_norm_epsilon);
    matmul_.feed_forward(
        [&](std::size_t row, std::span<float> out) { ln_2.apply(x_.row(row), out); }, rows_,
        block.c_fc, config_.activation, block.mlp_c_proj, x_);
  }

  /// Puts noise on the states that block `layer` leaves in the runs that draw it.
  void add_noise(int layer) {
    const std::size_t n_runs = batch_.runs_within(layer);
    parallel_for(n_runs, n_runs < 2 ? 1 : threads_, [&](std::size_t r) {
      const BatchRun& run = batch_.runs()[r];
      if (run.draw == 0) return;
      const std::uint64_t key = noise_key(seeds_[run.prompt], *run.intervention, run.draw, layer);
      const Sequence& clean = batch_.clean()[run.prompt];
      for (std::size_t t = run.sequence.first_own; t < run.sequence.row_of.size(); ++t) {
        const std::span<float> row = x_.row(run.sequence.row_of[t]);
        if (!std::ranges::equal(row, x_.row(clean.row_of[t]))) put_noise(key, t, row);
      }
    });
  }

  void require_finite(int layer) { require_finite_in(x_, layer); }

  /// `layer` is -1 for the embedding, n_layer for ln_f.
  void require_finite_in(const Rows& state, int layer) {
    std::atomic<bool> finite = true;
    parallel_for_rows(rows_, [&](std::size_t row) {
      if (!all_finite(state.row(row))) finite = false;
    });
    if (finite) return;
    weights_.check_unchanged();
    const auto blame = [&](const Sequence& sequence, const std::string& change) {
      for (std::size_t t = sequence.first_own; t < sequence.row_of.size(); ++t) {
        if (sequence.row_of[t] >= rows_ || all_finite(state.row(sequence.row_of[t]))) continue;
        report_not_finite(weights_, layer, static_cast<int>(t), change);
      }
    };
    for (const Sequence& sequence : batch_.clean()) blame(sequence, "");
    for (const BatchRun& run : batch_.runs()) {
      blame(run.sequence, what_is_done(run));
    }
  }

  /// `state` holds the rows of the state; `norm` is ln_f when they are its output.
  void emit(int index, const Rows& state, const LayerNorm* norm, const StateObserver& observe) {
    for (std::size_t p = 0; p < views_.size(); ++p) {
      views_[p].clean = RowsView(state, batch_.clean()[p].row_of);
    }
    const std::size_t n_runs = batch_.runs_before(std::min(index, config_.n_layer));
    for (std::size_t r = 0; r < n_runs; ++r) {
      const BatchRun& run = batch_.runs()[r];
      SilencedView& view = views_[run.prompt].silenced[run.number];
      if (run.draw > 0) {
        view.draws[static_cast<std::size_t>(run.draw - 1)] = RowsView(state, run.sequence.row_of);
        continue;
      }
      view.rows = RowsView(state, run.sequence.row_of);
      view.direct =
          DirectView(RowsView(x_, batch_.clean()[run.prompt].row_of),
                     RowsView(taken_out_, run.sequence.row_of), run.first_position(), norm);
    }
    observe({.index = index, .prompts = views_});
  }

  template <typename Body>
  void parallel_for_rows(std::size_t rows, const Body& body) {
    const std::size_t chunks = (rows + kRowsPerTask - 1) / kRowsPerTask;
    parallel_for(chunks, rows * d_model_ < kParallelWork / 8 ? 1 : threads_,
                 [&](std::size_t chunk) {
                   const std::size_t end = std::min(rows, (chunk + 1) * kRowsPerTask);
                   for (std::size_t row = chunk * kRowsPerTask; row < end; ++row) body(row);
                 });
  }

  /// Multiplications below which a second thread is not worth waking.
  static constexpr std::size_t kParallelWork = 1U << 22U;
  static constexpr std::size_t kRowsPerTask = 16;
  /// Rows of runs up to which their attention is not made in parts.
  static constexpr std::size_t kFewRunRows = 240;
  /// Rows of a run up to which it is: a thread keeps those that it works on to itself.
  static constexpr std::size_t kLongestInParts = 120;

  const model::Weights& weights_;
  const ModelConfig& config_;
  Batch batch_;
  std::size_t d_model_;
  std::size_t d_head_;
  int threads_;
  FinalRows final_rows_;
  Matmul matmul_;
  Rows x_;          // residual stream
  Rows taken_out_;  // silenced contributions so far, in the runs' own rows
  bool attends_in_parts_;
  Rows qkv_;  // queries, keys and values of the first rows (qkv_rows())
  /// The heads' outputs side by side, the input of attn.c_proj; before the attention, and behind
  /// the last block, a LayerNorm's output.
  Rows z_;
  std::vector<std::int64_t> changed_;  // values changed, per row
  std::vector<std::vector<std::int64_t>> values_changed_;
  std::size_t rows_;  // rows in use
  std::vector<PromptView> views_;
  std::vector<std::uint64_t> seeds_;  // of the noise, per prompt
};

}  // namespace

void DirectView::copy_row(std::size_t position, std::span<float> out) const {
  std::ranges::copy(clean_.row(position), out.begin());
  if (position >= first_position_) {
    std::ranges::transform(out, taken_out_.row(position), out.begin(), std::minus<>());
  }
  if (norm_ != nullptr) norm_->apply(out, out);
}

std::uint64_t bytes_per_row(const ModelConfig& config) {
  // The stream, what is taken out and the heads' outputs; queries, keys and values.
  const auto d_model = static_cast<std::uint64_t>(config.d_model);
  return sizeof(float) * (3 * d_model + 3 * d_model) + sizeof(std::int64_t);
}

std::uint64_t bytes_for_weights(const ModelConfig& config) {
  const std::int64_t d_model = config.d_model;
  return std::max(packed_bytes(d_model, 3 * d_model),
                  packed_bytes(d_model, config.n_inner) + packed_bytes(config.n_inner, d_model));
}

std::vector<std::vector<std::int64_t>> forward_pass(const model::Weights& weights,
                                                    std::span<const PassPrompt> prompts,
                                                    int threads, const StateObserver& observe,
                                                    const HeadsObserver& observe_heads,
                                                    FinalRows final_rows) {
  for (const PassPrompt& prompt : prompts) check_request(weights.config, prompt);
  Pass pass(weights, prompts, threads, final_rows);
  pass.run(observe, observe_heads);
  return pass.values_changed();
}

}  // namespace tacet::engine
