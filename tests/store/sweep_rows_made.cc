#include "store/sweep_rows_made.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include "store/columns.h"
#include "store/made_results.h"

namespace tacet::testing {
namespace {

/// Some number that looks like a measured one; the same for the same seed.
double noise(double seed) {
  return std::sin(seed * 12.9898) / 3;
}

LayerEffect sweep_row(int number, Head head, int layer) {
  LayerEffect row = made_silence().layers.front();
  const double seed = number * 1000 + head.layer * 100 + head.head * 10 + layer + 1;
  row.layer = layer;
  row.mean_clean = row.mean_silenced = noise(seed);
  if (layer < head.layer) return row;
  const bool is_turning = head == Head{1, 1} && layer < 4;
  const double sign = (head.head % 2 == 0) != is_turning ? -1 : 1;
  row.mean_delta = sign * 0.01 * (layer - head.layer + 1) * (1 + noise(seed + 0.1) / 10);
  row.mean_silenced += row.mean_delta;
  row.sd_delta = std::abs(noise(seed + 0.2));
  row.t = 3 * sign + noise(seed + 0.3);
  row.df = 5.0;
  row.p = std::abs(noise(seed + 0.4)) / 100;
  row.p_adjusted = *row.p * kSweepLayers;
  row.significant = layer > head.layer + number % 2;
  row.effect = !row.significant ? Effect::none : sign < 0 ? Effect::decoupling : Effect::coupling;
  row.cohen_dz = *row.t / 4;
  row.ci_low = row.mean_delta - 0.1;
  row.ci_high = row.mean_delta + 0.1;
  row.direct_mean_delta = row.mean_delta * noise(seed + 0.5);
  row.perturbation = std::abs(noise(seed + 0.6));
  row.perturbation_absolute = row.perturbation * 7;
  row.norm_ratio = 1 + noise(seed + 0.7) / 10;
  if (number % 2 == 0) return row;
  row.noise_floor = std::abs(noise(seed + 0.8)) / 1000;
  row.near_noise = is_near_noise(row);
  return row;
}

FollowedPair sweep_pair(int number, Head head, int first, int second) {
  FollowedPair pair{.pair = {.name = "made,pair", .first = first, .second = second},
                    .layers = {},
                    .final_norm = {}};
  for (int layer = 0; layer <= kSweepLayers; ++layer) {
    const LayerEffect of_all = sweep_row(number, head, layer);
    const double clean = of_all.mean_clean / (1 + first);
    FollowedRow row{.layer = layer,
                    .clean = clean,
                    .silenced = clean + of_all.mean_delta * (1 + second),
                    .delta = of_all.mean_delta * (1 + second),
                    .direct_delta = of_all.direct_mean_delta / (1 + second)};
    if (layer == kSweepLayers) {
      pair.final_norm = row;
    } else {
      pair.layers.push_back(row);
    }
  }
  return pair;
}

std::string value_text(sqlite3_stmt* statement, int column) {
  const int type = ::sqlite3_column_type(statement, column);
  if (type == SQLITE_NULL) return "null";
  if (type == SQLITE_FLOAT)
    return fmt::format("{:.17g}", ::sqlite3_column_double(statement, column));
  const auto* data = static_cast<const char*>(::sqlite3_column_blob(statement, column));
  const int size = ::sqlite3_column_bytes(statement, column);
  return {data == nullptr ? "" : data, static_cast<std::size_t>(size)};
}

class TextMaker {
 public:
  void operator()(const char* name, double value) {
    text += fmt::format("{}={:x} ", name, std::bit_cast<std::uint64_t>(value));
  }
  void operator()(const char* name, const std::vector<int>& value) {
    text += fmt::format("{}={} ", name, fmt::join(value, ","));
  }
  void operator()(const char* name, Effect value) {
    text += fmt::format("{}={} ", name, to_string(value));
  }
  template <typename Value>
  void operator()(const char* name, const std::optional<Value>& value) {
    if (value) return (*this)(name, *value);
    text += fmt::format("{}=null ", name);
  }
  template <typename Value>
  void operator()(const char* name, const Value& value) {
    text += fmt::format("{}={} ", name, value);
  }

