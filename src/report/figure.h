/// @file
/// Figures for papers: the page's charts as SVG, drawn without a browser.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/sweep.h"

namespace tacet::report {

/// What a figure shows.
enum class FigureKind {
  map,
  ripple,
  perturbation,
  trajectory,
  pairs,
  families,
  forest,
  followed,
  predict,
  comparison,
  patch,
};

/// Name as the command line and the figures' script spell it.
std::string_view to_string(FigureKind kind);

/// Which of a pair's cosines a figure shows.
enum class PairsShow { clean, silenced, delta };

/// Name as the command line and the figures' script spell it.
std::string_view to_string(PairsShow show);

/// What the map of a figure of `predict` or `patch` shows.
enum class Quantity {
  prob,        ///< change of the target's probability
  log_prob,    ///< change of its natural logarithm
  logit_diff,  ///< of predict the change of the logit difference; of patch the patched run's
  kl,          ///< KL(clean || silenced)
  rank,        ///< change of the target's rank
  recovered,   ///< of patch: share of the way to the other run
};

/// Name as the command line and the figures' script spell it.
std::string_view to_string(Quantity quantity);

/// What a figure of a comparison shows.
enum class ComparisonPart { maps, histograms, scatter };

/// Name as the command line and the figures' script spell it.
std::string_view to_string(ComparisonPart part);

/// Sides of a figure and sizes of its letters, in px, that can be drawn and read.
inline constexpr int kSmallestSide = 160;
inline constexpr int kLargestSide = 8000;
inline constexpr int kSmallestFont = 5;
inline constexpr int kLargestFont = 72;

/// A figure as it was asked for; what has no value is chosen to suit the data.
struct FigureRequest {
  FigureKind kind = FigureKind::map;
  int prompt = 0;                      ///< its place in the document
  std::vector<std::string> specs;      ///< empty: those that the document names, or the strongest
  Metric metric = Metric::late;        ///< of a map
  std::optional<int> block;            ///< of pairs; the last one unless given. Of heads at
                                       ///< positions: this block's, in place of all blocks
  bool final_norm = false;             ///< pairs after ln_f in place of a block
  std::optional<PairsShow> show;       ///< delta unless given; clean: a trajectory without heads
  std::optional<Quantity> quantity;    ///< of predict and patch: prob and recovered unless given
  std::optional<ComparisonPart> part;  ///< of a comparison: maps unless given
  std::optional<int> width;            ///< px
  std::optional<int> height;           ///< px
  std::optional<int> font_size;        ///< px
  bool dark = false;                   ///< light on dark
  std::optional<std::string> title;    ///< in place of the figure's own
};

/// The figure as an SVG document, from a document of any `page_data`. Same input, same bytes.
/// Throws Error with a sentence where the document does not hold what is asked for, or where a
/// figure takes too much memory or time.
std::string render_svg(std::string_view page_data, const FigureRequest& request);

}  // namespace tacet::report
