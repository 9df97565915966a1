// Heads chosen on one half of the prompts and tested on the other.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "stats/random.h"
#include "tacet/across.h"
#include "tacet/error.h"

namespace tacet {
namespace {

using Prompts = std::span<const std::vector<PromptEffect>>;

constexpr std::size_t kFewestUnits = 4;  // two in each half

/// Whether each unit is in the half that is chosen on: Fisher and Yates' shuffle, the first half.
std::vector<bool> split(std::size_t n_units, std::uint64_t seed) {
  std::vector<std::size_t> order(n_units);
  std::iota(order.begin(), order.end(), std::size_t{0});
  stats::Random random(seed);
  for (std::size_t k = n_units - 1; k > 0; --k) std::swap(order[k], order[random.below(k + 1)]);
  std::vector<bool> choosing(n_units, false);
  for (std::size_t k = 0; k < (n_units + 1) / 2; ++k) choosing[order[k]] = true;
  return choosing;
}

/// The names of the prompts' groups at `places`.
std::vector<std::string> names_at(std::span<const std::string> groups,
                                  std::span<const std::size_t> places) {
  std::vector<std::string> names;
  for (const std::size_t place : places) names.push_back(groups[place]);
  return names;
}

/// t of every intervention's late_delta over the prompts at `places`.
std::vector<std::optional<double>> late_t(Prompts prompts, std::span<const std::string> groups,
                                          std::span<const std::size_t> places, double alpha) {
  const PromptGroups units = group_prompts(names_at(groups, places));
  std::vector<std::optional<double>> t;
  for (std::size_t head = 0; head < prompts.front().size(); ++head) {
    std::vector<double> values;
    for (const std::size_t place : places) values.push_back(prompts[place][head].late_delta);
    t.push_back(mean_t_test(group_means(values, units), alpha).t);
  }
  return t;
}

/// The places of the `count` largest |t|, the largest first; an equal one keeps its order.
std::vector<std::size_t> largest_t(const std::vector<std::optional<double>>& t, std::size_t count) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < t.size(); ++k) {
    if (t[k]) order.push_back(k);
  }
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t k) { return std::abs(*t[k]); });
  order.resize(std::min(order.size(), count));
  return order;
}

}  // namespace

HoldoutResult hold_out(std::span<const std::vector<PromptEffect>> prompts,
                       std::span<const std::string> groups, std::size_t n_heads,
                       const AcrossOptions& options) {
  if (groups.size() != prompts.size()) {
    throw UsageError(fmt::format("there are {} groups for {} prompts; give one for each",
                                 groups.size(), prompts.size()));
  }
  if (n_heads == 0) throw UsageError("no head is to be chosen; choose at least 1");
  const PromptGroups units = group_prompts(groups);
  if (units.n_groups < kFewestUnits) {
    throw UsageError(
        fmt::format("choosing on one half and testing on the other needs at least {} prompts or "
                    "groups of prompts, and there {} {}",
                    kFewestUnits, units.n_groups == 1 ? "is" : "are", units.n_groups));
  }
  for (const std::vector<PromptEffect>& prompt : prompts) {
    if (!std::ranges::equal(prompts.front(), prompt, {}, &PromptEffect::spec,
                            &PromptEffect::spec)) {
      throw UsageError("the prompts differ in interventions; give prompts that are alike");
    }
  }
  HoldoutResult result;
  result.seed = options.resampling.seed;
  const std::vector<bool> is_choosing = split(units.n_groups, result.seed);
  result.n_units_choosing = static_cast<std::size_t>(std::ranges::count(is_choosing, true));
  for (std::size_t k = 0; k < prompts.size(); ++k) {
    (is_choosing[units.of_prompt[k]] ? result.choosing : result.testing).push_back(k);
  }
  const auto t = late_t(prompts, groups, result.choosing, options.alpha);
  const std::vector<std::size_t> chosen = largest_t(t, n_heads);
  std::vector<std::vector<PromptEffect>> tested;
  for (const std::size_t place : result.testing) {
    std::vector<PromptEffect>& prompt = tested.emplace_back();
    for (const std::size_t head : chosen) prompt.push_back(prompts[place][head]);
  }
  for (const std::size_t head : chosen) result.chosen_t.push_back(t[head]);
  result.tested = across(tested, names_at(groups, result.testing), options);
  return result;
}

}  // namespace tacet
