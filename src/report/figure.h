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
enum class FigureKind { map, ripple, perturbation, trajectory, pairs, families, forest };

/// Name as the command line and the figures' script spell it.
std::string_view to_string(FigureKind kind);

/// Which of a pair's cosines a figure shows.
enum class PairsShow { clean, silenced, delta };

/// Name as the command line and the figures' script spell it.
std::string_view to_string(PairsShow show);

/// Sides of a figure and sizes of its letters, in px, that can be drawn and read.
inline constexpr int kSmallestSide = 160;
inline constexpr int kLargestSide = 8000;
inline constexpr int kSmallestFont = 5;
inline constexpr int kLargestFont = 72;

/// A figure as it was asked for; what has no value is chosen to suit the data.
struct FigureRequest {
  FigureKind kind = FigureKind::map;
  int prompt = 0;                    ///< its place in the document
  std::vector<std::string> specs;    ///< empty: those that the document names, or the strongest
  Metric metric = Metric::late;      ///< of a map
  std::optional<int> block;          ///< of pairs; the last one unless given
  bool final_norm = false;           ///< pairs after ln_f in place of a block
  std::optional<PairsShow> show;     ///< delta unless given; clean: a trajectory without heads
  std::optional<int> width;          ///< px
  std::optional<int> height;         ///< px
  std::optional<int> font_size;      ///< px
  bool dark = false;                 ///< light on dark
  std::optional<std::string> title;  ///< in place of the figure's own
};

/// The figure as an SVG document, from a document of `page_data`. Same input, same bytes. Throws
/// Error with a sentence where the document does not hold what is asked for, or where a figure
/// takes too much memory or time.
std::string render_svg(std::string_view page_data, const FigureRequest& request);

}  // namespace tacet::report
