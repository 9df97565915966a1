// What of a sweep and of a prediction is compared.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tacet/comparison.h"
#include "tacet/error.h"

namespace tacet {
namespace {

Flag flag_of(Role role) {
  switch (role) {
    case Role::separator:
      return Flag::coupling;
    case Role::connector:
      return Flag::decoupling;
    case Role::none:
      break;
  }
  return Flag::none;
}

double change(const PredictResult& result, const Prediction& prediction, PredictedValue value) {
  if (value == PredictedValue::prob) return prediction.target.prob - result.clean.target.prob;
  return prediction.logit_diff.value() - result.clean.logit_diff.value();
}

}  // namespace

Comparison compare_sweeps(std::span<const SweepSummary> sweeps, std::span<const std::string> names,
                          std::string by) {
  if (sweeps.size() != names.size() || sweeps.empty()) {
    throw UsageError(fmt::format("{} sweeps are compared under {} names; give each one",
                                 sweeps.size(), names.size()));
  }
  std::vector<ComparedHead> heads;
  for (const HeadSummary& head : sweeps.front().heads) {
    heads.push_back({.spec = head.spec, .heads = head.heads, .values = {}});
  }
  std::vector<VariantValues> variants;
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    if (!std::ranges::equal(sweeps[i].heads, heads, {}, &HeadSummary::spec, &ComparedHead::spec)) {
      throw UsageError(fmt::format(
          "the sweeps '{}' and '{}' hold other interventions; compare those that are alike",
          names.front(), names[i]));
    }
    VariantValues& variant = variants.emplace_back();
    variant.name = names[i];
    for (const HeadSummary& head : sweeps[i].heads) {
      variant.values.push_back(head.late);
      variant.flags.push_back(flag_of(head.role));
    }
  }
  return compare(heads, variants, FlagKind::effects, "mean Δ over the late blocks", "late_delta",
                 std::move(by));
}

std::string_view to_string(PredictedValue value) {
  return value == PredictedValue::prob ? "prob" : "logit-diff";
}

Comparison compare_predictions(const PredictResult& result, std::span<const std::string> names,
                               std::string by, PredictedValue value) {
  const std::vector<SilencedPrediction>& all = result.interventions;
  if (names.empty() || all.empty() || all.size() % names.size() != 0) {
    throw UsageError(
        fmt::format("{} predictions cannot be those of {} variants", all.size(), names.size()));
  }
  if (value == PredictedValue::logit_diff && !result.clean.logit_diff) {
    throw UsageError("the logit difference is compared, and there is no contrast; name one");
  }
  const std::size_t n_heads = all.size() / names.size();
  std::vector<ComparedHead> heads;
  for (std::size_t i = 0; i < n_heads; ++i) {
    const Intervention& one = all[i].intervention;
    heads.push_back({.spec = spec_of(one), .heads = one.heads, .values = {}});
  }
  std::vector<VariantValues> variants;
  for (std::size_t k = 0; k < names.size(); ++k) {
    VariantValues& variant = variants.emplace_back();
    variant.name = names[k];
    for (std::size_t i = 0; i < n_heads; ++i) {
      const SilencedPrediction& one = all[k * n_heads + i];
      if (one.intervention.heads != heads[i].heads) {
        throw UsageError(fmt::format(
            "the variants '{}' and '{}' silence other heads; compare the same in the same order",
            names.front(), names[k]));
      }
      variant.values.push_back(change(result, one.prediction, value));
      variant.flags.push_back(one.top1_changed ? Flag::top1_changed : Flag::none);
    }
  }
  const bool of_prob = value == PredictedValue::prob;
  return compare(heads, variants, FlagKind::top1,
                 of_prob ? "P(silenced) − P(clean)" : "logit difference, silenced − clean",
                 of_prob ? "delta_prob" : "delta_logit_diff", std::move(by));
}

}  // namespace tacet
