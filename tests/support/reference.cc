#include "support/reference.h"

namespace tacet::testing {
namespace {

std::vector<double> read(const model::Tensor& tensor) {
  std::vector<double> values(static_cast<std::size_t>(tensor.rows * tensor.cols));
  engine::copy_to_double(tensor, 0, values);
  return values;
}

}  // namespace

Reference::Reference(const Model& model) : DoubleForward(model.weights()) {
  unembedding_ = read(model.weights().unembedding);
  for (const model::Block& block : model.weights().blocks) {
    projection_biases_.push_back(read(block.attn_c_proj.bias));
  }
}

ReferenceRun Reference::run_pushed(std::span<const std::int32_t> ids, int layer,
                                   std::span<const double> push) const {
  return run(ids, nullptr, {}, layer, push);
}

std::vector<double> Reference::logits(std::span<const double> normed) const {
  std::vector<double> out(unembedding_.size() / normed.size());
  for (std::size_t v = 0; v < out.size(); ++v) {
    for (std::size_t k = 0; k < normed.size(); ++k) {
      out[v] += normed[k] * unembedding_[v * normed.size() + k];
    }
  }
  return out;
}

std::span<const double> Reference::projection_bias(int layer) const {
  return projection_biases_[static_cast<std::size_t>(layer)];
}

}  // namespace tacet::testing
