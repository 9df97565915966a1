#include "engine/slice.h"

namespace tacet::engine {

SliceChange::SliceChange(const SliceMode& mode, Head head, std::size_t d_head, const RowsView& z)
    : mode_(mode), layer_(head.layer), column_(static_cast<std::size_t>(head.head) * d_head) {
  if (mode.kind != SliceKind::mean) return;
  for (std::size_t k = 0; k < d_head; ++k) {
    // M equal floats sum exactly in double, so that the mean of a constant is the constant.
    double sum = 0;
    for (std::size_t t = 0; t < z.size(); ++t) sum += static_cast<double>(z.row(t)[column_ + k]);
    mean_.push_back(static_cast<float>(sum / static_cast<double>(z.size())));
  }
}

float SliceChange::changed(std::size_t position, std::size_t k, float value) const {
  switch (mode_.kind) {
    case SliceKind::mean:
      return mean_[k];
    case SliceKind::values:
      return mode_.values->row(layer_, position)[column_ + k];
    case SliceKind::negate:
      return -value;
    case SliceKind::scale:
      break;
  }
  return mode_.scale == 0.0F ? 0.0F : value * mode_.scale;
}

std::int64_t SliceChange::apply(std::size_t position, std::span<float> slice) const {
  std::int64_t count = 0;
  for (std::size_t k = 0; k < slice.size(); ++k) {
    const float before = slice[k];
    slice[k] = changed(position, k, before);
    if (slice[k] != before) ++count;
  }
  return count;
}

}  // namespace tacet::engine
