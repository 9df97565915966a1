#include "engine/collect.h"

#include <algorithm>

namespace tacet::engine {

void collect_clean(const StateView& view, States& clean) {
  std::ranges::copy(view.clean, clean.state(view.index).begin());
}

void collect_silenced(const StateView& view, std::size_t k, States& silenced) {
  const std::span<float> out = silenced.state(view.index);
  std::ranges::copy(view.clean, out.begin());
  const std::span<const float> rows = view.silenced[k].rows;
  std::ranges::copy(rows, out.end() - static_cast<std::ptrdiff_t>(rows.size()));
}

}  // namespace tacet::engine
