#include "engine/double_forward.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "support/parallel.h"

namespace tacet::engine {
namespace {

std::size_t idx(int value) {
  return static_cast<std::size_t>(value);
}

std::vector<double> read(const model::Tensor& tensor, std::int64_t first, int n) {
  std::vector<double> values(idx(n));
  copy_to_double(tensor, first, values);
  return values;
}

/// What a value of a slice becomes; `mean` is its column's over all positions.
double changed(const SliceMode& mode, int layer, int t, int column, double value, double mean) {
  switch (mode.kind) {
    case SliceKind::mean:
      return mean;
    case SliceKind::values:
      return static_cast<double>(mode.values->row(layer, idx(t))[idx(column)]);
    case SliceKind::negate:
      return -value;
    case SliceKind::scale:
      break;
  }
  const auto scale = static_cast<double>(mode.scale);
  return scale == 0 ? 0.0 : value * scale;
}

/// Changes the slices that the intervention names.
void change(std::vector<double>& z, int layer, int d_model, int d_head,
            const Intervention& intervention) {
  const int n_tokens = static_cast<int>(z.size() / idx(d_model));
  for (const Head head : intervention.heads) {
    if (head.layer != layer) continue;
    for (int column = head.head * d_head; column < (head.head + 1) * d_head; ++column) {
      double sum = 0;
      for (int t = 0; t < n_tokens; ++t) sum += z[idx(t) * idx(d_model) + idx(column)];
      for (int t = 0; t < n_tokens; ++t) {
        const std::vector<int>& at = intervention.positions;
        if (!at.empty() && std::find(at.begin(), at.end(), t) == at.end()) continue;
        double& value = z[idx(t) * idx(d_model) + idx(column)];
        value = changed(intervention.mode, layer, t, column, value, sum / n_tokens);
      }
    }
  }
}

void add_to(std::vector<double>& x, std::span<const double> y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

}  // namespace

std::span<const double> DoubleRun::state(int index) const& {
  const std::size_t size = idx(n_tokens) * idx(d_model);
  return std::span<const double>(states).subspan(idx(index) * size, size);
}

DoubleRun DoubleForward::run(std::span<const std::int32_t> ids, const Intervention* intervention,
                             const std::function<void()>& after_block, int push_layer,
                             std::span<const double> push) const {
  const int d = config_.d_model;
  DoubleRun out{config_.n_layer, static_cast<int>(ids.size()), d, {}, {}};
  std::vector<double> x;
  for (int t = 0; t < out.n_tokens; ++t) {
    const std::vector<double> token = read(weights_.wte, std::int64_t{ids[idx(t)]} * d, d);
    const std::vector<double> position = read(weights_.wpe, std::int64_t{t} * d, d);
    for (std::size_t k = 0; k < idx(d); ++k) x.push_back(token[k] + position[k]);
  }
  const auto keep = [&out](const std::vector<double>& s) {
    out.states.insert(out.states.end(), s.begin(), s.end());
  };
  keep(x);
  for (int layer = 0; layer < config_.n_layer; ++layer) {
    const model::Block& block = weights_.blocks[idx(layer)];
    std::vector<double> z =
        attend(multiply(normalise(x, block.ln_1), block.c_attn), out.n_tokens, layer);
    out.z.push_back(z);
    if (intervention != nullptr) change(z, layer, d, config_.d_head(), *intervention);
    add_to(x, multiply(z, block.attn_c_proj));
    if (layer == push_layer) add_to(x, push);
    std::vector<double> hidden = multiply(normalise(x, block.ln_2), block.c_fc);
    for (double& value : hidden) value = activate(value);
    add_to(x, multiply(hidden, block.mlp_c_proj));
    keep(x);
    if (after_block) after_block();
  }
  keep(final_norm(x));
  weights_.check_unchanged();
  return out;
}

std::vector<double> DoubleForward::final_norm(std::span<const double> rows) const {
  return normalise(rows, weights_.ln_f);
}

std::vector<double> DoubleForward::contribution(const DoubleRun& clean, int layer,
                                                const Intervention& intervention) const {
  const std::vector<double>& z = clean.z[idx(layer)];
  std::vector<double> changed = z;
  change(changed, layer, config_.d_model, config_.d_head(), intervention);
  std::vector<double> removed(z.size());
  for (std::size_t i = 0; i < z.size(); ++i) removed[i] = z[i] - changed[i];
  return multiply(removed, weights_.blocks[idx(layer)].attn_c_proj, /*with_bias=*/false);
}

std::vector<double> DoubleForward::normalise(std::span<const double> rows,
                                             const model::Norm& norm) const {
  const std::vector<double> weight = read(norm.weight, 0, config_.d_model);
  const std::vector<double> bias = read(norm.bias, 0, config_.d_model);
  const std::size_t d = weight.size();
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
      out[first + k] = (rows[first + k] - mean) * inverse * weight[k] + bias[k];
    }
  }
  return out;
}

std::vector<double> DoubleForward::multiply(std::span<const double> rows,
                                            const model::Linear& linear, bool with_bias) const {
  const auto n_in = static_cast<std::size_t>(linear.weight.rows);
  const auto n_out = static_cast<std::size_t>(linear.weight.cols);
  const std::size_t n_rows = rows.size() / n_in;
  std::vector<double> bias(n_out);
  if (with_bias) copy_to_double(linear.bias, 0, bias);
  std::vector<double> out(n_rows * n_out);
  // Each thread has some of the rows; a row's sum goes over the inputs in order in any case.
  const std::size_t n_parts = std::min(idx(threads_), n_rows);
  support::parallel_for(n_parts, threads_, [&](std::size_t part) {
    const std::size_t first = n_rows * part / n_parts;
    const std::size_t end = n_rows * (part + 1) / n_parts;
    for (std::size_t r = first; r < end; ++r) {
      std::copy(bias.begin(), bias.end(), out.begin() + static_cast<std::ptrdiff_t>(r * n_out));
    }
    std::vector<double> weight(n_out);
    for (std::size_t i = 0; i < n_in; ++i) {
      copy_to_double(linear.weight, static_cast<std::int64_t>(i * n_out), weight);
      for (std::size_t r = first; r < end; ++r) {
        const double value = rows[r * n_in + i];
        double* const sum = out.data() + r * n_out;
        for (std::size_t o = 0; o < n_out; ++o) sum[o] += value * weight[o];
      }
    }
  });
  return out;
}

std::vector<double> DoubleForward::attend(std::span<const double> qkv, int n_tokens,
                                          int layer) const {
  const int d = config_.d_model;
  const int d_head = config_.d_head();
  double divisor = config_.scale_attn_weights ? std::sqrt(static_cast<double>(d_head)) : 1.0;
  if (config_.scale_attn_by_inverse_layer_idx) divisor *= layer + 1;
  const auto at = [&](int t, int part, int column) {
    return qkv[3 * idx(d) * idx(t) + idx(d * part + column)];
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
          z[idx(t) * idx(d) + idx(k)] += scores[idx(j)] / sum * at(j, 2, k);
        }
      }
    }
  }
  return z;
}

double DoubleForward::activate(double x) const {
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

void copy_to_double(const model::Tensor& tensor, std::int64_t first, std::span<double> out) {
  std::vector<float> narrow(out.size());
  model::copy_to_float(tensor, first, narrow);
  std::copy(narrow.begin(), narrow.end(), out.begin());
}

}  // namespace tacet::engine
