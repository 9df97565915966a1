// Prompts as observations: groups, the plain t-test and the sign test.
#include <algorithm>
#include <cmath>
#include <map>

#include <boost/math/special_functions/beta.hpp>
#include <fmt/format.h>

#include "stats/quiet.h"
#include "stats/spread.h"
#include "stats/token_means.h"
#include "tacet/error.h"
#include "tacet/prompt_tests.h"

namespace tacet {
namespace {

std::vector<double> group_sizes(const PromptGroups& groups, std::size_t n_values) {
  if (groups.of_prompt.size() != n_values) {
    throw UsageError(fmt::format("there are {} values for {} prompts; give one for each", n_values,
                                 groups.of_prompt.size()));
  }
  std::vector<double> sizes(groups.n_groups, 0.0);
  for (const std::size_t group : groups.of_prompt) sizes.at(group) += 1;
  return sizes;
}

}  // namespace

PromptGroups group_prompts(std::span<const std::string> names) {
  PromptGroups groups;
  std::map<std::string, std::size_t> numbers;
  for (const std::string& name : names) {
    std::size_t number = groups.n_groups;
    if (!name.empty()) number = numbers.emplace(name, number).first->second;
    groups.n_groups = std::max(groups.n_groups, number + 1);
    groups.of_prompt.push_back(number);
  }
  return groups;
}

std::vector<double> group_means(std::span<const double> values, const PromptGroups& groups) {
  const std::vector<double> sizes = group_sizes(groups, values.size());
  std::vector<double> means(groups.n_groups, 0.0);
  for (std::size_t k = 0; k < values.size(); ++k) means[groups.of_prompt[k]] += values[k];
  for (std::size_t g = 0; g < means.size(); ++g) means[g] /= sizes[g];
  return means;
}

std::vector<double> group_variances(std::span<const double> variances, const PromptGroups& groups) {
  const std::vector<double> sizes = group_sizes(groups, variances.size());
  std::vector<double> result(groups.n_groups, 0.0);
  for (std::size_t k = 0; k < variances.size(); ++k) result[groups.of_prompt[k]] += variances[k];
  for (std::size_t g = 0; g < result.size(); ++g) result[g] /= sizes[g] * sizes[g];
  return result;
}

MeanTest mean_t_test(std::span<const double> values, double alpha) {
  if (values.empty()) throw UsageError("a test across prompts needs at least one value");
  if (!(alpha > 0 && alpha < 1)) {
    throw UsageError(fmt::format("alpha is {}; it must lie between 0 and 1", alpha));
  }
  MeanTest test;
  test.n = values.size();
  // A sum of equal numbers may round; their mean is the number.
  test.mean = stats::all_equal(values) ? values.front() : mean(values);
  if (test.n < 2) return test;
  const auto n = static_cast<long double>(test.n);
  const long double squares = stats::squared_deviations(values);
  const long double standard_error = std::sqrt(squares / (n - 1) / n);
  test.sd = static_cast<double>(std::sqrt(squares / (n - 1)));
  test.se = static_cast<double>(standard_error);
  if (stats::is_unchanged(values)) return test;
  const TestResult result =
      stats::t_result(Test::paired, test.mean, standard_error, static_cast<double>(n - 1), alpha);
  test.t = result.statistic;
  test.df = result.df;
  test.p = result.p;
  test.log10_p = result.log10_p;
  test.ci_low = result.ci_low;
  test.ci_high = result.ci_high;
  return test;
}

SignCount sign_count(std::span<const double> values) {
  SignCount count;
  for (const double value : values) {
    ++(value > 0 ? count.n_positive : value < 0 ? count.n_negative : count.n_zero);
  }
  const double centre = mean(values);
  if (centre != 0) count.n_agree = centre > 0 ? count.n_positive : count.n_negative;
  const std::size_t n = count.n_positive + count.n_negative;
  if (n == 0) return count;
  const std::size_t fewer = std::min(count.n_positive, count.n_negative);
  // P(X <= fewer) of the binomial with 1/2 as an incomplete beta function (DLMF 8.17.5), doubled:
  // 1/2 makes both tails the same. Where the halves meet, they overlap.
  if (2 * fewer == n) {
    count.p = 1;
  } else {
    const double tail = boost::math::ibeta(static_cast<double>(n - fewer),
                                           static_cast<double>(fewer + 1), 0.5, stats::Quiet());
    count.p = std::min(1.0, 2 * tail);
  }
  return count;
}

}  // namespace tacet
