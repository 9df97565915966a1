#include "store/sweep_followed.h"

#include <string>

#include <fmt/format.h>

#include "store/sweep_rows.h"

namespace tacet::store {
namespace {

const std::vector<std::string> kKeys = {"run_id", "intervention_id", "pair", "position_a",
                                        "position_b"};

}  // namespace

FollowedTable::FollowedTable(Connection& connection)
    : connection_(connection),
      insert_(connection, insert_sql("followed", kKeys, column_names<FollowedRow>())),
      select_(connection, "SELECT intervention_id, pair, position_a, position_b, " +
                              select_list(column_names<FollowedRow>()) +
                              " FROM followed WHERE run_id = ? ORDER BY intervention_id, pair, "
                              "position_a, position_b, layer") {}

void FollowedTable::write(std::int64_t run, std::int64_t intervention,
                          const std::vector<FollowedPair>& pairs) {
  for (const FollowedPair& one : pairs) {
    const auto insert = [&](const FollowedRow& row) {
      insert_.start().put(run).put(intervention).put(one.pair.name);
      insert_.put(std::int64_t{one.pair.first}).put(std::int64_t{one.pair.second});
      put_row(insert_, row);
      insert_.run();
    };
    for (const FollowedRow& row : one.layers) insert(row);
    if (one.final_norm) insert(*one.final_norm);
  }
}

void FollowedTable::read(std::int64_t run, std::map<std::int64_t, SweepOutcome>& outcomes) {
  select_.start().put(run);
  while (select_.step()) {
    SweepOutcome& outcome = outcomes[select_.take_int64()];
    WordPair pair;
    pair.name = select_.take_text();
    pair.first = select_.take_int();
    pair.second = select_.take_int();
    if (outcome.followed.empty() || outcome.followed.back().pair != pair) {
      outcome.followed.push_back({.pair = pair, .layers = {}, .final_norm = {}});
    }
    const auto row = take_row<FollowedRow>(select_);
    FollowedPair& one = outcome.followed.back();
    if (row.layer == static_cast<int>(outcome.layers.size())) {  // ln_f stands behind the blocks
      one.final_norm = row;
    } else {
      one.layers.push_back(row);
    }
  }
  for (const auto& [id, outcome] : outcomes) check(run, outcome);
}

void FollowedTable::check(std::int64_t run, const SweepOutcome& outcome) const {
  for (const FollowedPair& one : outcome.followed) {
    bool is_whole = one.pair.first >= 0 && one.pair.first < one.pair.second &&
                    one.layers.size() == outcome.layers.size() &&
                    one.final_norm.has_value() == outcome.final_norm.has_value();
    int layer = 0;
    for (const FollowedRow& row : one.layers) is_whole &= row.layer == layer++;
    if (is_whole) continue;
    connection_.fail_damaged(
        fmt::format("rows of the pair '{}' that run {} follows are missing", one.pair.name, run));
  }
}

}  // namespace tacet::store
