#include "cli/silence_table.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/table_limits.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kDeltaCells = 5;  // to each side of the axis

/// Where the columns of this table stand.
struct SilenceLayout {
  std::size_t block = 5;
  std::size_t hidden = 2;
  std::size_t mean_cells = 14;
  bool delta_bar = true;
  double delta_scale = 0;
};

SilenceLayout layout_of(const SilenceResult& result, const View& view) {
  SilenceLayout layout;
  const std::size_t digits = fmt::format("{}", result.layers.size()).size();
  layout.block = std::max(layout.block, digits + 1);
  layout.hidden = std::max(layout.hidden, digits);
  layout.delta_bar = view.width >= kFullWidth;
  if (!layout.delta_bar) layout.mean_cells = 10;
  for (const LayerEffect& row : result.layers) {
    layout.delta_scale = std::max(layout.delta_scale, std::abs(row.mean_delta));
  }
  return layout;
}

Ink ink_of(const LayerEffect& row) {
  switch (row.effect) {
    case Effect::coupling:
      return Ink::coupling;
    case Effect::decoupling:
      return Ink::decoupling;
    case Effect::unchanged:
      return Ink::dim;
    case Effect::none:
      break;
  }
  return Ink::plain;
}

std::string_view effect_text(Effect effect) {
  switch (effect) {
    case Effect::coupling:
      return "* ▲ coupling";
    case Effect::decoupling:
      return "* ▼ decoupling";
    case Effect::unchanged:
      return "  = unchanged";
    case Effect::none:
      break;
  }
  return "  · none";
}

/// The token-swap test's result, where it stands beside another one.
const TestResult* token_swap_beside(const LayerEffect& row) {
  const auto swap = std::ranges::find(row.tests, Test::token_swap, &TestResult::name);
  return swap == row.tests.end() || swap == row.tests.begin() ? nullptr : &*swap;
}

/// Six columns: what the row is, where heads are silenced, which rows are late.
std::string gutter(const SilenceResult& result, int layer, const Style& style) {
  const std::vector<int>& late = result.ripple.late_layers;
  const int cut = result.ripple.cut_layer;
  const bool is_late = std::ranges::find(late, layer) != late.end();
  const bool is_silenced = std::ranges::any_of(
      result.intervention.heads, [layer](const Head& head) { return head.layer == layer; });
  const int late_label = !late.empty() && late.front() == cut ? cut + 1
                         : late.empty()                       ? -1
                                                              : late.front();
  std::string label = "    ";
  if (layer == cut) label = "cut ";
  if (layer != cut && layer == late_label) label = "late";
  return style.paint(layer == cut ? Ink::cut : Ink::title, label) +
         style.paint(Ink::cut, is_silenced ? "►" : " ") +
         style.paint(Ink::title, is_late ? "┃" : " ");
}

/// What stands behind the effect of a significant row: whether it lies near the noise, and whether
/// the token-swap test agrees. The marks stand under one another, after the longest effect.
std::string marks(const LayerEffect& row, Ink ink, const Style& style) {
  const TestResult* const swap = token_swap_beside(row);
  const bool is_near = row.near_noise.value_or(false);
  if (!row.significant || (swap == nullptr && !is_near)) return "";
  std::string out(row.effect == Effect::coupling ? 3 : 1, ' ');
  out += is_near ? style.paint(Ink::warning, "≈") : " ";
  if (swap != nullptr) out += style.paint(ink, swap->significant ? "✓" : "?");
  return out;
}

/// Everything of a row after the gutter.
std::string row_text(const LayerEffect& row, const std::string& name, const std::string& hidden,
                     const std::optional<double>& p, const SilenceLayout& layout,
                     const Style& style) {
  const bool is_unchanged = row.effect == Effect::unchanged;
  const Ink ink = ink_of(row);
  const Ink text = is_unchanged ? Ink::dim : Ink::plain;
  std::string out =
      style.paint(text, pad_right(name, layout.block) + " " + pad_left(hidden, layout.hidden + 1));
  out += "  " + style.paint(is_unchanged ? Ink::dim : Ink::bar,
                            unit_bar(row.mean_clean, layout.mean_cells));
  out += style.paint(text, pad_left(format_mean(row.mean_clean), 8));
  if (layout.delta_bar) {
    out += "  " + style.paint(ink, signed_bar(row.mean_delta, layout.delta_scale, kDeltaCells,
                                              row.significant));
  }
  out += " " + style.paint(ink, pad_left(format_delta(row.mean_delta), 9));
  out += " " + style.paint(text, pad_left(format_t(row.t), 8));
  out += " " + style.paint(text, pad_left(format_p(p), 8));
  out += "  " + style.paint(ink, effect_text(row.effect));
  return out + marks(row, ink, style) + "\n";
}

