#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/view.h"
#include "tacet/intervention.h"

namespace tacet::cli {

/// A grid of numbers around 0, as it is shown.
struct ValueMap {
  std::string title;                 ///< what the numbers are
  std::string corner;                ///< over the row labels: "block hs"
  std::vector<std::string> rows;     ///< label of each row
  std::vector<std::string> columns;  ///< label of each column, some few characters
  /// [rows][columns]; nullopt: there is none.
  std::vector<std::vector<std::optional<double>>> values;
  std::function<std::string(double)> format;  ///< a number with its sign, for the scale
  std::string meaning;                        ///< a sentence or two under the scale
  /// Values of other maps that stand beside this one, so that all have one scale.
  std::vector<double> scale_with = {};
};

/// The scale and its meaning alone, as they stand below a map.
std::string value_map_scale(const ValueMap& map, const View& view);

/// Columns that each of two maps has which stand side by side in this view, if the columns of
/// `map` fit so; else 0.
std::size_t half_width(const ValueMap& map, const View& view);

/// The map: one cell a number. With colour the cells are filled, blue below 0 and red above;
/// without colour sign and shade say the same, `·` what is next to nothing and `=` what is exactly
/// 0. More columns than fit go into several maps, one below the other. The scale and its meaning
/// follow unless the view is quiet. Fits the view's width from 40 columns on.
std::string render_value_map(const ValueMap& map, const View& view);

/// The rows and columns of a map by block and head, from the heads that have a value: blocks are
/// named by both indices. Title, format and meaning are left to fill in.
ValueMap head_map(const std::vector<std::pair<Head, std::optional<double>>>& heads);

}  // namespace tacet::cli
