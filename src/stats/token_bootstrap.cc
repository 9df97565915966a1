// The bootstrap over tokens, studentised and with BCa intervals.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "stats/draws.h"
#include "stats/normal.h"
#include "stats/random.h"
#include "stats/spread.h"
#include "stats/token_means.h"
#include "tacet/error.h"

namespace tacet {
namespace {

/// A resample: its mean change and that mean's standard error.
struct Draw {
  double mean = 0;
  double error = 0;
};

/// Draws tokens with replacement.
class TokenDraws {
 public:
  TokenDraws(const PairChanges& changes, std::uint64_t seed) : changes_(changes), random_(seed) {}

  /// Fills `copies`, of each token, with a resample that has a pair; those without are counted.
  void draw(std::span<double> copies) {
    for (;; ++redrawn_) {
      std::ranges::fill(copies, 0.0);
      for (std::size_t k = 0; k < copies.size(); ++k) copies[random_.below(copies.size())] += 1;
      if (has_pair(copies)) return;
    }
  }

  std::int64_t redrawn() const { return redrawn_; }

 private:
  bool has_pair(std::span<const double> copies) const {
    return std::ranges::any_of(changes_.pairs, [copies](const TokenPair& pair) {
      return copies[pair.i] > 0 && copies[pair.j] > 0;
    });
  }

  const PairChanges& changes_;
  stats::Random random_;
  std::int64_t redrawn_ = 0;
};

/// The resample with so many copies of each token, which has a pair: the pairs between the copies.
Draw resample(const PairChanges& changes, std::span<const double> copies) {
  // A pair of tokens stands for the product of their copies; per token, what its pairs weigh when
  // one copy of it is left out.
  std::vector<double> sums(copies.size(), 0.0);
  std::vector<double> weights(copies.size(), 0.0);
  double sum = 0;
  double weight = 0;
  for (std::size_t d = 0; d < changes.delta.size(); ++d) {
    const TokenPair pair = changes.pairs[d];
    const double both = copies[pair.i] * copies[pair.j];
    if (both == 0) continue;
    sum += both * changes.delta[d];
    weight += both;
    sums[pair.i] += copies[pair.j] * changes.delta[d];
    weights[pair.i] += copies[pair.j];
    sums[pair.j] += copies[pair.i] * changes.delta[d];
    weights[pair.j] += copies[pair.i];
  }
  std::vector<double> without;
  for (std::size_t token = 0; token < copies.size(); ++token) {
    if (copies[token] == 0) continue;
    const double left = weight - weights[token];
    if (left == 0) return Draw{.mean = sum / weight, .error = 0};
    without.insert(without.end(), static_cast<std::size_t>(copies[token]),
                   (sum - sums[token]) / left);
  }
  return Draw{.mean = sum / weight, .error = stats::jackknife_error(without)};
}

/// Makes `n` resamples and hands them to `take` in order. The tokens are drawn one after the other,
/// so that it does not matter who makes what of them.
void for_batches(const PairChanges& changes, std::int64_t n, TokenDraws& tokens,
                 const ForEach& for_each, const std::function<void(const Draw&)>& take) {
  constexpr std::size_t kBatch = 1024;
  constexpr std::size_t kPiece = 16;  // resamples that one thread makes at a time
  const std::size_t n_tokens = changes.n_tokens;
  std::vector<double> copies(kBatch * n_tokens);
  std::vector<Draw> draws(kBatch);
  for (auto left = static_cast<std::size_t>(n); left > 0;) {
    const std::size_t count = std::min(left, kBatch);
    const auto of = [&](std::size_t i) {
      return std::span(copies).subspan(i * n_tokens, n_tokens);
    };
    for (std::size_t i = 0; i < count; ++i) tokens.draw(of(i));
    const auto make_piece = [&](std::size_t piece) {
      const std::size_t end = std::min((piece + 1) * kPiece, count);
      for (std::size_t i = piece * kPiece; i < end; ++i) draws[i] = resample(changes, of(i));
    };
    const std::size_t n_pieces = (count + kPiece - 1) / kPiece;
    if (for_each) {
      for_each(n_pieces, make_piece);
    } else {
      for (std::size_t piece = 0; piece < n_pieces; ++piece) make_piece(piece);
    }
    for (const Draw& drawn : std::span(draws).first(count)) take(drawn);
    left -= count;
  }
}

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
                                const ResamplingOptions& options, const ForEach& for_each) {
  stats::check_changes(changes, alpha);
  if (options.draws < stats::kFewestDraws) {
    throw UsageError(fmt::format("{} draws are too few for a p-value; use at least {}",
                                 options.draws, stats::kFewestDraws));
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
  std::int64_t exceeding = 0;
  std::vector<double> means;
  means.reserve(static_cast<std::size_t>(options.draws));
  TokenDraws tokens(changes, options.seed);
  for_batches(changes, options.draws, tokens, for_each, [&](const Draw& drawn) {
    means.push_back(drawn.mean);
    exceeding +=
        drawn.error == 0 || std::abs(drawn.mean - jackknife->mean) / drawn.error >= observed;
  });
  result.statistic = jackknife->mean / error;
  result.se = error;
  result.p = static_cast<double>(1 + exceeding) / static_cast<double>(1 + options.draws);
  result.log10_p = std::log10(*result.p);
  set_bca_interval(result, means, *jackknife, alpha);
  result.resampling = Resampling{.seed = options.seed,
                                 .draws = options.draws,
                                 .redrawn = tokens.redrawn(),
                                 .percentile_low = quantile(means, alpha / 2),
                                 .percentile_high = quantile(means, 1 - alpha / 2)};
  return result;
}

}  // namespace tacet