  std::string text;
};

}  // namespace

Prompt sweep_prompt(int number) {
  Prompt prompt = made_silence().prompt;
  prompt.tokens.back().id = 100 + number;
  prompt.text += fmt::format("{}", number);
  return prompt;
}

TrajectoryResult sweep_trajectory(int number) {
  TrajectoryResult result = made_trajectory();
  result.prompt = sweep_prompt(number);
  const TrajectoryRow row = result.layers.front();
  result.layers.assign(kSweepLayers, row);
  for (int layer = 0; layer < kSweepLayers; ++layer) {
    result.layers[static_cast<std::size_t>(layer)].mean = noise(number * 10 + layer);
  }
  return result;
}

SilenceResult sweep_result(int number, Head head) {
  SilenceResult result = made_silence();
  result.prompt = sweep_prompt(number);
  result.intervention = {.heads = {head}, .positions = {}, .mode = {}};
  result.layers.clear();
  result.ripple = {};
  result.ripple.cut_layer = head.layer;
  result.ripple.late_layers = {4, 5};
  for (int layer = 0; layer < kSweepLayers; ++layer) {
    result.layers.push_back(sweep_row(number, head, layer));
    const LayerEffect& row = result.layers.back();
    if (row.significant && !result.ripple.onset) result.ripple.onset = layer;
    if (layer == head.layer) result.ripple.immediate_delta = row.mean_delta;
    if (layer >= 4) result.ripple.late_delta += row.mean_delta / 2;
  }
  result.ripple.growth = noise(number + head.layer + 0.5);
  result.ripple.sign_changes = head == Head{1, 1} ? 1 : 0;
  if (head != Head{1, 1}) result.ripple.late_se = 0.01 + noise(number) / 1000;
  result.final_norm = sweep_row(number, head, kSweepLayers);
  result.final_norm->p_adjusted = std::nullopt;
  result.followed = {sweep_pair(number, head, 1, 3), sweep_pair(number, head, 0, 2)};
  return result;
}

std::vector<Head> sweep_heads() {
  std::vector<Head> heads;
  for (int layer = 0; layer < kSweepLayers; ++layer) {
    for (int head = 0; head < kSweepHeads; ++head) heads.push_back({layer, head});
  }
  return heads;
}

std::int64_t write_sweep(store::SweepDatabase& database, int number,
                         const store::RunSettings& settings) {
  const Model model = Model::mini();
  const std::int64_t run = database.run_of(model, sweep_prompt(number), "", settings);
  if (!database.has_trajectory(run)) database.write(run, sweep_trajectory(number));
  const std::set<std::string> finished = database.finished(run);
  for (const Head head : sweep_heads()) {
    if (!finished.contains(to_string(head))) database.write(run, sweep_result(number, head));
  }
  return run;
}

Table query(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* opened = nullptr;
  const int code =
      ::sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection(opened, ::sqlite3_close);
  if (code != SQLITE_OK) throw std::runtime_error(::sqlite3_errmsg(opened));
  ::sqlite3_busy_timeout(opened, 10'000);
  Table table;
  const char* rest = sql.c_str();
  while (*rest != '\0') {
    sqlite3_stmt* prepared = nullptr;
    if (::sqlite3_prepare_v2(opened, rest, -1, &prepared, &rest) != SQLITE_OK) {
      throw std::runtime_error(::sqlite3_errmsg(opened));
    }
    if (prepared == nullptr) break;  // only space was left
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared,
                                                                          ::sqlite3_finalize);
    table = {};
    const int n_columns = ::sqlite3_column_count(prepared);
    for (int i = 0; i < n_columns; ++i) {
      table.columns.emplace_back(::sqlite3_column_name(prepared, i));
    }
    int step = 0;
    while ((step = ::sqlite3_step(prepared)) == SQLITE_ROW) {
      auto& row = table.rows.emplace_back();
      for (int i = 0; i < n_columns; ++i) row.push_back(value_text(prepared, i));
    }
    if (step != SQLITE_DONE) throw std::runtime_error(::sqlite3_errmsg(opened));
  }
  return table;
}

std::string contents(const std::filesystem::path& file) {
  std::string text;
  for (const char* const name :
       {"meta", "runs", "tokens", "interventions", "ripples", "effects", "final_norms", "followed",
        "trajectories", "checks", "predictions", "scores", "top_tokens", "patches", "patch_pairs",
        "patch_tokens", "patch_cells"}) {
    const Table table = query(file, fmt::format("SELECT * FROM {}", name));
    text += fmt::format("{}: {}\n", name, fmt::join(table.columns, "|"));
    for (const auto& row : table.rows) text += fmt::format("{}\n", fmt::join(row, "|"));
  }
  return text;
}

std::string text_of(const SweepOutcome& outcome) {
  TextMaker maker;
  maker("spec", outcome.spec);
  for (const Head head : outcome.heads) maker("head", to_string(head));
  maker("values_changed", outcome.values_changed);
  store::visit_columns(outcome.ripple, maker);
  for (const LayerEffect& row : outcome.layers) store::visit_columns(row, maker);
  maker("final_norm", outcome.final_norm.has_value());
  if (outcome.final_norm) store::visit_columns(*outcome.final_norm, maker);
  for (const FollowedPair& one : outcome.followed) {
    maker("pair", one.pair.name);
    maker("first", one.pair.first);
    maker("second", one.pair.second);
    for (const FollowedRow& row : one.layers) store::visit_columns(row, maker);
    maker("final_norm", one.final_norm.has_value());
    if (one.final_norm) store::visit_columns(*one.final_norm, maker);
  }
  return maker.text;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tacet::testing
