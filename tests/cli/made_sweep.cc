#include "cli/made_sweep.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace tacet::cli::testing {
namespace {

store::StoredRun made_run(int id) {
  store::StoredRun run;
  run.id = id;
  run.prompt = {.text = "I like pizza!",
                .tokens = {{40, "I"}, {588, " like"}, {14256, " pizza"}, {0, "!"}}};
  run.model_id = "made";
  run.model_fingerprint = "0123456789abcdef";
  run.model_dtype = "F32";
  run.n_layer = 5;
  run.n_head = 4;
  run.d_model = 32;
  run.tool_version = "0.1.0";
  run.n_interventions = 3;
  return run;
}

void count_roles(SweepSummary& summary) {
  for (const HeadSummary& head : summary.heads) {
    summary.n_connectors += head.role == Role::connector ? 1 : 0;
    summary.n_separators += head.role == Role::separator ? 1 : 0;
    summary.n_none += head.role == Role::none ? 1 : 0;
    summary.n_late_only += head.role != Role::none && !head.immediate_effect ? 1 : 0;
  }
}

}  // namespace

HeadSummary made_head(int layer, int head, double late, double immediate, Role role) {
  HeadSummary made;
  made.heads = {{layer, head}};
  made.spec = to_string(made.heads.front());
  made.cut_layer = layer;
  made.late = late;
  made.immediate = immediate;
  made.extreme = late * 2;
  made.extreme_layer = 4;
  made.role = role;
  made.n_significant = role == Role::none ? 0 : 1;
  if (late != 0) {
    made.t = late * 1000;
    made.cohen_dz = late * 100;
    made.p_adjusted = role == Role::none ? 0.5 : 1e-6;
  }
  if (role != Role::none) made.onset = 4;
  made.extreme_effect = role != Role::none;
  return made;
}

SweepSummary made_summary(int n_layer, int n_head) {
  SweepSummary summary;
  summary.n_layer = n_layer;
  summary.n_head = n_head;
  for (int layer = 0; layer < n_layer; ++layer) {
    for (int head = 0; head < n_head; ++head) {
      const int step = (7 * layer + 5 * head) % 9 - 4;
      const bool has_role = step != 0 && head % 3 == 0;
      const Role role = !has_role ? Role::none : step < 0 ? Role::connector : Role::separator;
      summary.heads.push_back(made_head(layer, head, 0.001 * step, 0.0005 * step, role));
    }
    summary.family_size += static_cast<std::int64_t>(n_head) * (n_layer - layer);
  }
  count_roles(summary);
  return summary;
}

store::SweepListing made_sweep() {
  store::SweepListing listing;
  listing.runs = {made_run(7)};
  SweepSummary summary;
  summary.n_layer = 5;
  summary.n_head = 4;
  summary.family_size = 11;
  summary.heads = {made_head(1, 0, -0.05, -0.00002, Role::connector),
                   made_head(1, 3, 0.02, 0.01, Role::separator), made_head(3, 0, 0, 0, Role::none)};
  summary.heads[0].t = -std::numeric_limits<double>::infinity();
  summary.heads[1].immediate_effect = true;
  count_roles(summary);
  listing.per_run = {summary};
  listing.summary = summary;
  return listing;
}

store::SweepListing made_sweeps(int count) {
  store::SweepListing listing = made_sweep();
  const SweepSummary one = listing.summary;
  listing.runs.clear();
  listing.per_run.clear();
  for (int i = 0; i < count; ++i) {
    listing.runs.push_back(made_run(i + 1));
    listing.runs.back().prompt.text = fmt::format("I like pizza number {}!", i);
    listing.per_run.push_back(one);
  }
  listing.runs.front().prompt_id = "first";
  listing.summary = summarise(listing.per_run);
  return listing;
}

}  // namespace tacet::cli::testing
