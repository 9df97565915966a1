#include "experiment/silence_run.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "experiment/block_tests.h"
#include "experiment/ripple.h"
#include "experiment/summary.h"

namespace tacet::experiment {

SilenceRun::SilenceRun(const ModelConfig& config, const Prompt& prompt,
                       const Intervention& intervention, const SilenceOptions& options, int threads)
    : options_(options),
      n_layer_(config.n_layer),
      n_head_(config.n_head),
      d_model_(static_cast<std::size_t>(config.d_model)),
      analysis_(options, intervention, prompt.tokens.size(),
                static_cast<std::size_t>(config.d_model), threads) {
  result_.prompt = prompt;
  result_.intervention = intervention;
  result_.states = options.states;
  result_.pairs = options.pairs;
  result_.cosine = options.cosine;
  result_.rogue_dimensions = options.rogue_dimensions;
  result_.exclude_first = options.exclude_first;
  for (const WordPair& pair : options.follow) {
    result_.followed.push_back({.pair = pair, .layers = {}, .final_norm = {}});
  }
}

void SilenceRun::observe(int index, const CleanState& clean, const engine::SilencedView& silenced) {
  observe(index, clean, to_vectors(silenced, d_model_), silenced.draws);
}

void SilenceRun::observe(int index, const CleanState& clean, SilencedVectors silenced,
                         std::span<const engine::RowsView> draws) {
  const bool is_hf = options_.states == StatesKind::hf;
  if (index == 0) {
    clean.require(analysis_.own());
    result_.trajectory.embedding_mean = mean(clean.pairs(analysis_.own()).cosines);
    return;
  }
  if (is_hf && index == n_layer_) return;  // ln_f's output stands in its place
  const bool is_final_norm = index > n_layer_;
  const bool in_layers = !is_final_norm || is_hf;
  const int layer = is_final_norm && in_layers ? n_layer_ - 1 : index - 1;
  BlockRows rows = analysis_.analyse(layer, clean, std::move(silenced));
  if (!draws.empty()) {
    rows.row.noise_floor = analysis_.noise_floor(rows.row.mean_delta, clean, draws);
  }
  if (is_final_norm) result_.trajectory.final_norm_mean = rows.row.mean_clean;
  if (!in_layers) {
    result_.final_norm = std::move(rows.row);
    for (std::size_t i = 0; i < rows.followed.size(); ++i) {
      result_.followed[i].final_norm = rows.followed[i];
    }
    final_norm_parts_ = std::move(rows.swap_parts);
    return;
  }
  add_late(layer, rows.delta);
  for (std::size_t i = 0; i < rows.followed.size(); ++i) {
    result_.followed[i].layers.push_back(rows.followed[i]);
  }
  result_.layers.push_back(std::move(rows.row));
  swap_parts_.push_back(std::move(rows.swap_parts));
  relative_.push_back(std::move(rows.relative));
  add_others(std::move(rows.others));
}

void SilenceRun::add_others(std::vector<OtherRow> rows) {
  others_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Other& other = others_[i];
    other.rows.push_back(std::move(rows[i].row));
    other.swap_parts.push_back(std::move(rows[i].swap_parts));
    if (other.undefined.empty()) other.undefined = std::move(rows[i].undefined);
  }
}

VerdictChange SilenceRun::judge_other(Other& other, std::string measured) const {
  VerdictChange change;
  change.measured = std::move(measured);
  change.undefined = other.undefined;
  if (!change.undefined.empty()) return change;
  const int cut = result_.intervention.cut_layer();
  judge(other.rows, result_.test, cut, add_token_swap(other.rows, other.swap_parts, options_));
  for (std::size_t i = 0; i < other.rows.size(); ++i) {
    if (other.rows[i].effect != result_.layers[i].effect) {
      change.blocks.push_back(static_cast<int>(i));
    }
  }
  change.role = role_of(other.rows, make_ripple(other.rows, cut));
  change.role_differs = change.role != result_.role;
  return change;
}

