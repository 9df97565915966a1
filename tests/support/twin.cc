#include "support/twin.h"

#include <algorithm>
#include <cmath>

namespace tacet::testing {
namespace {

std::size_t idx(int value) {
  return static_cast<std::size_t>(value);
}

double dot(std::span<const double> x, std::span<const double> y) {
  double sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * y[k];
  return sum;
}

double norm(std::span<const double> x) {
  return std::sqrt(dot(x, x));
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sd_of(const std::vector<double>& values) {
  const double centre = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/// What one experiment asks of every row.
struct Setting {
  int d = 0;
  int first_position = 0;
  std::vector<std::pair<int, int>> pairs;
  const SilenceOptions* options = nullptr;
};

std::span<const double> token(std::span<const double> rows, int t, int d) {
  return rows.subspan(idx(t * d), idx(d));
}

/// Those that contribute most to the clean mean cosine, pair by pair.
std::vector<int> rogue_dimensions(std::span<const double> clean, const Setting& setting) {
  std::vector<std::pair<double, int>> contributions;
  for (int k = 0; k < setting.d; ++k) {
    double sum = 0;
    for (const auto& [i, j] : setting.pairs) {
      const auto a = token(clean, i, setting.d);
      const auto b = token(clean, j, setting.d);
      sum += a[idx(k)] * b[idx(k)] / (norm(a) * norm(b));
    }
    contributions.emplace_back(-sum, k);
  }
  std::sort(contributions.begin(), contributions.end());
  std::vector<int> rogue;
  for (int i = 0; i < setting.options->rogue_dimensions; ++i) {
    rogue.push_back(contributions[idx(i)].second);
  }
  return rogue;
}

/// The vectors whose cosine is taken: without rogue dimensions, or centred and scaled by the clean
/// rows' mean and spread.
std::vector<double> transformed(std::span<const double> rows, std::span<const double> clean,
                                const Setting& setting) {
  std::vector<double> out(rows.begin(), rows.end());
  const Cosine kind = setting.options->cosine;
  if (kind == Cosine::raw) return out;
  const int n_tokens = static_cast<int>(rows.size()) / setting.d;
  if (kind == Cosine::no_rogue) {
    for (const int k : rogue_dimensions(clean, setting)) {
      for (int t = 0; t < n_tokens; ++t) out[idx(t * setting.d + k)] = 0;
    }
    return out;
  }
  const int first = setting.options->exclude_first ? 1 : 0;
  for (int k = 0; k < setting.d; ++k) {
    std::vector<double> column;
    for (int t = first; t < n_tokens; ++t) column.push_back(clean[idx(t * setting.d + k)]);
    const double centre = mean_of(column);
    const double spread = kind == Cosine::standardised ? sd_of(column) : 1.0;
    for (int t = 0; t < n_tokens; ++t) {
      double& value = out[idx(t * setting.d + k)];
      value = (value - centre) / spread;
    }
  }
  return out;
}

std::vector<double> cosines(std::span<const double> rows, std::span<const double> clean,
                            const Setting& setting) {
  const std::vector<double> v = transformed(rows, clean, setting);
  std::vector<double> out;
  for (const auto& [i, j] : setting.pairs) {
    const auto a = token(v, i, setting.d);
    const auto b = token(v, j, setting.d);
    out.push_back(dot(a, b) / (norm(a) * norm(b)));
  }
  return out;
}

double mean_distance(std::span<const double> rows, const Setting& setting) {
  std::vector<double> distances;
  for (const auto& [i, j] : setting.pairs) {
    std::vector<double> difference;
    for (int k = 0; k < setting.d; ++k) {
      difference.push_back(rows[idx(i * setting.d + k)] - rows[idx(j * setting.d + k)]);
    }
    distances.push_back(norm(difference));
  }
  return mean_of(distances);
}

double rank_of(std::span<const double> rows, const Setting& setting) {
  const int skip = setting.options->exclude_first ? setting.d : 0;
  return twin_effective_rank(rows.subspan(idx(skip)), setting.d);
}

/// Linear CKA from the centred vectors: |X'Y|^2 / (|X'X| |Y'Y|).
double cka_of(std::span<const double> clean, std::span<const double> silenced,
              const Setting& setting) {
  const int d = setting.d;
  const int first = setting.options->exclude_first ? 1 : 0;
  const int n_tokens = static_cast<int>(clean.size()) / d;
  const auto centred = [&](std::span<const double> rows) {
    std::vector<double> out(rows.begin() + first * d, rows.end());
    for (int k = 0; k < d; ++k) {
      double centre = 0;
      for (int t = first; t < n_tokens; ++t) centre += rows[idx(t * d + k)] / (n_tokens - first);
      for (int t = 0; t < n_tokens - first; ++t) out[idx(t * d + k)] -= centre;
    }
    return out;
  };
  const auto cross = [&](const std::vector<double>& x, const std::vector<double>& y) {
    double squares = 0;
    for (int a = 0; a < d; ++a) {
      for (int b = 0; b < d; ++b) {
        double sum = 0;
        for (int t = 0; t < n_tokens - first; ++t) sum += x[idx(t * d + a)] * y[idx(t * d + b)];
        squares += sum * sum;
      }
    }
    return squares;
  };
  const std::vector<double> x = centred(clean);
  const std::vector<double> y = centred(silenced);
  return cross(x, y) / std::sqrt(cross(x, x) * cross(y, y));
}

/// Ranks of values that do not tie.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<double> ranks;
  for (const double value : values) {
    ranks.push_back(static_cast<double>(
        std::count_if(values.begin(), values.end(), [&](double x) { return x < value; })));
  }
  return ranks;
}

double rank_correlation_of(const std::vector<double>& x, const std::vector<double>& y) {
  double squares = 0;
  const std::vector<double> a = ranks_of(x), b = ranks_of(y);
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  const auto n = static_cast<double>(x.size());
  return 1 - 6 * squares / (n * (n * n - 1));
}

std::vector<double> differences(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = x[i] - y[i];
  return out;
}

void fill_movement(TwinRow& row, std::span<const double> clean, std::span<const double> silenced,
                   const Setting& setting) {
  std::vector<double> relative, absolute, ratio;
  const int n_tokens = static_cast<int>(clean.size()) / setting.d;
  for (int t = setting.first_position; t < n_tokens; ++t) {
    std::vector<double> difference;
    for (int k = 0; k < setting.d; ++k) {
      const std::size_t at = idx(t * setting.d + k);
      difference.push_back(silenced[at] - clean[at]);
    }
    absolute.push_back(norm(difference));
    relative.push_back(norm(difference) / norm(token(clean, t, setting.d)));
    ratio.push_back(norm(token(silenced, t, setting.d)) / norm(token(clean, t, setting.d)));
  }
  row.perturbation = median_of(relative);
  row.perturbation_absolute = median_of(absolute);
  row.norm_ratio = median_of(ratio);
}

TwinRow make_row(std::span<const double> clean, std::span<const double> silenced,
                 std::span<const double> direct, const Setting& setting) {
  TwinRow row;
  const std::vector<double> before = cosines(clean, clean, setting);
  const std::vector<double> after = cosines(silenced, clean, setting);
  const std::vector<double> delta = differences(after, before);
  const auto n = static_cast<double>(delta.size());
  row.n_pairs = static_cast<std::int64_t>(delta.size());
  row.mean_clean = mean_of(before);
  row.mean_silenced = mean_of(after);
  row.mean_delta = mean_of(delta);
  row.sd_delta = sd_of(delta);
  if (std::any_of(delta.begin(), delta.end(), [](double x) { return x != 0; })) {
    const double spread = setting.options->test == Test::paired
                              ? row.sd_delta
                              : std::hypot(sd_of(before), sd_of(after));
    row.t = row.mean_delta / (spread / std::sqrt(n));
  }
  row.direct_mean_delta = mean_of(differences(cosines(direct, clean, setting), before));
  fill_movement(row, clean, silenced, setting);
  row.mean_distance_clean = mean_distance(clean, setting);
  row.mean_distance_silenced = mean_distance(silenced, setting);
  row.effective_rank_clean = rank_of(clean, setting);
  row.effective_rank_silenced = rank_of(silenced, setting);
  row.cka = cka_of(clean, silenced, setting);
  row.rank_correlation = rank_correlation_of(before, after);
  return row;
}

/// Slope of log(value) against the block, from the cut on.
std::optional<double> slope(const std::vector<TwinRow>& rows, int cut, double TwinRow::*value) {
  std::vector<double> x, y;
  for (std::size_t layer = idx(cut); layer < rows.size(); ++layer) {
    if (!(rows[layer].*value > 0)) return std::nullopt;
    x.push_back(static_cast<double>(layer));
    y.push_back(std::log(rows[layer].*value));
  }
  if (x.size() < 2) return std::nullopt;
  double sxy = 0, sxx = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sxy += (x[i] - mean_of(x)) * (y[i] - mean_of(y));
    sxx += (x[i] - mean_of(x)) * (x[i] - mean_of(x));
  }
  return sxy / sxx;
}

}  // namespace

TwinResult twin_silence(const Reference& reference, std::span<const std::int32_t> ids,
                        const Intervention& intervention, const SilenceOptions& options,
                        std::span<const double> push) {
  const int cut = intervention.heads.front().layer;
  const int n_layer = reference.config().n_layer;
  const ReferenceRun clean = reference.run(ids);
  const ReferenceRun silenced =
      push.empty() ? reference.run(ids, &intervention) : reference.run_pushed(ids, cut, push);
  const int first = intervention.positions.empty() ? 0 : intervention.positions.front();
  const Setting setting{clean.d_model, first,
                        twin_pairs(clean.n_tokens, first, options.pairs, options.exclude_first),
                        &options};

  TwinResult out;
  out.embedding_mean = mean_of(cosines(clean.state(0), clean.state(0), setting));
  std::vector<double> removed(clean.state(0).size());
  std::vector<double> direct;
  for (int layer = 0; layer < n_layer; ++layer) {
    std::vector<double> part(removed.size());
    if (push.empty()) {
      part = reference.contribution(clean, layer, intervention);
    } else if (layer == cut) {
      part = differences(part, {push.begin(), push.end()});
    }
    for (std::size_t i = 0; i < part.size(); ++i) removed[i] += part[i];
    const auto state = clean.state(layer + 1);
    direct = differences({state.begin(), state.end()}, removed);
    out.layers.push_back(make_row(state, silenced.state(layer + 1), direct, setting));
  }
  const TwinRow last = make_row(clean.state(n_layer + 1), silenced.state(n_layer + 1),
                                reference.final_norm(direct), setting);
  if (options.states == StatesKind::hf) {
    out.layers.back() = last;
  } else {
    out.final_norm = last;
  }
  out.growth = slope(out.layers, cut, &TwinRow::perturbation);
  out.growth_absolute = slope(out.layers, cut, &TwinRow::perturbation_absolute);
  return out;
}

std::vector<std::pair<int, int>> twin_pairs(int n_tokens, int first_position, PairsKind kind,
                                            bool exclude_first) {
  std::vector<std::pair<int, int>> pairs;
  for (int i = exclude_first ? 1 : 0; i < n_tokens; ++i) {
    for (int j = i + 1; j < n_tokens; ++j) {
      if (kind == PairsKind::all || j >= first_position) pairs.emplace_back(i, j);
    }
  }
  return pairs;
}

std::vector<double> jacobi_eigenvalues(std::vector<double> matrix, int n) {
  const auto at = [&](int i, int j) -> double& { return matrix[idx(i * n + j)]; };
  for (int sweep = 0; sweep < 60; ++sweep) {
    double off = 0;
    for (int p = 0; p < n; ++p) {
      for (int q = p + 1; q < n; ++q) {
        off += at(p, q) * at(p, q);
        if (at(p, q) == 0) continue;
        const double theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
        const double tangent =
            (theta < 0 ? -1.0 : 1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double cosine = 1 / std::sqrt(tangent * tangent + 1);
        const double sine = tangent * cosine;
        for (int k = 0; k < n; ++k) {
          const double kp = at(k, p), kq = at(k, q);
          at(k, p) = cosine * kp - sine * kq;
          at(k, q) = sine * kp + cosine * kq;
        }
        for (int k = 0; k < n; ++k) {
          const double pk = at(p, k), qk = at(q, k);
          at(p, k) = cosine * pk - sine * qk;
          at(q, k) = sine * pk + cosine * qk;
        }
      }
    }
    if (off == 0) break;
  }
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(at(i, i));
  return values;
}

double twin_effective_rank(std::span<const double> rows, int d) {
  const int n = static_cast<int>(rows.size()) / d;
  std::vector<double> gram;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) gram.push_back(dot(token(rows, i, d), token(rows, j, d)));
  }
  const std::vector<double> eigenvalues = jacobi_eigenvalues(gram, n);
  double total = 0;
  for (const double value : eigenvalues) total += std::max(value, 0.0);
  double entropy = 0;
  for (const double value : eigenvalues) {
    if (value > 0) entropy -= value / total * std::log(value / total);
  }
  return std::exp(entropy);
}

}  // namespace tacet::testing
