#include "engine/collect.h"

#include <algorithm>

namespace tacet::engine {

void collect(int index, const RowsView& rows, States& states) {
  const std::span<float> out = states.state(index);
  const auto d_model = static_cast<std::size_t>(states.d_model());
  for (std::size_t t = 0; t < rows.size(); ++t) {
    std::ranges::copy(rows.row(t), out.subspan(t * d_model, d_model).begin());
  }
}

const RowsView& rows_of(const PromptView& prompt, std::size_t intervention) {
  const RowsView& own = prompt.silenced[intervention].rows;
  return own.empty() ? prompt.clean : own;
}

}  // namespace tacet::engine
