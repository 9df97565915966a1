#include "tacet/states.h"

namespace tacet {

States::States(int n_layer, int n_tokens, int d_model)
    : n_layer_(n_layer),
      n_tokens_(n_tokens),
      d_model_(d_model),
      data_((static_cast<std::size_t>(n_layer) + 2) * static_cast<std::size_t>(n_tokens) *
            static_cast<std::size_t>(d_model)) {}

std::span<const float> States::state(int index) const {
  const std::size_t size = static_cast<std::size_t>(n_tokens_) * static_cast<std::size_t>(d_model_);
  return std::span(data_).subspan(static_cast<std::size_t>(index) * size, size);
}

std::span<float> States::state(int index) {
  const std::size_t size = static_cast<std::size_t>(n_tokens_) * static_cast<std::size_t>(d_model_);
  return std::span(data_).subspan(static_cast<std::size_t>(index) * size, size);
}

}  // namespace tacet
