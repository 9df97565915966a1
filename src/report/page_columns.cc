#include "report/page_columns.h"

#include <cmath>
#include <limits>

#include "report/base64.h"

namespace tacet::report {
namespace {

using store::Json;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint8_t kEffectAtCut = 4;
constexpr std::uint8_t kEffectAtExtreme = 8;

float number(double value) {
  return static_cast<float>(value);
}

float number(const std::optional<double>& value) {
  return value ? number(*value) : kNone;
}

float number(const std::optional<int>& value) {
  return value ? static_cast<float>(*value) : kNone;
}

/// Base 10: p itself would be 0 in float32 from 1e-45 on. Of p = 0 it is minus infinity.
float log10_of(const std::optional<double>& p) {
  return p ? number(std::log10(*p)) : kNone;
}

/// A column: `value` of every element.
template <typename Rows, typename Value>
Json floats(const Rows& rows, const Value& value) {
  std::vector<float> column;
  column.reserve(rows.size());
  for (const auto& row : rows) column.push_back(value(row));
  return base64_floats(column);
}

template <typename Rows, typename Value>
Json bytes(const Rows& rows, const Value& value) {
  std::vector<std::uint8_t> column;
  column.reserve(rows.size());
  for (const auto& row : rows) column.push_back(value(row));
  return base64_bytes(column);
}

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

}  // namespace

Json summary_columns(std::span<const HeadSummary> heads) {
  Json columns = {
      {"late", floats(heads, [](const HeadSummary& head) { return number(head.late); })},
      {"immediate", floats(heads, [](const HeadSummary& head) { return number(head.immediate); })},
      {"extreme", floats(heads, [](const HeadSummary& head) { return number(head.extreme); })},
      {"extreme_layer",
       floats(heads, [](const HeadSummary& head) { return number(head.extreme_layer); })},
      {"t", floats(heads, [](const HeadSummary& head) { return number(head.t); })},
      {"cohen_dz", floats(heads, [](const HeadSummary& head) { return number(head.cohen_dz); })},
      {"onset", floats(heads, [](const HeadSummary& head) { return number(head.onset); })},
      {"log10_p_adjusted",
       floats(heads, [](const HeadSummary& head) { return log10_of(head.p_adjusted); })},
      {"code", bytes(heads, [](const HeadSummary& head) { return code_of(head); })}};
  if (!heads.empty() && heads.front().n_prompts > 1) {
    columns["n_significant"] = floats(
        heads, [](const HeadSummary& head) { return static_cast<float>(head.n_significant); });
  }
  return columns;
}

Json ripple_columns(std::span<const SweepOutcome> outcomes) {
  return {
      {"onset", floats(outcomes, [](const SweepOutcome& one) { return number(one.ripple.onset); })},
      {"persistence",
       floats(outcomes, [](const SweepOutcome& one) { return number(one.ripple.persistence); })},
      {"growth",
       floats(outcomes, [](const SweepOutcome& one) { return number(one.ripple.growth); })},
      {"growth_absolute",
       floats(outcomes,
              [](const SweepOutcome& one) { return number(one.ripple.growth_absolute); })},
      {"sign_changes",
       floats(outcomes, [](const SweepOutcome& one) { return number(one.ripple.sign_changes); })}};
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
  // Where a row stands alone, in no family, its own p says what is significant.
  const auto p_of = [](const LayerEffect& row) { return row.p_adjusted ? row.p_adjusted : row.p; };
  const auto if_full = [&](const auto& value) { return full ? floats(rows, value) : Json(); };
  return {
      {"mean_delta", floats(rows, [](const LayerEffect& row) { return number(row.mean_delta); })},
      {"ci_half", floats(rows, ci_half)},
      {"log10_p_adjusted",
       floats(rows, [&](const LayerEffect& row) { return log10_of(p_of(row)); })},
      {"code", bytes(rows, [](const LayerEffect& row) { return code_of(row); })},
      {"direct_mean_delta",
       if_full([](const LayerEffect& row) { return number(row.direct_mean_delta); })},
      {"perturbation", if_full([](const LayerEffect& row) { return number(row.perturbation); })},
      {"t", if_full([](const LayerEffect& row) { return number(row.t); })},
      {"cohen_dz", if_full([](const LayerEffect& row) { return number(row.cohen_dz); })}};
}

}  // namespace tacet::report
