#include "cli/across_table.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/table_limits.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kMargin = 10;  // columns of a half interval
constexpr std::size_t kP = 8;        // columns of a p or a t
constexpr std::size_t kSpread = 6;   // columns of I²
constexpr std::size_t kFixed = 71;   // columns beside the spec, I² and a new prompt's margin

/// Where the columns stand.
struct AcrossLayout {
  std::size_t spec = kNarrowestSpec;
  bool heterogeneity = true;  ///< I² and what to expect of a new prompt
};

/// Half of an interval, which lies evenly around the mean.
std::string margin(const std::optional<double>& low, const std::optional<double>& high) {
  if (!low || !high) return "-";
  const double half = (*high - *low) / 2;
  const std::string text = half == 0 ? "0" : format_delta(half);
  return "±" + (text.starts_with('+') ? text.substr(1) : text);
}

/// The mean that the interval is of; the plain one where there are no random effects.
double shown_mean(const AcrossHead& head) {
  return head.random_effects.mean.value_or(head.late.mean);
}

std::string row_text(const AcrossHead& head, const AcrossLayout& layout, const Style& style) {
  const RandomEffects& effects = head.random_effects;
  const double centre = shown_mean(head);
  const Ink ink = centre < 0 ? Ink::decoupling : centre > 0 ? Ink::coupling : Ink::plain;
  std::string out = "    " + pad_right(truncate(head.spec, layout.spec), layout.spec);
  out += style.paint(ink, pad_left(format_delta(centre), 10));
  out += pad_left(margin(effects.ci_low, effects.ci_high), kMargin);
  if (layout.heterogeneity) {
    out += pad_left(margin(effects.pi_low, effects.pi_high), kMargin);
    out += pad_left(effects.i2 ? fmt::format("{:.0f}%", 100 * *effects.i2) : "-", kSpread);
  }
  out += pad_left(format_p(effects.p), kP);
  out += pad_left(fmt::format("{}/{}", head.signs.n_agree, head.late.n), 7);
  out += pad_left(format_t(head.late.t), kP) + pad_left(format_p(head.p_holm), kP);
  out += pad_left(format_p(head.p_bh), kP) + pad_left(format_p(head.p_max_t), kP);
  return out + "\n";
}

AcrossLayout layout_of(const std::vector<const AcrossHead*>& heads, const View& view) {
  AcrossLayout layout;
  const std::size_t more = kMargin + kSpread;
  layout.heterogeneity = view.width >= kFixed + more + kNarrowestSpec;
  const std::size_t taken = kFixed + (layout.heterogeneity ? more : 0);
  for (const AcrossHead* const head : heads) {
    layout.spec = std::max(layout.spec, display_width(head->spec));
  }
  layout.spec = std::min(layout.spec, view.width - std::min(view.width - kNarrowestSpec, taken));
  return layout;
}

std::string rows(const std::vector<const AcrossHead*>& heads, double alpha, const View& view) {
  const AcrossLayout layout = layout_of(heads, view);
  std::string header = "    " + pad_right("head", layout.spec) + pad_left("late Δ", 10);
  header += pad_left(fmt::format("{:g} % CI", 100 * (1 - alpha)), kMargin);
  if (layout.heterogeneity) header += pad_left("a new one", kMargin) + pad_left("I²", kSpread);
  header += pad_left("p", kP) + pad_left("signs", 7) + pad_left("t", kP) + pad_left("Holm", kP);
  header += pad_left("BH", kP) + pad_left("p max", kP);
  std::string out = view.style.paint(Ink::title, header) + "\n";
  for (const AcrossHead* const head : heads) out += row_text(*head, layout, view.style);
  return out;
}

/// The heads with the largest |t| over the prompts, those without a t left out.
std::vector<const AcrossHead*> strongest_heads(const AcrossResult& result, std::size_t top) {
  std::vector<const AcrossHead*> heads;
  for (const AcrossHead& head : result.heads) {
    if (head.late.t) heads.push_back(&head);
  }
  std::ranges::stable_sort(heads, std::ranges::greater(),
                           [](const AcrossHead* head) { return std::abs(*head->late.t); });
  heads.resize(std::min(heads.size(), top));
  return heads;
}

std::string units_text(const AcrossResult& result) {
  const std::string prompts = plural(result.n_prompts, "prompt");
  if (result.n_units == result.n_prompts) return prompts;
  return fmt::format("{} in {}", prompts, plural(result.n_units, "group"));
}

std::string limits(const AcrossResult& result) {
  if (result.n_patterns == 0) return "All prompts are of one group: there is nothing to test.";
  std::string text =
      result.enumerated
          ? fmt::format("p max comes from all {} patterns of signs", result.n_patterns)
          : fmt::format("p max comes from {} patterns of signs drawn with seed {}",
                        result.n_patterns, result.seed);
  text += fmt::format(" over {} cells, and cannot be below {}.", result.family_size,
                      format_p(result.smallest_p));
  if (result.smallest_p >= result.alpha) {
    text += " With so few prompts it can show nothing at this level: use more.";
  }
  return text;
}

std::string title(const AcrossResult& result, std::size_t n_shown) {
  if (n_shown == 0) {
    return fmt::format("Across {}: no head can be tested", units_text(result));
  }
  return fmt::format("Across {}: the {} of {} with the largest |t| over them", units_text(result),
                     plural(n_shown, "head"), result.heads.size());
}

std::string holdout_part(const HoldoutResult& holdout, const View& view) {
  const AcrossResult& tested = holdout.tested;
  std::string out = "\n" + paragraph(fmt::format("Held out: {} chosen by |t| on {} prompts, tested "
                                                 "on the other {}",
                                                 plural(tested.heads.size(), "head"),
                                                 holdout.choosing.size(), units_text(tested)),
                                     view, Ink::title);
  out += "\n";
  std::vector<const AcrossHead*> heads;
  for (const AcrossHead& head : tested.heads) heads.push_back(&head);
  out += rows(heads, tested.alpha, view);
  if (view.quiet) return out;
  return out + "\n" +
         paragraph(fmt::format("Split with seed {}, groups kept whole; the numbers come from the "
                               "second half alone, strongest choice first. {}",
                               holdout.seed, limits(tested)),
                   view, Ink::dim);
}

}  // namespace

std::string render_across(const store::SweepListing& listing, std::size_t top, const View& view) {
  if (!listing.across) return "";
  const AcrossResult& result = *listing.across;
  const std::vector<const AcrossHead*> heads = strongest_heads(result, top);
  std::string out = paragraph(title(result, heads.size()), view, Ink::title);
  if (!heads.empty()) out += "\n" + rows(heads, result.alpha, view);
  if (!view.quiet) {
    out +=
        "\n" + paragraph(
                   "A prompt is one observation here. Late Δ: mean by random effects (REML), its "
                   "interval and p by Hartung and Knapp; a new one: where a new prompt's late Δ is "
                   "to be expected; I²: share of the spread that is between prompts; signs: how "
                   "many share the mean's; t: of the unweighted mean, Holm and BH: its p corrected "
                   "for the heads; p max: by flipping prompts' signs, corrected for all heads and "
                   "blocks. " +
                       limits(result),
                   view, Ink::dim);
    if (!listing.holdout && !heads.empty()) {
      out += paragraph(
          "Heads listed because they are the strongest look stronger than they are; --holdout "
          "chooses them on one half of the prompts and tests them on the other.",
          view, Ink::dim);
    }
  }
  if (listing.holdout) out += holdout_part(*listing.holdout, view);
  return out;
}

}  // namespace tacet::cli
