// Predictions of several prompts with the prompt as the observation.
#include "tacet/predict_across.h"

#include <functional>

#include <fmt/format.h>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {
namespace {

using PredictedPrompts = std::span<const PredictResult>;
/// What is looked at of one prompt and intervention; nullopt where the prompt has no such number.
using Measure = std::function<std::optional<double>(const Prediction& clean,
                                                    const SilencedPrediction& silenced)>;

void check(PredictedPrompts prompts, std::span<const std::string> groups) {
  if (prompts.empty()) throw UsageError("predictions across prompts need one prompt at least");
  if (groups.size() != prompts.size()) {
    throw UsageError(fmt::format("there are {} groups for {} prompts; give one for each",
                                 groups.size(), prompts.size()));
  }
  const std::vector<SilencedPrediction>& first = prompts.front().interventions;
  for (const PredictResult& prompt : prompts) {
    bool is_same = prompt.interventions.size() == first.size();
    for (std::size_t i = 0; is_same && i < first.size(); ++i) {
      const Intervention& one = prompt.interventions[i].intervention;
      is_same = one.heads == first[i].intervention.heads &&
                to_string(one.mode) == to_string(first[i].intervention.mode);
    }
    if (!is_same) {
      throw UsageError("the prompts differ in interventions; sum up those that are alike");
    }
  }
}

std::optional<double> log_prob_change(const Prediction& clean, const SilencedPrediction& silenced) {
  return silenced.prediction.target.log_prob - clean.target.log_prob;
}

std::optional<double> logit_diff_change(const Prediction& clean,
                                        const SilencedPrediction& silenced) {
  if (!clean.logit_diff || !silenced.prediction.logit_diff) return std::nullopt;
  return *silenced.prediction.logit_diff - *clean.logit_diff;
}

std::optional<double> divergence(const Prediction& /*clean*/, const SilencedPrediction& silenced) {
  return silenced.kl;
}

/// The test of one measure of intervention `i` over the prompts that have it; nullopt without any.
std::optional<MeanTest> test_of(PredictedPrompts prompts, std::span<const std::string> groups,
                                std::size_t i, double alpha, const Measure& measure) {
  std::vector<double> values;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < prompts.size(); ++k) {
    if (const auto value = measure(prompts[k].clean, prompts[k].interventions[i])) {
      values.push_back(*value);
      names.push_back(groups[k]);
    }
  }
  if (values.empty()) return std::nullopt;
  return mean_t_test(group_means(values, group_prompts(names)), alpha);
}

double share_changed(PredictedPrompts prompts, std::size_t i) {
  std::size_t count = 0;
  for (const PredictResult& prompt : prompts) {
    if (prompt.interventions[i].top1_changed) ++count;
  }
  return static_cast<double>(count) / static_cast<double>(prompts.size());
}

void correct(std::vector<PredictAcrossRow>& rows) {
  std::vector<std::optional<double>> log_prob;
  std::vector<std::optional<double>> logit_diff;
  for (const PredictAcrossRow& row : rows) {
    log_prob.push_back(row.log_prob.test.p);
    if (row.logit_diff) logit_diff.push_back(row.logit_diff->test.p);
  }
  const auto log_prob_bh = adjust_p_values(log_prob, Correction::bh, log_prob.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].log_prob.p_bh = log_prob_bh[i];
  // Either every intervention has a logit difference, or none.
  if (logit_diff.empty()) return;
  const auto logit_diff_bh = adjust_p_values(logit_diff, Correction::bh, logit_diff.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].logit_diff->p_bh = logit_diff_bh[i];
}

}  // namespace

PredictAcrossResult predict_across(PredictedPrompts prompts, std::span<const std::string> groups,
                                   double alpha) {
  check(prompts, groups);
  PredictAcrossResult result;
  result.alpha = alpha;
  result.n_prompts = prompts.size();
  result.n_units = group_prompts(groups).n_groups;
  for (std::size_t i = 0; i < prompts.front().interventions.size(); ++i) {
    const Intervention& intervention = prompts.front().interventions[i].intervention;
    PredictAcrossRow row;
    row.spec = spec_of(intervention);
    row.heads = intervention.heads;
    row.mode = to_string(intervention.mode);
    row.log_prob.test = *test_of(prompts, groups, i, alpha, log_prob_change);
    if (const auto test = test_of(prompts, groups, i, alpha, logit_diff_change)) {
      row.logit_diff = PredictChange{.test = *test, .p_bh = {}};
    }
    const MeanTest kl = *test_of(prompts, groups, i, alpha, divergence);
    row.kl_n = kl.n;
    row.kl_mean = kl.mean;
    row.kl_sd = kl.sd;
    row.top1_changed = share_changed(prompts, i);
    result.rows.push_back(std::move(row));
  }
  correct(result.rows);
  return result;
}

}  // namespace tacet
