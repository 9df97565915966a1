#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

#include <fmt/format.h>

#include "tacet/error.h"
#include "tacet/sweep.h"

namespace tacet {
namespace {

/// The p-values of the cells at and above the cut of one outcome; none in the rows of an outcome
/// that has too few.
std::span<const LayerEffect> reachable(const SweepOutcome& outcome) {
  const auto cut = static_cast<std::size_t>(outcome.ripple.cut_layer);
  return std::span(outcome.layers).subspan(std::min(cut, outcome.layers.size()));
}

Role role_of(double late) {
  if (late == 0) return Role::none;
  return late < 0 ? Role::connector : Role::separator;
}

/// The row whose mean delta is farthest from 0; the lowest of equals.
const LayerEffect& farthest(std::span<const LayerEffect> rows) {
  return *std::ranges::max_element(rows, {},
                                   [](const LayerEffect& row) { return std::abs(row.mean_delta); });
}

/// Sums up one outcome; `p_adjusted` belongs to its reachable rows, in order.
HeadSummary summarise_one(const SweepOutcome& outcome,
                          std::span<const std::optional<double>> p_adjusted, double alpha) {
  const std::span<const LayerEffect> rows = reachable(outcome);
  const std::vector<int>& late_layers = outcome.ripple.late_layers;
  HeadSummary head;
  head.spec = outcome.spec;
  head.heads = outcome.heads;
  head.cut_layer = outcome.ripple.cut_layer;
  head.late = outcome.ripple.late_delta;
  head.immediate = outcome.ripple.immediate_delta;
  const LayerEffect& extreme = farthest(rows);
  head.extreme = extreme.mean_delta;
  head.extreme_layer = extreme.layer;
  head.t = extreme.t;
  head.cohen_dz = extreme.cohen_dz;
  bool late_significant = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::optional<double>& p = p_adjusted[i];
    if (!p) continue;
    const bool significant = *p < alpha;
    if (significant && !head.onset) head.onset = rows[i].layer;
    if (significant && i == 0) head.immediate_effect = true;
    if (significant && rows[i].layer == head.extreme_layer) head.extreme_effect = true;
    if (std::ranges::find(late_layers, rows[i].layer) == late_layers.end()) continue;
    late_significant |= significant;
    if (!head.p_adjusted || *p < *head.p_adjusted) head.p_adjusted = p;
  }
  if (late_significant) head.role = role_of(head.late);
  head.n_significant = late_significant ? 1 : 0;
  return head;
}

void count(SweepSummary& summary) {
  for (const HeadSummary& head : summary.heads) {
    switch (head.role) {
      case Role::separator:
        ++summary.n_separators;
        break;
      case Role::connector:
        ++summary.n_connectors;
        break;
      case Role::none:
        ++summary.n_none;
        break;
    }
    if (head.role != Role::none && !head.immediate_effect) ++summary.n_late_only;
  }
}

/// Several prompts' values of one number; those that do not exist are left out.
class Values {
 public:
  explicit Values(std::size_t n_prompts) : n_prompts_(n_prompts) { values_.reserve(n_prompts); }
  void add(const std::optional<double>& value) {
    if (value) values_.push_back(*value);
  }

  /// nullopt when there is none, and when infinities of both signs have no mean.
  std::optional<double> mean() const {
    if (values_.empty()) return std::nullopt;
    const double result = tacet::mean(values_);
    return std::isnan(result) ? std::nullopt : std::optional(result);
  }

  /// Of p-values: those that do not exist count as 1, unless none does.
  std::optional<double> median_p() const {
    if (values_.empty()) return std::nullopt;
    std::vector<double> all = values_;
    all.resize(n_prompts_, 1.0);
    return median(all);
  }

 private:
  std::size_t n_prompts_;
  std::vector<double> values_;
};

/// The key that was counted most often; the smallest of equals.
int most_often(const std::map<int, std::size_t>& counts) {
  return std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })
      ->first;
}

