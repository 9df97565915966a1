#include "tacet/patch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "engine/forward_pass.h"
#include "experiment/next_token.h"
#include "experiment/pass_plan.h"
#include "experiment/patch_plan.h"
#include "experiment/summary.h"
#include "support/parallel.h"
#include "tacet/error.h"
#include "tacet/stats.h"
#include "tacet/sweep.h"

namespace tacet {
namespace {

using experiment::PlannedPatch;
using experiment::RunValues;

/// Counts the steps of all pairs, which have equal shares of the whole.
class PatchProgress {
 public:
  PatchProgress(const PatchOptions& options, std::size_t n_pairs)
      : report_(options.progress), n_pairs_(n_pairs) {}

  /// `done` of `total` rows of the pair at hand.
  void tell(std::int64_t done, std::int64_t total) {
    if (!report_) return;
    const double part = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
    report_(static_cast<int>(kSteps * (static_cast<double>(pair_) + part) /
                             static_cast<double>(n_pairs_)),
            kSteps);
  }
  void next_pair() { ++pair_; }

 private:
  static constexpr int kSteps = 10000;
  const std::function<void(int, int)>& report_;
  std::size_t n_pairs_;
  std::size_t pair_ = 0;
};

/// One of the two prompts of a pair.
enum Side : std::size_t { kClean = 0, kCorrupt = 1 };

/// Patches one pair.
class PairPatcher {
 public:
  PairPatcher(const Model& model, const PatchPair& pair, const PatchOptions& options, int threads)
      : model_(model),
        options_(options),
        threads_(threads),
        d_model_(static_cast<std::size_t>(model.config().d_model)),
        n_tokens_(pair.clean.tokens.size()),
        ids_({experiment::ids_of(pair.clean), experiment::ids_of(pair.corrupt)}),
        tokens_({pair.target.id, pair.contrast.id}) {
    run_untouched();
  }

  double logit_diff(Side side) const { return logit_diffs_[side]; }
  /// The run that is patched, and the one whose values go into it.
  Side into() const { return options_.direction == PatchDirection::denoise ? kCorrupt : kClean; }
  Side from() const { return options_.direction == PatchDirection::denoise ? kClean : kCorrupt; }

  /// The logit difference of each cell; returns how many patches were run.
  std::int64_t run(std::span<const PatchCell> cells, std::vector<double>& logit_diffs,
                   PatchProgress& progress) {
    logit_diffs.assign(cells.size(), logit_diff(into()));
    const std::vector<PlannedPatch> plan =
        experiment::plan_patches(model_.config(), cells, values_[into()], values_[from()]);
    if (options_.by != PatchBy::block_position) {
      source_ = std::make_shared<SliceValues>("the other run", model_.config().n_layer,
                                              static_cast<int>(n_tokens_), model_.config().d_model,
                                              std::move(values_[from()].rows));
    }
    values_[into()].rows = {};
    std::vector<std::uint64_t> rows;
    std::int64_t total = 0;
    for (const PlannedPatch& one : plan) {
      rows.push_back(n_tokens_ - one.first_position);
      total += work_of(cells[one.cell].layer, rows.back());
    }
    std::size_t first = 0;
    std::int64_t done = 0;
    for (const std::size_t end : experiment::pass_ends(
             model_.config(), n_tokens_, rows, sizeof(float) * d_model_, memory_for_passes())) {
      pass(cells, std::span(plan).subspan(first, end - first), logit_diffs);
      for (; first < end; ++first) done += work_of(cells[plan[first].cell].layer, rows[first]);
      progress.tell(done, total);
    }
    if (plan.empty()) progress.tell(0, 0);
    return static_cast<std::int64_t>(plan.size());
  }

 private:
  /// Rows times blocks.
  std::int64_t work_of(int layer, std::uint64_t rows) const {
    return static_cast<std::int64_t>(rows) * (model_.config().n_layer - layer);
  }

  std::uint64_t memory_for_passes() const {
    const std::uint64_t memory = options_.memory == 0 ? default_memory() : options_.memory;
    const std::uint64_t kept =
        sizeof(float) * d_model_ * n_tokens_ * static_cast<std::uint64_t>(model_.config().n_layer);
    return memory - std::min(memory, kept);
  }

  /// Runs both prompts, and keeps the values that are patched.
  void run_untouched() {
    const std::array<engine::PassPrompt, 2> prompts = {{
        {.token_ids = ids_[kClean], .interventions = {}},
        {.token_ids = ids_[kCorrupt], .interventions = {}},
    }};
    const auto keep = [&](Side side, const engine::RowsView& rows) {
      RunValues& values = values_[side];
      values.n_tokens = n_tokens_;
      values.d_model = d_model_;
      for (std::size_t t = 0; t < n_tokens_; ++t) {
        const std::span<const float> row = rows.row(t);
        values.rows.insert(values.rows.end(), row.begin(), row.end());
      }
    };
    const int n_layer = model_.config().n_layer;
    const bool by_block = options_.by == PatchBy::block_position;
    const auto observe = [&](const engine::StateView& view) {
      for (const Side side : {kClean, kCorrupt}) {
        const engine::RowsView& rows = view.prompts[side].clean;
        if (by_block && view.index < n_layer) keep(side, rows);
        if (view.index == n_layer + 1) {
          logit_diffs_[side] = logit_diffs(rows.row(n_tokens_ - 1)).front();
        }
      }
    };
    const auto observe_heads = [&](int, std::span<const engine::RowsView> clean) {
      if (by_block) return;
      for (const Side side : {kClean, kCorrupt}) keep(side, clean[side]);
    };
    engine::forward_pass(model_.weights(), prompts, threads_, observe, observe_heads);
  }

