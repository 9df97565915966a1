#include "report/page_across.h"

#include "report/column_values.h"
#include "tacet/stats.h"

namespace tacet::report {

using store::Json;
using store::ObjectBuilder;

Json across_json(const AcrossResult& result) {
  const auto late = [&](auto member) {
    return floats(result.heads,
                  [member](const AcrossHead& head) { return number(head.late.*member); });
  };
  const auto effects = [&](auto member) {
    return floats(result.heads,
                  [member](const AcrossHead& head) { return number(head.random_effects.*member); });
  };
  return ObjectBuilder("across")
      .value("n_units", result.n_units)
      .number("smallest_p", result.smallest_p)
      .value("mean", late(&MeanTest::mean))
      .value("ci_low", late(&MeanTest::ci_low))
      .value("ci_high", late(&MeanTest::ci_high))
      .value("log10_p", late(&MeanTest::log10_p))
      .value("p_max_t",
             floats(result.heads, [](const AcrossHead& head) { return number(head.p_max_t); }))
      .value("n_agree",
             floats(result.heads,
                    [](const AcrossHead& head) { return static_cast<float>(head.signs.n_agree); }))
      .value("weighted_mean", effects(&RandomEffects::mean))
      .value("weighted_ci_low", effects(&RandomEffects::ci_low))
      .value("weighted_ci_high", effects(&RandomEffects::ci_high))
      .value("weighted_p", effects(&RandomEffects::p))
      .value("prediction_low", effects(&RandomEffects::pi_low))
      .value("prediction_high", effects(&RandomEffects::pi_high))
      .value("i2", effects(&RandomEffects::i2))
      .take();
}

Json late_half_column(std::span<const SweepOutcome> outcomes, std::size_t n_tokens, double alpha) {
  const double t = n_tokens > 1 ? critical_t(alpha, static_cast<double>(n_tokens - 1)) : 0;
  return floats(outcomes, [t](const SweepOutcome& one) {
    return one.ripple.late_se ? number(t * *one.ripple.late_se) : kNone;
  });
}

}  // namespace tacet::report