SilenceResult SilenceRun::finish(std::int64_t values_changed) {
  result_.values_changed = values_changed;
  const int cut = result_.intervention.cut_layer();
  result_.test = make_test(cut);
  judge(result_.layers, result_.test, cut, add_token_swap(result_.layers, swap_parts_, options_));
  for (LayerEffect& row : result_.layers) row.near_noise = is_near_noise(row);
  if (result_.final_norm) {
    add_token_swap(std::span(&*result_.final_norm, 1), std::span(&final_norm_parts_, 1), options_);
    judge_alone(*result_.final_norm, options_.alpha);
    result_.final_norm->near_noise = is_near_noise(*result_.final_norm);
  }
  result_.ripple = make_ripple(result_.layers, cut);
  result_.ripple.late_se = late_error();
  add_growth_interval(result_.ripple, relative_, options_.alpha);
  result_.role = role_of(result_.layers, result_.ripple);
  const std::vector<Comparison>& compared = analysis_.others();
  for (std::size_t i = 0; i < others_.size(); ++i) {
    const bool is_first = compared[i].pairs != analysis_.own().pairs;
    const CosineChoice& cosine = compared[i].cosine;
    VerdictChange change =
        judge_other(others_[i], !is_first ? to_string(cosine.kind, cosine.rogue_dimensions)
                                : result_.exclude_first ? "with position 0"
                                                        : "without position 0");
    if (is_first) result_.effect_depends_on_first = change.blocks;
    if (options_.geometry_beside) result_.verdict_changes.push_back(std::move(change));
  }
  std::vector<double> means;
  means.reserve(result_.layers.size());
  for (const LayerEffect& row : result_.layers) means.push_back(row.mean_clean);
  summarise(means, result_.trajectory);
  return std::move(result_);
}

void SilenceRun::add_late(int layer, std::span<const double> delta) {
  const std::vector<int> late = late_layers(n_layer_);
  if (layer < std::max(late.front(), result_.intervention.cut_layer())) return;
  if (late_delta_.empty()) late_delta_.assign(delta.size(), 0.0);
  for (std::size_t d = 0; d < delta.size(); ++d) late_delta_[d] += delta[d];
}

std::optional<double> SilenceRun::late_error() const {
  if (late_delta_.empty()) return std::nullopt;
  const std::vector<int> late = late_layers(n_layer_);
  const int n_blocks = n_layer_ - std::max(late.front(), result_.intervention.cut_layer());
  std::vector<double> means = late_delta_;
  for (double& value : means) value /= n_blocks;
  return dyadic_error(means, analysis_.own().pairs, result_.prompt.tokens.size(), options_.alpha);
}

TestSummary SilenceRun::make_test(int cut) const {
  TestSummary test;
  test.name = options_.test;
  test.alpha = options_.alpha;
  test.correction = options_.correction;
  test.family = options_.family;
  test.family_size = family_size(options_.family, n_layer_, n_head_, cut);
  if (test.name == Test::token_swap && test.family != Family::sweep) {
    // Its maximum over the blocks has no one threshold of p.
  } else if (test.correction == Correction::bonferroni) {
    test.threshold = test.alpha / static_cast<double>(test.family_size);
  } else if (test.correction == Correction::none) {
    test.threshold = test.alpha;
  }
  return test;
}

TrajectoryRun::TrajectoryRun(const ModelConfig& config, const Prompt& prompt,
                             const SilenceOptions& options)
    : options_(options), n_layer_(config.n_layer) {
  result_.prompt = prompt;
  result_.states = options.states;
  result_.cosine = options.cosine;
  result_.rogue_dimensions = options.rogue_dimensions;
  result_.exclude_first = options.exclude_first;
}

Comparison TrajectoryRun::comparison() const {
  return {.pairs = {.first_token = options_.exclude_first ? 1U : 0U, .first_movable = 0},
          .cosine = chosen_cosine(options_)};
}

void TrajectoryRun::observe(int index, const CleanState& clean) {
  clean.require(comparison());
  const CleanPairs& pairs = clean.pairs(comparison());
  const std::size_t first_token = comparison().pairs.first_token;
  TrajectoryRow row;
  row.n_pairs = static_cast<std::int64_t>(pairs.cosines.size());
  row.mean = mean(pairs.cosines);
  row.sd = sample_sd(pairs.cosines);
  row.q25 = quantile(pairs.cosines, 0.25);
  row.median = median(pairs.cosines);
  row.q75 = quantile(pairs.cosines, 0.75);
  row.mean_norm = mean(std::span(clean.measured().norms()).subspan(first_token));
  row.mean_distance = clean.mean_distance(comparison().pairs);
  row.effective_rank = clean.effective_rank(first_token);
  if (index == 0) {
    result_.embedding = row;
  } else if (index <= n_layer_) {
    result_.layers.push_back(row);
  } else {
    result_.final_norm = row;
  }
}

TrajectoryResult TrajectoryRun::finish() {
  if (options_.states == StatesKind::hf) result_.layers.back() = result_.final_norm;
  std::vector<double> means;
  means.reserve(result_.layers.size());
  for (const TrajectoryRow& row : result_.layers) means.push_back(row.mean);
  summarise(means, result_.summary);
  result_.summary.embedding_mean = result_.embedding.mean;
  result_.summary.final_norm_mean = result_.final_norm.mean;
  return std::move(result_);
}

}  // namespace tacet::experiment
