// Random effects over prompts: REML and the interval of Hartung and Knapp.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <fmt/format.h>

#include "stats/quiet.h"
#include "stats/spread.h"
#include "tacet/error.h"
#include "tacet/prompt_tests.h"

namespace tacet {
namespace {

using Real = long double;  // its exponents hold the squares of the smallest doubles

/// Steps of the search for maxima: a factor of 10^(1/8) each.
constexpr int kStepsPerDecade = 8;
constexpr int kDecadesDown = 12;
constexpr int kMostDoublings = 200;
constexpr std::uintmax_t kMostSteps = 200;

/// What the weights 1 / (v + tau2) make of the units.
struct Fit {
  Real weight = 0;   // sum of w
  Real squares = 0;  // sum of w^2
  Real mean = 0;
  Real residual = 0;          // sum of w (y - mean)^2
  Real squared_residual = 0;  // sum of w^2 (y - mean)^2
  Real log_variances = 0;     // sum of log(v + tau2)
};

class Units {
 public:
  Units(std::span<const double> effects, std::span<const double> variances)
      : effects_(effects), variances_(variances) {}

  Fit fit(Real tau2) const {
    Fit fit;
    Real weighted = 0;
    // From the first effect: equal effects give their own value.
    const Real origin = effects_.front();
    for (std::size_t k = 0; k < effects_.size(); ++k) {
      const Real variance = variances_[k] + tau2;
      const Real w = 1 / variance;
      fit.weight += w;
      fit.squares += w * w;
      fit.log_variances += std::log(variance);
      weighted += w * (effects_[k] - origin);
    }
    fit.mean = origin + weighted / fit.weight;
    for (std::size_t k = 0; k < effects_.size(); ++k) {
      const Real w = 1 / (variances_[k] + tau2);
      const Real e = effects_[k] - fit.mean;
      fit.residual += w * e * e;
      fit.squared_residual += w * w * e * e;
    }
    return fit;
  }

  /// Twice the derivative of the restricted log-likelihood by tau2: y'PPy - tr P (Viechtbauer
  /// 2005, eq. 6).
  Real score(Real tau2) const {
    const Fit at = fit(tau2);
    return at.squared_residual - (at.weight - at.squares / at.weight);
  }

  /// Twice the restricted log-likelihood without its constants.
  Real likelihood(Real tau2) const {
    const Fit at = fit(tau2);
    return -(at.log_variances + std::log(at.weight) + at.residual);
  }

