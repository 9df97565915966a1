// The bootstrap over tokens, studentised and with BCa intervals.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "stats/normal.h"
#include "stats/random.h"
#include "stats/spread.h"
#include "stats/token_means.h"
#include "tacet/error.h"

namespace tacet {
namespace {

constexpr std::int64_t kFewestDraws = 99;

/// A resample: its mean change and that mean's standard error.
struct Draw {
  double mean = 0;
  double error = 0;
};

/// Draws tokens with replacement and rebuilds the pairs between the copies.
class Resampler {
 public:
  Resampler(const PairChanges& changes, std::uint64_t seed)
      : changes_(changes), random_(seed), copies_(changes.n_tokens) {}

  /// One resample that has a pair; those without are counted in `redrawn`.
  Draw draw(std::int64_t& redrawn) {
    for (;; ++redrawn) {
      std::ranges::fill(copies_, 0.0);
      for (std::size_t k = 0; k < copies_.size(); ++k) copies_[random_.below(copies_.size())] += 1;
      if (const auto drawn = mean_of_copies()) return *drawn;
    }
  }

 private:
  std::optional<Draw> mean_of_copies() const {
    // A pair of tokens stands for the product of their copies; per token, what its pairs weigh when
    // one copy of it is left out.
    std::vector<double> sums(copies_.size(), 0.0);
    std::vector<double> weights(copies_.size(), 0.0);
    double sum = 0;
    double weight = 0;
    for (std::size_t d = 0; d < changes_.delta.size(); ++d) {
      const TokenPair pair = changes_.pairs[d];
      const double both = copies_[pair.i] * copies_[pair.j];
      if (both == 0) continue;
      sum += both * changes_.delta[d];
      weight += both;
      sums[pair.i] += copies_[pair.j] * changes_.delta[d];
      weights[pair.i] += copies_[pair.j];
      sums[pair.j] += copies_[pair.i] * changes_.delta[d];
      weights[pair.j] += copies_[pair.i];
    }
    if (weight == 0) return std::nullopt;
    std::vector<double> without;
    for (std::size_t token = 0; token < copies_.size(); ++token) {
      if (copies_[token] == 0) continue;
      const double left = weight - weights[token];
      if (left == 0) return Draw{.mean = sum / weight, .error = 0};
      without.insert(without.end(), static_cast<std::size_t>(copies_[token]),
                     (sum - sums[token]) / left);
    }
    return Draw{.mean = sum / weight, .error = stats::jackknife_error(without)};
  }

  const PairChanges& changes_;
  stats::Random random_;
  std::vector<double> copies_;  // of each token
};

/// Efron 1987: the bias by the share of resamples below the mean, the acceleration by the
/// jackknife.
void set_bca_interval(TestResult& result, std::span<const double> means,
                      const stats::JackknifeMeans& jackknife, double alpha) {
  const auto below = std::ranges::count_if(means, [&](double m) { return m < jackknife.mean; });
  const auto up_to = std::ranges::count_if(means, [&](double m) { return m <= jackknife.mean; });
  const double share = static_cast<double>(below + up_to) / static_cast<double>(2 * means.size());
  if (!(share > 0 && share < 1)) {
    result.note = "all resamples lie on one side of the mean: no BCa interval";
    return;
  }
  const double bias = stats::normal_quantile(share);
  const double centre = mean(jackknife.without);
  double squares = 0;
  double cubes = 0;
  for (const double value : jackknife.without) {
    const double deviation = centre - value;
    squares += deviation * deviation;
    cubes += deviation * deviation * deviation;
  }
  const double acceleration = squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
  const auto end = [&](double level) {
    const double z = bias + stats::normal_quantile(level);
    return quantile(means, stats::normal_cdf(bias + z / (1 - acceleration * z)));
  };
  result.ci_low = end(alpha / 2);
  result.ci_high = end(1 - alpha / 2);
}

}  // namespace

TestResult token_bootstrap_test(const PairChanges& changes, double alpha,
                                const ResamplingOptions& options) {
  stats::check_changes(changes, alpha);
  if (options.draws < kFewestDraws) {
    throw UsageError(fmt::format("{} draws are too few for a p-value; use at least {}",
                                 options.draws, kFewestDraws));
  }
  TestResult result;
  result.name = Test::token_bootstrap;
  if (stats::is_unchanged(changes.delta)) return result;
  const auto jackknife = stats::leave_tokens_out(changes);
  if (!jackknife) {
    result.note = "without one of the tokens no pair is left";
    return result;
  }
  const double error = stats::jackknife_error(jackknife->without);
  if (error == 0) {
    result = stats::t_result(Test::token_bootstrap, jackknife->mean, 0,
                             static_cast<double>(changes.n_tokens) - 1, alpha);
    result.df.reset();
    if (result.note.empty()) {
      result.note = "the mean is the same without any one token: nothing to studentise by";
    }
    return result;
  }
  const double observed = std::abs(jackknife->mean / error);
  Resampler resampler(changes, options.seed);
  std::int64_t redrawn = 0;
  std::int64_t exceeding = 0;
  std::vector<double> means;
  means.reserve(static_cast<std::size_t>(options.draws));
  for (std::int64_t draw = 0; draw < options.draws; ++draw) {
    const Draw drawn = resampler.draw(redrawn);
    means.push_back(drawn.mean);
    exceeding +=
        drawn.error == 0 || std::abs(drawn.mean - jackknife->mean) / drawn.error >= observed;
  }
  result.statistic = jackknife->mean / error;
  result.se = error;
  result.p = static_cast<double>(1 + exceeding) / static_cast<double>(1 + options.draws);
  result.log10_p = std::log10(*result.p);
  set_bca_interval(result, means, *jackknife, alpha);
  result.resampling = Resampling{.seed = options.seed,
                                 .draws = options.draws,
                                 .redrawn = redrawn,
                                 .percentile_low = quantile(means, alpha / 2),
                                 .percentile_high = quantile(means, 1 - alpha / 2)};
  return result;
}

}  // namespace tacet
