#include "support/reference.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "model/weights.h"

namespace tacet::testing {
namespace {

std::size_t idx(int value) {
  return static_cast<std::size_t>(value);
}

std::vector<double> read(const model::Tensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(tensor.rows * tensor.cols));
  model::copy_to_float(tensor, 0, values);
  return {values.begin(), values.end()};
}

/// Multiplies the slices that the intervention names.
void change(std::vector<double>& z, int layer, int d_model, int d_head,
            const Intervention& intervention) {
  const int n_tokens = static_cast<int>(z.size() / idx(d_model));
  for (const Head head : intervention.heads) {
    if (head.layer != layer) continue;
    for (int t = 0; t < n_tokens; ++t) {
      const std::vector<int>& at = intervention.positions;
      if (!at.empty() && std::find(at.begin(), at.end(), t) == at.end()) continue;
      for (int k = 0; k < d_head; ++k) {
        z[idx(t * d_model + head.head * d_head + k)] *=
            static_cast<double>(intervention.mode.scale);
      }
    }
  }
}

void add_to(std::vector<double>& x, std::span<const double> y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

}  // namespace

std::span<const double> ReferenceRun::state(int index) const& {
  const std::size_t size = idx(n_tokens) * idx(d_model);
  return std::span<const double>(states).subspan(idx(index) * size, size);
}

Reference::Reference(const Model& model) : config_(model.config()) {
  const model::Weights& weights = model.weights();
  const auto norm = [](const model::Norm& n) { return Norm{read(n.weight), read(n.bias)}; };
  const auto linear = [](const model::Linear& l) { return Linear{read(l.weight), read(l.bias)}; };
  wte_ = read(weights.wte);
  wpe_ = read(weights.wpe);
  unembedding_ = read(weights.unembedding);
  ln_f_ = norm(weights.ln_f);
  for (const model::Block& b : weights.blocks) {
    blocks_.push_back({norm(b.ln_1), norm(b.ln_2), linear(b.c_attn), linear(b.attn_c_proj),
                       linear(b.c_fc), linear(b.mlp_c_proj)});
  }
}

ReferenceRun Reference::run(std::span<const std::int32_t> ids,
                            const Intervention* intervention) const {
  return run(ids, intervention, -1, {});
}

ReferenceRun Reference::run_pushed(std::span<const std::int32_t> ids, int layer,
                                   std::span<const double> push) const {
  return run(ids, nullptr, layer, push);
}

ReferenceRun Reference::run(std::span<const std::int32_t> ids, const Intervention* intervention,
                            int push_layer, std::span<const double> push) const {
  const int d = config_.d_model;
  ReferenceRun out{config_.n_layer, static_cast<int>(ids.size()), d, {}, {}};
  std::vector<double> x;
  for (int t = 0; t < out.n_tokens; ++t) {
    for (int k = 0; k < d; ++k) x.push_back(wte_[idx(ids[idx(t)] * d + k)] + wpe_[idx(t * d + k)]);
  }
  const auto keep = [&out](const std::vector<double>& s) {
    out.states.insert(out.states.end(), s.begin(), s.end());
  };
  keep(x);
  for (int layer = 0; layer < config_.n_layer; ++layer) {
    const Block& block = blocks_[idx(layer)];
    std::vector<double> z =
        attend(multiply(normalise(x, block.ln_1), block.c_attn), out.n_tokens, layer);
    out.z.push_back(z);
    if (intervention != nullptr) change(z, layer, d, config_.d_head(), *intervention);
    add_to(x, multiply(z, block.c_proj));
    if (layer == push_layer) add_to(x, push);
    std::vector<double> hidden = multiply(normalise(x, block.ln_2), block.c_fc);
    for (double& value : hidden) value = activate(value);
    add_to(x, multiply(hidden, block.mlp_c_proj));
    keep(x);
  }
  keep(final_norm(x));
  return out;
}

std::vector<double> Reference::final_norm(std::span<const double> rows) const {
  return normalise(rows, ln_f_);
}

std::vector<double> Reference::logits(std::span<const double> normed) const {
  std::vector<double> out(idx(config_.vocab_size));
  for (std::size_t v = 0; v < out.size(); ++v) {
    for (std::size_t k = 0; k < normed.size(); ++k) {
      out[v] += normed[k] * unembedding_[v * normed.size() + k];
    }
  }
  return out;
}

std::vector<double> Reference::contribution(const ReferenceRun& clean, int layer,
                                            const Intervention& intervention) const {
  const std::vector<double>& z = clean.z[idx(layer)];
  std::vector<double> changed = z;
  change(changed, layer, config_.d_model, config_.d_head(), intervention);
  std::vector<double> removed(z.size());
  for (std::size_t i = 0; i < z.size(); ++i) removed[i] = z[i] - changed[i];
  const Linear unbiased{blocks_[idx(layer)].c_proj.weight,
                        std::vector<double>(idx(config_.d_model))};
  return multiply(removed, unbiased);
}

std::span<const double> Reference::projection_bias(int layer) const {
  return blocks_[idx(layer)].c_proj.bias;
}

std::vector<double> Reference::normalise(std::span<const double> rows, const Norm& norm) const {
  const std::size_t d = norm.weight.size();
  std::vector<double> out(rows.size());
  for (std::size_t first = 0; first < rows.size(); first += d) {
    double mean = 0;
    for (std::size_t k = 0; k < d; ++k) mean += rows[first + k];
    mean /= static_cast<double>(d);
    double variance = 0;
    for (std::size_t k = 0; k < d; ++k) variance += std::pow(rows[first + k] - mean, 2);
    variance /= static_cast<double>(d);
    const double inverse = 1.0 / std::sqrt(variance + config_.layer_norm_epsilon);
    for (std::size_t k = 0; k < d; ++k) {
      out[first + k] = (rows[first + k] - mean) * inverse * norm.weight[k] + norm.bias[k];
    }
  }
  return out;
}

std::vector<double> Reference::multiply(std::span<const double> rows, const Linear& linear) const {
  const std::size_t out_size = linear.bias.size();
  const std::size_t in_size = linear.weight.size() / out_size;
  std::vector<double> out;
  for (std::size_t first = 0; first < rows.size(); first += in_size) {
    std::vector<double> row = linear.bias;
    for (std::size_t i = 0; i < in_size; ++i) {
      for (std::size_t o = 0; o < out_size; ++o) {
        row[o] += rows[first + i] * linear.weight[i * out_size + o];
      }
    }
    out.insert(out.end(), row.begin(), row.end());
  }
  return out;
}

std::vector<double> Reference::attend(std::span<const double> qkv, int n_tokens, int layer) const {
  const int d = config_.d_model;
  const int d_head = config_.d_head();
  double divisor = config_.scale_attn_weights ? std::sqrt(static_cast<double>(d_head)) : 1.0;
  if (config_.scale_attn_by_inverse_layer_idx) divisor *= layer + 1;
  const auto at = [&](int t, int part, int column) {
    return qkv[idx(3 * d * t + d * part + column)];
  };
  std::vector<double> z(idx(n_tokens) * idx(d));
  for (int head = 0; head < config_.n_head; ++head) {
    const int first = head * d_head;
    for (int t = 0; t < n_tokens; ++t) {
      std::vector<double> scores(idx(t) + 1);
      for (int j = 0; j <= t; ++j) {
        for (int k = first; k < first + d_head; ++k) scores[idx(j)] += at(t, 0, k) * at(j, 1, k);
        scores[idx(j)] /= divisor;
      }
      const double top = *std::max_element(scores.begin(), scores.end());
      double sum = 0;
      for (double& score : scores) sum += score = std::exp(score - top);
      for (int j = 0; j <= t; ++j) {
        for (int k = first; k < first + d_head; ++k) {
          z[idx(t * d + k)] += scores[idx(j)] / sum * at(j, 2, k);
        }
      }
    }
  }
  return z;
}

double Reference::activate(double x) const {
  switch (config_.activation) {
    case Activation::gelu_erf:
      return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0)));
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::silu:
      return x / (1.0 + std::exp(-x));
    case Activation::gelu_tanh:
      break;
  }
  return 0.5 * x *
         (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

}  // namespace tacet::testing