 private:
  std::span<const double> effects_;
  std::span<const double> variances_;
};

/// The root of the score between a rise and a fall of the likelihood.
std::optional<Real> root(const Units& units, Real low, Real high) {
  std::uintmax_t steps = kMostSteps;
  const auto enough = [](Real a, Real b) {
    return std::abs(b - a) <= 8 * std::numeric_limits<Real>::epsilon() * std::abs(b);
  };
  const auto bracket = boost::math::tools::toms748_solve(
      [&](Real tau2) { return units.score(tau2); }, low, high, enough, steps, stats::Quiet());
  if (steps >= kMostSteps) return std::nullopt;
  return (bracket.first + bracket.second) / 2;
}

/// Where the restricted likelihood is highest; nullopt where it has no maximum. `floor` is 0, or
/// where a variance of 0 forbids that, the lowest tau2 looked at.
std::optional<Real> reml(const Units& units, Real floor, Real scale) {
  Real upper = scale;
  int doublings = 0;
  for (; !(units.score(upper) < 0); upper *= 2) {
    if (++doublings > kMostDoublings) return std::nullopt;
  }
  std::optional<Real> best;
  Real best_likelihood = 0;
  const auto consider = [&](Real tau2) {
    const Real likelihood = units.likelihood(tau2);
    if (!best || likelihood > best_likelihood) {
      best = tau2;
      best_likelihood = likelihood;
    }
  };
  Real low = floor;
  Real low_score = units.score(floor);
  if (!(low_score > 0)) consider(floor);
  const Real step = std::pow(Real{10}, Real{1} / kStepsPerDecade);
  for (int k = kDecadesDown * kStepsPerDecade; k >= 0; --k) {
    const Real high = upper * std::pow(step, -static_cast<Real>(k));
    if (high <= low) continue;
    const Real high_score = units.score(high);
    if (low_score > 0 && !(high_score > 0)) {
      const auto maximum = root(units, low, high);
      if (!maximum) return std::nullopt;
      consider(*maximum);
    }
    low = high;
    low_score = high_score;
  }
  return best;
}

void check(std::span<const double> effects, std::span<const double> variances, double alpha) {
  if (effects.size() != variances.size()) {
    throw UsageError(
        fmt::format("random effects got {} effects and {} variances; give one for "
                    "each",
                    effects.size(), variances.size()));
  }
  if (std::ranges::any_of(variances, [](double v) { return !(v >= 0); })) {
    throw UsageError("a variance is below 0; variances are squares of standard errors");
  }
  if (!(alpha > 0 && alpha < 1)) {
    throw UsageError(fmt::format("alpha is {}; it must lie between 0 and 1", alpha));
  }
}

bool all_finite(const RandomEffects& result) {
  const auto finite = [](const std::optional<double>& value) {
    return !value || std::isfinite(*value);
  };
  return finite(result.mean) && finite(result.se) && finite(result.tau2) && finite(result.q) &&
         finite(result.ci_low) && finite(result.ci_high) && finite(result.pi_low) &&
         finite(result.pi_high) && finite(result.i2);
}

RandomEffects silent(std::size_t k, std::string note) {
  RandomEffects result;
  result.k = k;
  result.note = std::move(note);
  return result;
}

/// Q, its p and I2, which weigh by 1 / v.
void add_heterogeneity(RandomEffects& result, const Units& units, Real tau2) {
  const Fit fixed = units.fit(0);
  const Real df = static_cast<Real>(result.k) - 1;
  const Real typical = df / (fixed.weight - fixed.squares / fixed.weight);
  result.q = static_cast<double>(fixed.residual);
  result.q_p =
      static_cast<double>(boost::math::gamma_q(df / 2, fixed.residual / 2, stats::Quiet()));
  result.i2 = static_cast<double>(tau2 / (tau2 + typical));
}

}  // namespace

RandomEffects random_effects(std::span<const double> effects, std::span<const double> variances,
                             double alpha) {
  check(effects, variances, alpha);
  const std::size_t k = effects.size();
  if (k < 2)
    return silent(k,
                  fmt::format("needs at least 2 units, and there {} {}", k == 1 ? "is" : "are", k));
  const Units units(effects, variances);
  const Real df = static_cast<Real>(k) - 1;
  const Real spread = stats::squared_deviations(effects) / df;
  const Real largest = *std::ranges::max_element(variances);
  const bool has_zero = std::ranges::any_of(variances, [](double v) { return v == 0; });
  const Real scale = spread + largest;
  if (scale == 0) return silent(k, "no unit has a variance and none differs from another");
  const Real floor = has_zero ? scale * std::pow(Real{10}, -kDecadesDown) : 0;
  const std::optional<Real> tau2 = reml(units, floor, scale);
  if (!tau2 || (has_zero && *tau2 <= floor)) {
    return silent(k, has_zero ? "a unit's variance is 0 and the estimate between units is too: "
                                "its weight would be infinite"
                              : "the estimate of the variance between units did not converge");
  }
  const Fit fit = units.fit(*tau2);
  const Real se = std::sqrt(fit.residual / df / fit.weight);
  RandomEffects result;
  result.k = k;
  result.mean = static_cast<double>(fit.mean);
  result.se = static_cast<double>(se);
  result.tau2 = static_cast<double>(*tau2);
  result.df = static_cast<double>(df);
  const Real critical = critical_t(alpha, *result.df);
  result.ci_low = static_cast<double>(fit.mean - critical * se);
  result.ci_high = static_cast<double>(fit.mean + critical * se);
  const Real predicted = critical * std::sqrt(*tau2 + se * se);
  result.pi_low = static_cast<double>(fit.mean - predicted);
  result.pi_high = static_cast<double>(fit.mean + predicted);
  if (se > 0 || fit.mean != 0) {
    result.t = se > 0 ? static_cast<double>(fit.mean / se)
                      : std::copysign(std::numeric_limits<double>::infinity(), *result.mean);
    result.p = two_sided_p(*result.t, *result.df);
  } else {
    result.note = "mean and standard error are both exactly 0";
  }
  if (has_zero) {
    result.note = "a unit's variance is 0: Q and I2 do not exist";
  } else {
    add_heterogeneity(result, units, *tau2);
  }
  if (!all_finite(result)) return silent(k, "numbers leave the range of doubles");
  return result;
}

}  // namespace tacet
