#include "report/page_columns.h"

#include <algorithm>

#include "report/column_values.h"

namespace tacet::report {
namespace {

using store::Json;

constexpr std::uint8_t kEffectAtCut = 4;
constexpr std::uint8_t kEffectAtExtreme = 8;

std::uint8_t code_of(const HeadSummary& head) {
  std::uint8_t code = 0;
  if (head.role == Role::connector) code = 1;
  if (head.role == Role::separator) code = 2;
  if (head.immediate_effect) code |= kEffectAtCut;
  if (head.extreme_effect) code |= kEffectAtExtreme;
  return code;
}

std::uint8_t code_of(const LayerEffect& row) {
  switch (row.effect) {
    case Effect::none:
      return 0;
    case Effect::coupling:
      return 1;
    case Effect::decoupling:
      return 2;
    case Effect::unchanged:
      return 3;
  }
  return 0;
}

/// The rows of an outcome that the page holds: below the cut nothing changes.
std::span<const LayerEffect> reachable(const SweepOutcome& outcome) {
  return std::span(outcome.layers).subspan(static_cast<std::size_t>(outcome.ripple.cut_layer));
}

std::vector<LayerEffect> rows_of(std::span<const SweepOutcome> outcomes) {
  std::vector<LayerEffect> rows;
  rows.reserve(n_rows(outcomes));
  for (const SweepOutcome& outcome : outcomes) {
    const std::span<const LayerEffect> blocks = reachable(outcome);
    rows.insert(rows.end(), blocks.begin(), blocks.end());
    if (outcome.final_norm) rows.push_back(*outcome.final_norm);
  }
  return rows;
}

float ci_half(const LayerEffect& row) {
  if (!row.ci_low || !row.ci_high) return kNone;
  return number((*row.ci_high - *row.ci_low) / 2);
}

/// Where a row stands alone, in no family, its own p says what is significant.
std::optional<double> family_p(const LayerEffect& row) {
  return row.p_adjusted ? row.p_adjusted : row.p;
}

/// The columns of summaries that follow from the test that decides.
void add_decided(Json& columns, std::span<const HeadSummary> heads) {
  columns["t"] = floats(heads, [](const HeadSummary& head) { return number(head.t); });
  columns["onset"] = floats(heads, [](const HeadSummary& head) { return number(head.onset); });
  columns["log10_p_adjusted"] =
      floats(heads, [](const HeadSummary& head) { return log10_of(head.p_adjusted); });
  columns["code"] = bytes(heads, [](const HeadSummary& head) { return code_of(head); });
  if (!heads.empty() && heads.front().n_prompts > 1) {
    columns["n_significant"] = floats(
        heads, [](const HeadSummary& head) { return static_cast<float>(head.n_significant); });
  }
}

/// Likewise of ripples.
void add_decided(Json& columns, std::span<const SweepOutcome> outcomes) {
  columns["onset"] =
      floats(outcomes, [](const SweepOutcome& one) { return number(one.ripple.onset); });
  columns["persistence"] =
      floats(outcomes, [](const SweepOutcome& one) { return number(one.ripple.persistence); });
  columns["sign_changes"] =
      floats(outcomes, [](const SweepOutcome& one) { return number(one.ripple.sign_changes); });
}

/// Likewise of rows.
void add_decided(Json& columns, std::span<const LayerEffect> rows, bool full) {
  columns["ci_half"] = floats(rows, ci_half);
  columns["log10_p_adjusted"] =
      floats(rows, [](const LayerEffect& row) { return log10_of(family_p(row)); });
  columns["code"] = bytes(rows, [](const LayerEffect& row) { return code_of(row); });
  columns["t"] = full ? floats(rows, [](const LayerEffect& row) { return number(row.t); }) : Json();
}

/// What each token has of the change of a row; empty where the token-swap test was not made or
/// nothing changed.
std::span<const double> token_share(const LayerEffect& row) {
  const auto swap = std::ranges::find(row.tests, Test::token_swap, &TestResult::name);
  if (swap == row.tests.end()) return {};
  return swap->token_share;
}

}  // namespace

Json summary_columns(std::span<const HeadSummary> heads) {
  Json columns = {
      {"late", floats(heads, [](const HeadSummary& head) { return number(head.late); })},
      {"immediate", floats(heads, [](const HeadSummary& head) { return number(head.immediate); })},
      {"extreme", floats(heads, [](const HeadSummary& head) { return number(head.extreme); })},
      {"extreme_layer",
       floats(heads, [](const HeadSummary& head) { return number(head.extreme_layer); })},
      {"cohen_dz", floats(heads, [](const HeadSummary& head) { return number(head.cohen_dz); })}};
  add_decided(columns, heads);
  return columns;
}

Json decided_columns(std::span<const HeadSummary> heads) {
  Json columns = Json::object();
  add_decided(columns, heads);
  return columns;
}

Json ripple_columns(std::span<const SweepOutcome> outcomes) {
  Json columns = {
      {"growth",
       floats(outcomes, [](const SweepOutcome& one) { return number(one.ripple.growth); })},
      {"growth_absolute", floats(outcomes, [](const SweepOutcome& one) {
         return number(one.ripple.growth_absolute);
       })}};
  add_decided(columns, outcomes);
  return columns;
}

Json decided_columns(std::span<const SweepOutcome> outcomes, std::span<const HeadSummary> heads,
                     bool full) {
  Json ripple = Json::object();
  add_decided(ripple, outcomes);
  Json cells = Json::object();
  add_decided(cells, rows_of(outcomes), full);
  return {{"summary", decided_columns(heads)},
          {"ripple", std::move(ripple)},
          {"cells", std::move(cells)}};
}

std::size_t n_rows(std::span<const SweepOutcome> outcomes) {
  std::size_t rows = 0;
  for (const SweepOutcome& outcome : outcomes) {
    rows += reachable(outcome).size() + (outcome.final_norm ? 1 : 0);
  }
  return rows;
}

Json cell_columns(std::span<const SweepOutcome> outcomes, bool full) {
  const std::vector<LayerEffect> rows = rows_of(outcomes);
  const auto if_full = [&](const auto& value) { return full ? floats(rows, value) : Json(); };
  // Of what only some results hold: null where no row does.
  const auto if_any = [&](std::optional<double> LayerEffect::*member) {
    const bool any = std::ranges::any_of(
        rows, [member](const LayerEffect& row) { return (row.*member).has_value(); });
    if (!any) return Json();
    return floats(rows, [member](const LayerEffect& row) { return number(row.*member); });
  };
  Json columns = {
      {"mean_delta", floats(rows, [](const LayerEffect& row) { return number(row.mean_delta); })},
      {"noise_floor", if_any(&LayerEffect::noise_floor)},
      {"direct_mean_delta",
       if_full([](const LayerEffect& row) { return number(row.direct_mean_delta); })},
      {"perturbation", if_full([](const LayerEffect& row) { return number(row.perturbation); })},
      {"cohen_dz", if_full([](const LayerEffect& row) { return number(row.cohen_dz); })},
      {"cka", full ? if_any(&LayerEffect::cka) : Json()},
      {"rank_correlation", full ? if_any(&LayerEffect::rank_correlation) : Json()}};
  add_decided(columns, rows, full);
  return columns;
}

std::size_t n_token_shares(std::span<const SweepOutcome> outcomes) {
  std::size_t width = 0;
  for (const SweepOutcome& outcome : outcomes) {
    for (const LayerEffect& row : reachable(outcome)) {
      width = std::max(width, token_share(row).size());
    }
  }
  return width * n_rows(outcomes);
}

Json token_share_column(std::span<const SweepOutcome> outcomes) {
  const std::size_t n_values = n_token_shares(outcomes);
  if (n_values == 0) return nullptr;
  const std::vector<LayerEffect> rows = rows_of(outcomes);
  const std::size_t width = n_values / rows.size();
  std::vector<float> values;
  values.reserve(n_values);
  for (const LayerEffect& row : rows) {
    const std::span<const double> shares = token_share(row);
    for (const double share : shares) values.push_back(number(share));
    values.resize(values.size() + width - shares.size(), kNone);
  }
  return base64_floats(values);
}

}  // namespace tacet::report
