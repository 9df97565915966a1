#include <algorithm>

#include <fmt/format.h>

#include "experiment/block_tests.h"
#include "experiment/ripple.h"
#include "tacet/error.h"
#include "tacet/sweep.h"

namespace tacet {
namespace {

void decide(LayerEffect& row, const std::string& spec, Test test) {
  const auto found = std::ranges::find(row.tests, test, &TestResult::name);
  if (found == row.tests.end()) {
    if (row.effect == Effect::unchanged) return;
    throw UsageError(
        fmt::format("block {} of {} was not tested by {}", row.layer, spec, to_string(test)));
  }
  experiment::set_columns(row, *found);
  row.p_adjusted = found->p_adjusted;
  row.significant = found->significant;
  row.effect = experiment::effect_of(row);
  row.near_noise = is_near_noise(row);
}

}  // namespace

SweepOutcome decided_by(SweepOutcome outcome, Test test) {
  for (LayerEffect& row : outcome.layers) decide(row, outcome.spec, test);
  if (outcome.final_norm) decide(*outcome.final_norm, outcome.spec, test);
  const Ripple by_test = experiment::make_ripple(outcome.layers, outcome.ripple.cut_layer);
  // What no test decides stays, with its intervals.
  outcome.ripple.onset = by_test.onset;
  outcome.ripple.persistence = by_test.persistence;
  outcome.ripple.sign_changes = by_test.sign_changes;
  return outcome;
}

}  // namespace tacet
