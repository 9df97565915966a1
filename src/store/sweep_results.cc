#include "store/sweep_results.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "store/sweep_rows.h"

namespace tacet::store {
namespace {

const std::vector<std::string> kResultKeys = {"run_id", "intervention_id"};

/// Takes `letter` and the number after it off the front of `text`; nullopt when they are not there.
std::optional<int> take_number(std::string_view& text, char letter) {
  int number = 0;
  if (!text.starts_with(letter)) return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

/// The heads of a spec as `spec_of` writes it. Throws the error of a damaged file for another.
std::vector<Head> heads_of(const Connection& connection, std::string_view spec) {
  std::vector<Head> heads;
  std::string_view rest = spec;
  for (;;) {
    const std::optional<int> layer = take_number(rest, 'L');
    const std::optional<int> head = take_number(rest, 'H');
    if (!layer || !head || !(rest.empty() || rest.starts_with('+'))) {
      connection.fail_damaged(fmt::format("the intervention '{}' is not understood", spec));
    }
    heads.push_back({*layer, *head});
    if (rest.empty()) return heads;
    rest.remove_prefix(1);
  }
}

/// Whether the outcome has its ripple and a row for every block.
bool is_whole(const SweepOutcome& outcome, std::size_t n_layer) {
  if (outcome.heads.empty() || outcome.layers.size() != n_layer) return false;
  const int cut = outcome.ripple.cut_layer;
  if (cut < 0 || cut >= static_cast<int>(n_layer)) return false;
  int layer = 0;
  for (const LayerEffect& row : outcome.layers) {
    if (row.layer != layer++) return false;
  }
  return true;
}

/// The row of `outcome` that tests of `layer` belong to; nullptr when there is none. ln_f's output
/// stands behind the blocks.
LayerEffect* row_of(SweepOutcome& outcome, std::int64_t layer) {
  const auto n_layer = static_cast<std::int64_t>(outcome.layers.size());
  if (layer == n_layer && outcome.final_norm) return &*outcome.final_norm;
  return layer < 0 || layer >= n_layer ? nullptr : &outcome.layers[static_cast<std::size_t>(layer)];
}

/// What the states of a whole trajectory of `count` rows are called; empty for too few.
std::vector<std::string> state_names(std::size_t count) {
  if (count < 3) return {};
  std::vector<std::string> names = {"embedding"};
  for (std::size_t block = 0; block + 2 < count; ++block) names.push_back(std::to_string(block));
  names.emplace_back("ln_f");
  return names;
}

}  // namespace

ResultTables::ResultTables(Connection& connection, InterventionTable& interventions)
    : connection_(connection),
      select_finished_(connection,
                       "SELECT spec FROM ripples JOIN interventions ON id = intervention_id WHERE "
                       "run_id = ?"),
      select_any_trajectory_(connection, "SELECT 1 FROM trajectories WHERE run_id = ? LIMIT 1"),
      delete_trajectory_(connection, "DELETE FROM trajectories WHERE run_id = ?"),
      insert_trajectory_(connection, insert_sql("trajectories", {"run_id", "depth", "state"},
                                                column_names<TrajectoryRow>())),
      interventions_(interventions),
      delete_ripple_(connection, "DELETE FROM ripples WHERE run_id = ? AND intervention_id = ?"),
      insert_ripple_(connection,
                     insert_sql("ripples", {"run_id", "intervention_id", "values_changed"},
                                column_names<Ripple>())),
      insert_effect_(connection, insert_sql("effects", kResultKeys, column_names<LayerEffect>())),
      insert_final_norm_(connection,
                         insert_sql("final_norms", kResultKeys, column_names<LayerEffect>())),
      insert_test_(connection, insert_sql("tests", {"run_id", "intervention_id", "layer", "place"},
                                          column_names<TestResult>())),
      select_trajectory_(connection, "SELECT depth, CAST(state AS TEXT), " +
                                         select_list(column_names<TrajectoryRow>()) +
                                         " FROM trajectories WHERE run_id = ? ORDER BY depth"),
      select_ripples_(connection,
                      "SELECT intervention_id, spec, values_changed, " +
                          select_list(column_names<Ripple>(), "ripples.") +
                          " FROM ripples JOIN interventions ON id = intervention_id WHERE run_id "
                          "= ?"),
      select_effects_(connection, "SELECT intervention_id, " +
                                      select_list(column_names<LayerEffect>()) +
                                      " FROM effects WHERE run_id = ? ORDER BY intervention_id, "
                                      "layer"),
      select_final_norms_(connection, "SELECT intervention_id, " +
                                          select_list(column_names<LayerEffect>()) +
                                          " FROM final_norms WHERE run_id = ?"),
      select_tests_(connection, "SELECT intervention_id, layer, place, " +
                                    select_list(column_names<TestResult>()) +
                                    " FROM tests WHERE run_id = ? ORDER BY intervention_id, layer, "
                                    "place"),
      followed_(connection) {}

std::set<std::string> ResultTables::finished(std::int64_t run) {
  std::set<std::string> specs;
  select_finished_.start().put(run);
  while (select_finished_.step()) specs.insert(select_finished_.take_text());
  return specs;
}

bool ResultTables::has_trajectory(std::int64_t run) {
  const bool is_there = select_any_trajectory_.start().put(run).step();
  select_any_trajectory_.reset();
  return is_there;
}

void ResultTables::write(std::int64_t run, const TrajectoryResult& result) {
  Transaction transaction(connection_);
  delete_trajectory_.start().put(run).run();
  std::int64_t depth = 0;
  const auto insert = [&](auto state, const TrajectoryRow& row) {
    insert_trajectory_.start().put(run).put(depth++).put(state);
    put_row(insert_trajectory_, row);
    insert_trajectory_.run();
  };
  insert(std::string_view("embedding"), result.embedding);
  for (const TrajectoryRow& row : result.layers) insert(depth - 1, row);
  insert(std::string_view("ln_f"), result.final_norm);
  transaction.commit();
}

void ResultTables::write(std::int64_t run, const SilenceResult& result) {
  Transaction transaction(connection_);
  const std::int64_t id = interventions_.id_of(result.intervention);
  delete_ripple_.start().put(run).put(id).run();
  insert_ripple_.start().put(run).put(id).put(result.values_changed);
  put_row(insert_ripple_, result.ripple);
  insert_ripple_.run();
  const auto insert = [&](Statement& statement, const LayerEffect& row) {
    statement.start().put(run).put(id);
    put_row(statement, row);
    statement.run();
  };
  int layer = 0;
  for (const LayerEffect& row : result.layers) {
    insert(insert_effect_, row);
    write_tests(run, id, layer++, row);
  }
  if (result.final_norm) {
    insert(insert_final_norm_, *result.final_norm);
    write_tests(run, id, layer, *result.final_norm);
  }
  followed_.write(run, id, result.followed);
  transaction.commit();
}

void ResultTables::write_tests(std::int64_t run, std::int64_t id, int layer,
                               const LayerEffect& row) {
  std::int64_t place = 0;
  for (const TestResult& test : row.tests) {
    insert_test_.start().put(run).put(id).put(std::int64_t{layer}).put(place++);
    put_row(insert_test_, test);
    insert_test_.run();
  }
}

std::optional<StoredTrajectory> ResultTables::trajectory(std::int64_t run) {
  std::vector<std::string> states;
  std::vector<TrajectoryRow> rows;
  select_trajectory_.start().put(run);
  while (select_trajectory_.step()) {
    const bool is_next = select_trajectory_.take_int64() == static_cast<std::int64_t>(rows.size());
    states.push_back(select_trajectory_.take_text());
    rows.push_back(take_row<TrajectoryRow>(select_trajectory_));
    if (!is_next) states.back().clear();
  }
  if (rows.empty()) return std::nullopt;
  if (states != state_names(rows.size())) {
    connection_.fail_damaged(fmt::format("rows of the trajectory of run {} are missing", run));
  }
  StoredTrajectory trajectory{.embedding = rows.front(), .layers = {}, .final_norm = rows.back()};
  trajectory.layers.assign(rows.begin() + 1, rows.end() - 1);
  return trajectory;
}

std::vector<SweepOutcome> ResultTables::outcomes(std::int64_t run) {
  Transaction snapshot(connection_, Access::read);
  std::map<std::int64_t, SweepOutcome> by_id;
  select_ripples_.start().put(run);
  while (select_ripples_.step()) {
    SweepOutcome& outcome = by_id[select_ripples_.take_int64()];
    outcome.spec = select_ripples_.take_text();
    outcome.heads = heads_of(connection_, outcome.spec);
    outcome.values_changed = select_ripples_.take_int64();
    outcome.ripple = take_row<Ripple>(select_ripples_);
  }
  select_effects_.start().put(run);
  while (select_effects_.step()) {
    SweepOutcome& outcome = by_id[select_effects_.take_int64()];
    outcome.layers.push_back(take_row<LayerEffect>(select_effects_));
  }
  select_final_norms_.start().put(run);
  while (select_final_norms_.step()) {
    SweepOutcome& outcome = by_id[select_final_norms_.take_int64()];
    outcome.final_norm = take_row<LayerEffect>(select_final_norms_);
  }
  select_tests_.start().put(run);
  while (select_tests_.step()) {
    SweepOutcome& outcome = by_id[select_tests_.take_int64()];
    LayerEffect* const row = row_of(outcome, select_tests_.take_int64());
    const std::int64_t place = select_tests_.take_int64();
    if (row == nullptr || place != static_cast<std::int64_t>(row->tests.size())) {
      connection_.fail_damaged(fmt::format("the tests of run {} do not fit its rows", run));
    }
    row->tests.push_back(take_row<TestResult>(select_tests_));
  }
  followed_.read(run, by_id);
  snapshot.commit();
  std::vector<SweepOutcome> outcomes;
  outcomes.reserve(by_id.size());
  for (auto& [id, outcome] : by_id) outcomes.push_back(std::move(outcome));
  for (const SweepOutcome& outcome : outcomes) {
    if (is_whole(outcome, outcomes.front().layers.size())) continue;
    connection_.fail_damaged(fmt::format("rows of run {} are missing", run));
  }
  std::sort(outcomes.begin(), outcomes.end(),
            [](const SweepOutcome& a, const SweepOutcome& b) { return a.heads < b.heads; });
  return outcomes;
}

}  // namespace tacet::store