HeadSummary summarise_head(std::span<const SweepSummary> prompts, std::size_t index) {
  const std::size_t n_prompts = prompts.size();
  HeadSummary head = prompts.front().heads[index];
  head.n_prompts = 0;
  head.n_significant = 0;
  Values late(n_prompts);
  Values immediate(n_prompts);
  Values extreme(n_prompts);
  Values t(n_prompts);
  Values cohen_dz(n_prompts);
  Values onset(n_prompts);
  Values p_adjusted(n_prompts);
  std::map<int, std::size_t> extreme_layers;
  std::size_t n_late = 0;
  std::size_t n_immediate = 0;
  std::size_t n_extreme = 0;
  for (const SweepSummary& prompt : prompts) {
    const HeadSummary& one = prompt.heads[index];
    late.add(one.late);
    immediate.add(one.immediate);
    extreme.add(one.extreme);
    t.add(one.t);
    cohen_dz.add(one.cohen_dz);
    onset.add(one.onset);
    p_adjusted.add(one.p_adjusted);
    ++extreme_layers[one.extreme_layer];
    n_late += one.role != Role::none ? 1 : 0;
    n_immediate += one.immediate_effect ? 1 : 0;
    n_extreme += one.extreme_effect ? 1 : 0;
    head.n_prompts += one.n_prompts;
    head.n_significant += one.n_significant;
  }
  head.late = late.mean().value_or(0);
  head.immediate = immediate.mean().value_or(0);
  head.extreme = extreme.mean().value_or(0);
  head.extreme_layer = most_often(extreme_layers);
  head.t = t.mean();
  head.cohen_dz = cohen_dz.mean();
  head.onset = onset.mean();
  head.p_adjusted = p_adjusted.median_p();
  head.role = 2 * n_late >= n_prompts ? role_of(head.late) : Role::none;
  head.immediate_effect = 2 * n_immediate >= n_prompts;
  head.extreme_effect = 2 * n_extreme >= n_prompts;
  return head;
}

bool same_sweep(const SweepSummary& a, const SweepSummary& b) {
  return a.n_layer == b.n_layer && a.n_head == b.n_head && a.alpha == b.alpha &&
         a.correction == b.correction &&
         std::ranges::equal(a.heads, b.heads, {}, &HeadSummary::spec, &HeadSummary::spec);
}

}  // namespace

std::string_view to_string(Metric metric) {
  switch (metric) {
    case Metric::late:
      return "late";
    case Metric::immediate:
      return "immediate";
    case Metric::extreme:
      return "extreme";
    case Metric::t:
      return "t";
    case Metric::cohen_dz:
      return "cohen_dz";
    case Metric::onset:
      return "onset";
  }
  return "";
}

SweepOutcome outcome_of(const SilenceResult& result) {
  return {.spec = spec_of(result.intervention),
          .heads = result.intervention.heads,
          .values_changed = result.values_changed,
          .layers = result.layers,
          .final_norm = result.final_norm,
          .ripple = result.ripple,
          .followed = result.followed};
}

SweepSummary summarise(std::span<const SweepOutcome> outcomes, int n_layer, int n_head,
                       double alpha, Correction correction) {
  SweepSummary summary;
  summary.n_layer = n_layer;
  summary.n_head = n_head;
  summary.alpha = alpha;
  summary.correction = correction;
  std::vector<std::optional<double>> p;
  for (const SweepOutcome& outcome : outcomes) {
    if (reachable(outcome).empty()) {
      throw UsageError(
          fmt::format("the outcome of {} has no block at or above its cut", outcome.spec));
    }
    for (const LayerEffect& row : reachable(outcome)) p.push_back(row.p);
  }
  summary.family_size = static_cast<std::int64_t>(p.size());
  const auto adjusted = adjust_p_values(p, correction, p.size());
  std::span<const std::optional<double>> rest(adjusted);
  for (const SweepOutcome& outcome : outcomes) {
    const std::size_t n_rows = reachable(outcome).size();
    summary.heads.push_back(summarise_one(outcome, rest.first(n_rows), alpha));
    rest = rest.subspan(n_rows);
  }
  count(summary);
  return summary;
}

SweepSummary summarise(std::span<const SweepSummary> prompts) {
  if (prompts.empty()) throw UsageError("there is no sweep to sum up; give one at least");
  for (const SweepSummary& prompt : prompts) {
    if (!same_sweep(prompts.front(), prompt)) {
      throw UsageError(
          "the sweeps differ in shape, interventions or testing; sum up those that are alike");
    }
  }
  SweepSummary summary = prompts.front();
  if (prompts.size() == 1) return summary;
  summary.n_separators = summary.n_connectors = summary.n_none = summary.n_late_only = 0;
  for (std::size_t i = 0; i < summary.heads.size(); ++i) {
    summary.heads[i] = summarise_head(prompts, i);
  }
  count(summary);
  return summary;
}

std::optional<double> value_of(const HeadSummary& head, Metric metric) {
  switch (metric) {
    case Metric::late:
      return head.late;
    case Metric::immediate:
      return head.immediate;
    case Metric::extreme:
      return head.extreme;
    case Metric::t:
      return head.t;
    case Metric::cohen_dz:
      return head.cohen_dz;
    case Metric::onset:
      return head.onset;
  }
  return std::nullopt;
}

}  // namespace tacet
