#include "cli/silence_summary.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/control_table.h"
#include "cli/cut_text.h"
#include "cli/follow.h"
#include "cli/geometry_table.h"
#include "cli/prompt_view.h"
#include "cli/silence_table.h"
#include "cli/size_text.h"
#include "cli/test_names.h"
#include "cli/tests_table.h"
#include "cli/token_shares.h"

namespace tacet::cli {
namespace {

std::string cut_text(const SilenceResult& result) {
  const Intervention& intervention = result.intervention;
  return fmt::format("{} → {}, {}; {} changed", spec_of(intervention), mode_text(intervention.mode),
                     positions_text(intervention.positions, result.prompt.tokens.size()),
                     plural(result.values_changed, "value"));
}

std::string family_text(const TestSummary& test) {
  switch (test.family) {
    case Family::blocks:
      return fmt::format("all {}", plural(test.family_size, "block"));
    case Family::reachable:
      return fmt::format("the {} at and above the cut", plural(test.family_size, "block"));
    case Family::sweep:
      return fmt::format("the {} of a sweep over every head",
                         plural(test.family_size, "head x block cell"));
  }
  return "";
}

std::string silence_test_text(const SilenceResult& result) {
  const TestSummary& test = result.test;
  std::string text = fmt::format("{} over {}; * where ", test_name(test.name),
                                 plural(result.layers.front().n_pairs, "pair"));
  if (test.correction == Correction::none) {
    return text + fmt::format("p < {}, uncorrected", test.alpha);
  }
  text += fmt::format("p adj. < {}", test.alpha);
  const bool is_family_wise =
      test.correction == Correction::bonferroni || test.correction == Correction::holm;
  if (test.name == Test::token_swap && is_family_wise && test.family != Family::sweep) {
    return text + " (its own maximum over the blocks at and above the cut)";
  }
  if (test.threshold) text += fmt::format(", that is p < {:.3g}", *test.threshold);
  return text + fmt::format(" ({} over {})", to_string(test.correction), family_text(test));
}

std::string silence_settings_text(const SilenceResult& result) {
  std::string text = measure_settings(result.states, {result.cosine, result.rogue_dimensions},
                                      result.exclude_first);
  if (result.pairs == PairsKind::all && !result.intervention.positions.empty()) {
    text += text.empty() ? "all pairs" : ", all pairs";
  }
  if (result.precision == Precision::float64) {
    text += text.empty() ? "double precision" : ", double precision";
  }
  return text;
}

/// How far the float32 states are off, over the rows that changed.
std::string noise_text(const SilenceResult& result) {
  double largest = 0;
  std::int64_t n_significant = 0;
  std::int64_t n_near = 0;
  for (const LayerEffect& row : result.layers) {
    largest = std::max(largest, row.noise_floor.value_or(0));
    if (row.significant) ++n_significant;
    if (row.near_noise.value_or(false)) ++n_near;
  }
  std::string text = fmt::format("float and double states differ by {} in Δ at most",
                                 largest == 0 ? "0" : fmt::format("{:.2g}", largest));
  if (n_significant > 0) {
    text += fmt::format("; {} of {} within ten times their own", n_near,
                        plural(n_significant, "significant block"));
  }
  return text;
}

std::string head_fields(const SilenceResult& result, const ModelView& model, const View& view) {
  std::string out = field("model", model_line(model), view);
  out += field("silenced", cut_text(result), view);
  out += field("test", silence_test_text(result), view);
  const std::string settings = silence_settings_text(result);
  if (!settings.empty()) out += field("settings", settings, view);
  return out;
}

std::string onset_text(const Ripple& ripple) {
  if (!ripple.onset) return "none: no block is significant";
  const int above = *ripple.onset - ripple.cut_layer;
  const std::string where =
      above == 0 ? "the cut itself" : fmt::format("{} above the cut", plural(above, "block"));
  return fmt::format("{}, {}", block_name(*ripple.onset), where);
}

std::string late_text(const SilenceResult& result) {
  const Ripple& ripple = result.ripple;
  const auto significant = std::ranges::count_if(ripple.late_layers, [&result](int layer) {
    return result.layers[static_cast<std::size_t>(layer)].significant;
  });
  return fmt::format("Δ {} over {}; {} of {} significant", format_delta(ripple.late_delta),
                     block_names(ripple.late_layers), significant, ripple.late_layers.size());
}

std::string persistence_text(const SilenceResult& result) {
  const Ripple& ripple = result.ripple;
  std::string text = fmt::format("{:.0f} % of the blocks from the onset on, with its sign",
                                 ripple.persistence.value_or(0) * 100);
  if (ripple.sign_changes > 0) {
    text += fmt::format("; the sign changes {}",
                        ripple.sign_changes == 1 ? "once" : plural(ripple.sign_changes, "time"));
  }
  return text;
}

std::string clean_text(const SilenceResult& result) {
  const TrajectorySummary& clean = result.trajectory;
  std::string text =
      fmt::format("similarity {} in {}, lowest {} in {}, {} at the end",
                  format_mean(clean.initial_mean), block_name(0), format_mean(clean.min_mean),
                  block_name(clean.min_layer), format_mean(clean.final_mean));
  if (result.final_norm) text += fmt::format(", {} after ln_f", format_mean(clean.final_norm_mean));
  return text;
}

/// Which dimensions carry the last block's mean similarity.
std::string dimensions_text(const LayerEffect& row) {
  const auto percent = [](const std::optional<double>& share) {
    return share ? fmt::format("{:.1f}", 100 * *share) : std::string("-");
  };
  std::string list;
  for (const DimensionShare& one : row.dimensions) {
    list += fmt::format("{}{} {} → {} %", list.empty() ? "" : ", ", one.dimension,
                        percent(one.clean), percent(one.silenced));
  }
  return fmt::format("of the similarity in {}, clean → silenced: {}", block_name(row.layer), list);
}

/// How far the prompts that were put in lie apart.
std::string draws_text(const ReplacementDraws& draws) {
  std::string numbers;
  for (const ReferenceDraw& draw : draws.draws) {
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", draw.prompt + 1);
  }
  return fmt::format(
      "late Δ over {}: mean {}, sd {}, from {} to {}; the table is of the first "
      "(prompt{} {} of the reference)",
      plural(static_cast<std::int64_t>(draws.draws.size()), "prompt"),
      format_delta(draws.late.mean), fmt::format("{:.2g}", draws.late.sd),
      format_delta(draws.late.min), format_delta(draws.late.max),
      draws.draws.size() == 1 ? "" : "s", numbers);
}

bool is_unchanged(const SilenceResult& result) {
  return std::ranges::all_of(
      result.layers, [](const LayerEffect& row) { return row.effect == Effect::unchanged; });
}

std::string ripple_fields(const SilenceResult& result, const View& view) {
  const Ripple& ripple = result.ripple;
  std::string out = field("clean run", clean_text(result), view);
  if (!result.layers.back().dimensions.empty()) {
    out += field("dimensions", dimensions_text(result.layers.back()), view);
  }
  if (is_unchanged(result)) return out;
  out += field(
      "immediate",
      fmt::format("Δ {} in {}", format_delta(ripple.immediate_delta), block_name(ripple.cut_layer)),
      view);
  out += field("late", late_text(result), view);
  const std::string size = late_size_text(result);
  if (!size.empty()) out += field("late size", size, view);
  out += field("onset", onset_text(ripple), view);
  if (ripple.persistence) out += field("persistence", persistence_text(result), view);
  if (ripple.growth || ripple.growth_absolute) out += field("growth", growth_text(ripple), view);
  if (result.precision == Precision::float64) out += field("noise", noise_text(result), view);
  if (result.draws) out += field("draws", draws_text(*result.draws), view);
  return out + render_token_shares(result, view);
}

/// What should not be missed.
std::string warnings(const SilenceResult& result, const View& view) {
  std::string out;
  if (!result.effect_depends_on_first.empty()) {
    const std::string blocks = block_names(result.effect_depends_on_first);
    out += paragraph(
        result.exclude_first
            ? fmt::format("Position 0 matters: with it among the pairs, the effect is another one "
                          "in {}.",
                          blocks)
            : fmt::format("Position 0 matters: without it (--exclude-first) the effect is another "
                          "one in {}.",
                          blocks),
        view, Ink::warning);
  }
  return out;
}

std::string silence_notes(const SilenceResult& result, const View& view) {
  std::string out;
  if (!is_unchanged(result) && takes_pairs_as_independent(result.test.name)) {
    out += paragraph(
        fmt::format("The pairs share tokens, so they are not independent, and this {} calls too "
                    "much significant: it is the experiment's own yardstick, no proof.",
                    result.test.name == Test::wilcoxon ? "test" : "t-test"),
        view, Ink::dim);
  }
  std::string legend =
      "► silenced, ┃ late, * significant, ▲ more alike, ▼ less alike, · neither, = exactly "
      "unchanged";
  legend += ".";
  if (shows_near_noise(result)) {
    legend += " ≈ less than ten times the noise floor: it may be rounding.";
  }
  if (shows_standing(result)) legend += " ✓ the token-swap test agrees, ? it does not.";
  out += paragraph(legend, view, Ink::dim);
  std::string hidden =
      "Δ: silenced minus clean, mean over the pairs. hs: index in Hugging Face's hidden_states";
  if (result.final_norm) {
    hidden += fmt::format(", whose last entry, {}, is ln_f's output; ln_f's p is not adjusted",
                          result.layers.size());
  }
  return out + paragraph(hidden + ".", view, Ink::dim);
}

}  // namespace

std::string render_silence(const SilenceResult& result, const ModelView& model, const View& view,
                           const ControlResult* control, bool geometry) {
  std::string out = head_fields(result, model, view) + "\n";
  out += render_prompt(result.prompt.tokens, result.intervention.positions, view.width, view.style);
  out += "\n" + render_blocks(result, view);
  if (view.verbose) out += "\n" + render_block_details(result, view);
  const std::string tests = render_tests(result, view);
  if (!tests.empty()) out += "\n" + tests;
  const std::string shapes = geometry ? render_geometry(result, view) : "";
  if (!shapes.empty()) out += "\n" + shapes;
  out += render_followed(result, view);
  out += "\n" + ripple_fields(result, view);
  if (control != nullptr) out += render_control(*control, view);
  out += "\n" + paragraph(describe(result), view, Ink::title);
  const std::string standing = describe_standing(result);
  if (!standing.empty()) out += paragraph(standing, view, Ink::title);
  const std::string changes = describe_geometry(result);
  if (!changes.empty()) out += paragraph(changes, view, Ink::title);
  if (view.quiet) return out;
  const std::string warned = warnings(result, view);
  if (!warned.empty()) out += "\n" + warned;
  return out + "\n" + silence_notes(result, view);
}

}  // namespace tacet::cli
