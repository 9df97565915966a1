#include "tacet/slice_values.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet {

SliceValues::SliceValues(std::string name, int n_layer, int n_positions, int d_model,
                         std::vector<float> rows)
    : name_(std::move(name)),
      n_layer_(n_layer),
      n_positions_(n_positions),
      d_model_(d_model),
      rows_(std::move(rows)) {
  const bool in_range = n_layer > 0 && n_positions >= 0 && d_model > 0;
  const auto per_layer = static_cast<std::size_t>(std::max(n_positions, 1));
  if (!in_range || rows_.size() != static_cast<std::size_t>(n_layer) * per_layer *
                                       static_cast<std::size_t>(d_model)) {
    throw UsageError(fmt::format(
        "the table of values {} has {} values, but {} blocks, {} positions and width {} were given",
        name_, rows_.size(), n_layer, n_positions, d_model));
  }
  const auto bad = std::ranges::find_if_not(rows_, [](float x) { return std::isfinite(x); });
  if (bad == rows_.end()) return;
  const auto at = static_cast<std::size_t>(bad - rows_.begin());
  const auto width = static_cast<std::size_t>(d_model);
  throw NumericError(fmt::format("the table of values {} holds {} for block {}, position {}", name_,
                                 *bad, at / width / per_layer, at / width % per_layer));
}

bool SliceValues::covers(std::size_t n_tokens) const {
  return n_positions_ == kEveryPosition || n_tokens <= static_cast<std::size_t>(n_positions_);
}

std::span<const float> SliceValues::row(int layer, std::size_t position) const {
  const auto width = static_cast<std::size_t>(d_model_);
  const auto block = static_cast<std::size_t>(layer);
  const std::size_t number = n_positions_ == kEveryPosition
                                 ? block
                                 : block * static_cast<std::size_t>(n_positions_) + position;
  return std::span<const float>(rows_).subspan(number * width, width);
}

}  // namespace tacet