std::string header(const SilenceLayout& layout, const Style& style) {
  std::string out = std::string(6, ' ') + pad_right("block", layout.block + 1) +
                    pad_left("hs", layout.hidden + 1) + "  " +
                    pad_right("mean similarity, clean", layout.mean_cells + 8);
  if (layout.delta_bar) out += std::string(2 * kDeltaCells + 3, ' ');
  out += pad_left("Δ", 10) + pad_left("t", 9) + pad_left("p adj.", 9) + "    effect";
  return style.paint(Ink::title, out) + "\n";
}

std::string rule(const SilenceLayout& layout, const Style& style) {
  const std::size_t columns = 37 + layout.block + layout.hidden + layout.mean_cells + 16 +
                              (layout.delta_bar ? 2 * kDeltaCells + 3 : 0);
  std::string line = std::string(6, ' ');
  for (std::size_t i = 0; i < columns; ++i) line += "─";
  return style.paint(Ink::dim, line) + "\n";
}

std::string block_label(int layer) {
  return fmt::format("L{}", layer);
}

std::string details_row(const LayerEffect& row, const std::string& name) {
  return fmt::format(
      "  {:<5}{:>8} {:>7} {:>9} {:>9} {:>9} {:>9} {:>6} {:>7} {:>7} {:>6} {:>6}\n", name,
      format_p(row.p), format_t(row.cohen_dz), row.ci_low ? format_delta(*row.ci_low) : "-",
      row.ci_high ? format_delta(*row.ci_high) : "-", format_delta(row.direct_mean_delta),
      format_number(row.perturbation, 3), fmt::format("{:.3f}", row.norm_ratio),
      format_length(row.mean_distance_clean), format_length(row.mean_distance_silenced),
      fmt::format("{:.2f}", row.effective_rank_clean),
      fmt::format("{:.2f}", row.effective_rank_silenced));
}

}  // namespace

std::string render_blocks(const SilenceResult& result, const View& view) {
  const SilenceLayout layout = layout_of(result, view);
  const Style& style = view.style;
  std::string out = header(layout, style);
  for (const LayerEffect& row : result.layers) {
    out += gutter(result, row.layer, style) + row_text(row, block_label(row.layer),
                                                       fmt::format("{}", row.layer + 1),
                                                       row.p_adjusted, layout, style);
  }
  if (result.final_norm) {
    const LayerEffect& row = *result.final_norm;
    out += rule(layout, style) + std::string(6, ' ') +
           row_text(row, "ln_f", fmt::format("{}", result.layers.size()), row.p, layout, style);
  }
  return out;
}

bool shows_standing(const SilenceResult& result) {
  return std::ranges::any_of(result.layers, [](const LayerEffect& row) {
    return row.significant && token_swap_beside(row) != nullptr;
  });
}

bool shows_near_noise(const SilenceResult& result) {
  const auto is_near = [](const LayerEffect& row) { return row.near_noise.value_or(false); };
  return std::ranges::any_of(result.layers, is_near) ||
         (result.final_norm && is_near(*result.final_norm));
}

std::string render_block_details(const SilenceResult& result, const View& view) {
  std::string out = view.style.paint(
      Ink::title, fmt::format("  {:<5}{:>8} {:>7} {:^19} {:>9} {:>9} {:>6} {:>15} {:>13}\n",
                              "block", "p", "d_z", "interval of Δ", "direct Δ", "perturb.", "norms",
                              "mean distance", "eff. rank"));
  for (const LayerEffect& row : result.layers) out += details_row(row, block_label(row.layer));
  if (result.final_norm) out += details_row(*result.final_norm, "ln_f");
  return out;
}

}  // namespace tacet::cli