  /// Sends some patched runs up the blocks, and writes what becomes of their cells.
  void pass(std::span<const PatchCell> cells, std::span<const PlannedPatch> plan,
            std::vector<double>& results) {
    std::vector<Intervention> heads;
    std::vector<engine::StreamPatch> streams;
    for (const PlannedPatch& one : plan) {
      const PatchCell& cell = cells[one.cell];
      if (cell.head) {
        heads.push_back(head_patch(cell, one.first_position));
      } else {
        streams.push_back({.layer = cell.layer,
                           .first_position = static_cast<int>(one.first_position),
                           .rows = values_[from()].row(cell.layer, one.first_position)});
      }
    }
    const engine::PassPrompt prompt{
        .token_ids = ids_[into()], .interventions = heads, .patches = streams};
    std::vector<float> normed;
    engine::forward_pass(
        model_.weights(), {&prompt, 1}, threads_,
        [&](const engine::StateView& view) {
          if (view.index <= model_.config().n_layer) return;
          for (const engine::SilencedView& run : view.prompts.front().silenced) {
            const std::span<const float> row = run.rows.row(n_tokens_ - 1);
            normed.insert(normed.end(), row.begin(), row.end());
          }
        },
        {}, engine::FinalRows::last);
    const std::vector<double> found = logit_diffs(normed);
    for (std::size_t i = 0; i < plan.size(); ++i) results[plan[i].cell] = found[i];
  }

  Intervention head_patch(const PatchCell& cell, std::size_t first_position) const {
    Intervention patch{
        .heads = {{cell.layer, *cell.head}}, .positions = {}, .mode = replace_by(source_)};
    const std::size_t end = cell.position ? first_position + 1 : n_tokens_;
    for (std::size_t t = first_position; t < end; ++t) {
      patch.positions.push_back(static_cast<int>(t));
    }
    return patch;
  }

  /// Target's logit minus contrast's of each row of ln_f's output.
  std::vector<double> logit_diffs(std::span<const float> normed) const {
    const std::vector<float> logits = engine::unembed_tokens(model_.weights(), normed, tokens_);
    std::vector<double> found;
    for (std::size_t i = 0; i < logits.size(); i += 2) {
      const double difference = static_cast<double>(logits[i]) - logits[i + 1];
      if (!std::isfinite(difference)) {
        throw NumericError(
            "a logit of target or contrast is not finite: the model's unembedding overflows "
            "float32; check the weights of ln_f and of the unembedding");
      }
      found.push_back(difference);
    }
    return found;
  }

  const Model& model_;
  const PatchOptions& options_;
  int threads_;
  std::size_t d_model_;
  std::size_t n_tokens_;
  std::array<std::vector<std::int32_t>, 2> ids_;
  std::array<std::int32_t, 2> tokens_;
  std::array<RunValues, 2> values_;
  std::array<double, 2> logit_diffs_ = {};
  std::shared_ptr<const SliceValues> source_;
};

/// The share of the way from `start` to `end` that `value` has gone.
std::optional<double> share(double value, double start, double end) {
  if (start == end) return std::nullopt;
  return value == start ? 0.0 : (value - start) / (end - start);
}

/// The standard deviation, where there are two values or more.
std::optional<double> spread(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  return sample_sd(values);
}

/// Fills a cell from what the pairs have there: the patched logit differences, and those of the two
/// untouched runs.
void sum_up(PatchCell& cell, std::span<const double> patched, std::span<const double> into,
            std::span<const double> from) {
  cell.logit_diff = mean(patched);
  cell.recovered = share(cell.logit_diff, mean(into), mean(from));
  cell.logit_diff_sd = spread(patched);
  std::vector<double> shares;
  for (std::size_t i = 0; i < patched.size(); ++i) {
    if (const auto one = share(patched[i], into[i], from[i])) shares.push_back(*one);
  }
  cell.recovered_sd = spread(shares);
}

}  // namespace

std::string_view to_string(PatchBy by) {
  switch (by) {
    case PatchBy::head:
      return "head";
    case PatchBy::head_position:
      return "head,position";
    case PatchBy::block_position:
      return "block,position";
  }
  return "";
}

std::string_view to_string(PatchDirection direction) {
  return direction == PatchDirection::denoise ? "denoise" : "noise";
}

PatchResult patch(const Model& model, std::span<const PatchPair> pairs,
                  const PatchOptions& options) {
  const int threads = support::resolve_threads(options.threads);
  experiment::check_patch(model.config(), pairs, options);
  PatchResult result;
  result.by = options.by;
  result.direction = options.direction;
  result.cells = experiment::empty_cells(model.config(), options.by, pairs[0].clean.tokens.size());
  PatchProgress progress(options, pairs.size());
  std::vector<std::vector<double>> patched;
  std::vector<double> into;
  std::vector<double> from;
  for (const PatchPair& pair : pairs) {
    PairPatcher patcher(model, pair, options, threads);
    result.runs += patcher.run(result.cells, patched.emplace_back(), progress);
    progress.next_pair();
    into.push_back(patcher.logit_diff(patcher.into()));
    from.push_back(patcher.logit_diff(patcher.from()));
    result.pairs.push_back({.pair = pair,
                            .clean_logit_diff = patcher.logit_diff(kClean),
                            .corrupt_logit_diff = patcher.logit_diff(kCorrupt)});
  }
  const bool denoises = options.direction == PatchDirection::denoise;
  result.clean_logit_diff = mean(denoises ? from : into);
  result.corrupt_logit_diff = mean(denoises ? into : from);
  std::vector<double> column(pairs.size());
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    std::ranges::transform(patched, column.begin(), [i](const auto& one) { return one[i]; });
    sum_up(result.cells[i], column, into, from);
  }
  return result;
}

}  // namespace tacet
