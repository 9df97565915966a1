#include "store/patch_tables.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "store/json_values.h"
#include "store/predict_columns.h"
#include "store/sweep_rows.h"
#include "store/words.h"

namespace tacet::store {
namespace {

constexpr std::string_view kClean = "clean";
constexpr std::string_view kCorrupt = "corrupt";

Json ids_of(const Prompt& prompt) {
  Json ids = Json::array();
  for (const Token& token : prompt.tokens) ids.push_back(token.id);
  return ids;
}

Token take_token(Statement& statement) {
  const int id = statement.take_int();
  return {.id = id, .text = statement.take_text()};
}

template <typename Word>
Word take_word(Statement& statement, const char* name) {
  const std::string text = statement.take_text();
  if (const auto word = word_from<Word>(text)) return *word;
  statement.connection().fail_damaged(fmt::format("the {} '{}' is not known", name, text));
}

}  // namespace

std::string patch_settings_text(const PatchResult& result) {
  Json pairs = Json::array();
  for (const PairRun& run : result.pairs) {
    pairs.push_back(ObjectBuilder()
                        .value("clean", ids_of(run.pair.clean))
                        .value("corrupt", ids_of(run.pair.corrupt))
                        .value("target", run.pair.target.id)
                        .value("contrast", run.pair.contrast.id)
                        .take());
  }
  return ObjectBuilder("settings")
      .text("by", to_string(result.by))
      .text("direction", to_string(result.direction))
      .value("pairs", std::move(pairs))
      .take()
      .dump();
}

PatchTables::PatchTables(Connection& connection)
    : connection_(connection),
      delete_(connection, "DELETE FROM patches WHERE run_id = ?"),
      insert_patch_(connection,
                    "INSERT INTO patches (run_id, \"by\", direction, runs, clean_logit_diff, "
                    "corrupt_logit_diff) VALUES (:run_id, :by, :direction, :runs, "
                    ":clean_logit_diff, :corrupt_logit_diff)"),
      insert_pair_(connection,
                   insert_sql("patch_pairs", {"run_id", "pair", "clean", "corrupt", "target_id",
                                              "target_text", "contrast_id", "contrast_text",
                                              "clean_logit_diff", "corrupt_logit_diff"})),
      insert_token_(connection, insert_sql("patch_tokens", {"run_id", "pair", "side", "position",
                                                            "token_id", "text"})),
      insert_cell_(connection,
                   insert_sql("patch_cells", {"run_id", "place"}, column_names<PatchCell>())),
      select_patch_(connection,
                    "SELECT \"by\", direction, runs, clean_logit_diff, corrupt_logit_diff FROM "
                    "patches WHERE run_id = ?"),
      select_pairs_(connection,
                    "SELECT pair, clean, corrupt, target_id, target_text, contrast_id, "
                    "contrast_text, clean_logit_diff, corrupt_logit_diff FROM patch_pairs WHERE "
                    "run_id = ? ORDER BY pair"),
      select_tokens_(connection,
                     "SELECT pair, side, position, token_id, text FROM patch_tokens WHERE run_id "
                     "= ? ORDER BY pair, side, position"),
      select_cells_(connection, "SELECT place, " + select_list(column_names<PatchCell>()) +
                                    " FROM patch_cells WHERE run_id = ? ORDER BY place") {}

void PatchTables::fail_rows(std::int64_t run) const {
  connection_.fail_damaged(fmt::format("rows of run {} are missing", run));
}

void PatchTables::write_tokens(std::int64_t run, std::int64_t pair, std::string_view side,
                               const Prompt& prompt) {
  std::int64_t position = 0;
  for (const Token& token : prompt.tokens) {
    insert_token_.start().put(run).put(pair).put(side).put(position++);
    insert_token_.put(std::int64_t{token.id}).put(token.text).run();
  }
}

void PatchTables::write(std::int64_t run, const PatchResult& result) {
  Transaction transaction(connection_);
  delete_.start().put(run).run();
  insert_patch_.start()
      .put(run)
      .put(to_string(result.by))
      .put(to_string(result.direction))
      .put(result.runs)
      .put(result.clean_logit_diff)
      .put(result.corrupt_logit_diff)
      .run();
  std::int64_t number = 0;
  for (const PairRun& one : result.pairs) {
    const PatchPair& pair = one.pair;
    insert_pair_.start()
        .put(run)
        .put(number)
        .put(pair.clean.text)
        .put(pair.corrupt.text)
        .put(std::int64_t{pair.target.id})
        .put(pair.target.text)
        .put(std::int64_t{pair.contrast.id})
        .put(pair.contrast.text)
        .put(one.clean_logit_diff)
        .put(one.corrupt_logit_diff)
        .run();
    write_tokens(run, number, kClean, pair.clean);
    write_tokens(run, number++, kCorrupt, pair.corrupt);
  }
  std::int64_t place = 0;
  for (const PatchCell& cell : result.cells) {
    insert_cell_.start().put(run).put(place++);
    put_row(insert_cell_, cell);
    insert_cell_.run();
  }
  transaction.commit();
}

PatchResult PatchTables::read(const RunRow& row) {
  Transaction snapshot(connection_, Access::read);
  const std::int64_t run = row.header.id;
  PatchResult result;
  if (!select_patch_.start().put(run).step()) fail_rows(run);
  result.by = take_word<PatchBy>(select_patch_, "by");
  result.direction = take_word<PatchDirection>(select_patch_, "direction");
  result.runs = select_patch_.take_int64();
  result.clean_logit_diff = select_patch_.take_double();
  result.corrupt_logit_diff = select_patch_.take_double();
  select_patch_.reset();
  read_pairs(run, result.pairs);
  select_cells_.start().put(run);
  while (select_cells_.step()) {
    if (select_cells_.take_int64() != static_cast<std::int64_t>(result.cells.size())) {
      fail_rows(run);
    }
    result.cells.push_back(take_row<PatchCell>(select_cells_));
  }
  snapshot.commit();
  if (result.pairs.empty() || result.cells.empty() || patch_settings_text(result) != row.settings) {
    fail_rows(run);
  }
  return result;
}

void PatchTables::read_pairs(std::int64_t run, std::vector<PairRun>& pairs) {
  select_pairs_.start().put(run);
  while (select_pairs_.step()) {
    if (select_pairs_.take_int64() != static_cast<std::int64_t>(pairs.size())) fail_rows(run);
    PairRun& one = pairs.emplace_back();
    one.pair.clean.text = select_pairs_.take_text();
    one.pair.corrupt.text = select_pairs_.take_text();
    one.pair.target = take_token(select_pairs_);
    one.pair.contrast = take_token(select_pairs_);
    one.clean_logit_diff = select_pairs_.take_double();
    one.corrupt_logit_diff = select_pairs_.take_double();
  }
  select_tokens_.start().put(run);
  while (select_tokens_.step()) {
    const auto pair = static_cast<std::size_t>(select_tokens_.take_int64());
    const std::string side = select_tokens_.take_text();
    const std::int64_t position = select_tokens_.take_int64();
    if (pair >= pairs.size() || (side != kClean && side != kCorrupt)) fail_rows(run);
    PatchPair& owner = pairs[pair].pair;
    std::vector<Token>& tokens = (side == kClean ? owner.clean : owner.corrupt).tokens;
    if (position != static_cast<std::int64_t>(tokens.size())) fail_rows(run);
    tokens.push_back(take_token(select_tokens_));
  }
}

}  // namespace tacet::store
