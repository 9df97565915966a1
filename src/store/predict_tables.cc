#include "store/predict_tables.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/predict_columns.h"
#include "store/sweep_rows.h"

namespace tacet::store {
namespace {

constexpr std::string_view kTarget = "target";
constexpr std::string_view kOther = "other";
constexpr std::string_view kContrast = "contrast";

std::string positions_text(const std::vector<int>& positions) {
  return positions.empty() ? "all" : to_list_text(positions);
}

}  // namespace

PredictTables::PredictTables(Connection& connection, InterventionTable& interventions)
    : connection_(connection),
      interventions_(interventions),
      delete_(connection, "DELETE FROM predictions WHERE run_id = ?"),
      insert_prediction_(
          connection,
          insert_sql("predictions", {"run_id", "place", "intervention_id", "mode", "positions",
                                     "values_changed", "logit_diff", "kl", "top1_changed"})),
      insert_score_(connection, insert_sql("scores", {"run_id", "place", "role", "number"},
                                           column_names<TokenScore>())),
      insert_top_(connection, insert_sql("top_tokens", {"run_id", "place", "rank"},
                                         column_names<LikelyToken>())),
      select_predictions_(connection,
                          "SELECT place, spec, mode, values_changed, logit_diff, kl, top1_changed "
                          "FROM predictions LEFT JOIN interventions ON id = intervention_id WHERE "
                          "run_id = ? ORDER BY place"),
      select_scores_(connection, "SELECT place, role, number, " +
                                     select_list(column_names<TokenScore>()) +
                                     " FROM scores WHERE run_id = ? ORDER BY place, role, number"),
      select_top_(connection, "SELECT place, rank, " + select_list(column_names<LikelyToken>()) +
                                  " FROM top_tokens WHERE run_id = ? ORDER BY place, rank") {}

void PredictTables::fail_rows(std::int64_t run) const {
  connection_.fail_damaged(fmt::format("rows of run {} are missing", run));
}

void PredictTables::write_score(std::int64_t run, std::int64_t place, std::string_view role,
                                std::int64_t number, const TokenScore& score) {
  insert_score_.start().put(run).put(place).put(role).put(number);
  put_row(insert_score_, score);
  insert_score_.run();
}

void PredictTables::write_prediction(std::int64_t run, std::int64_t place,
                                     const Prediction& prediction) {
  write_score(run, place, kTarget, 0, prediction.target);
  std::int64_t number = 0;
  for (const TokenScore& other : prediction.others) {
    write_score(run, place, kOther, number++, other);
  }
  if (prediction.contrast) write_score(run, place, kContrast, 0, *prediction.contrast);
  std::int64_t rank = 0;
  for (const LikelyToken& likely : prediction.top) {
    insert_top_.start().put(run).put(place).put(++rank);
    put_row(insert_top_, likely);
    insert_top_.run();
  }
}

void PredictTables::write(std::int64_t run, const PredictResult& result) {
  Transaction transaction(connection_);
  delete_.start().put(run).run();
  insert_prediction_.start().put(run).put(std::int64_t{0}).put_null().put_null().put_null();
  insert_prediction_.put(std::int64_t{0}).put(result.clean.logit_diff).put(0.0);
  insert_prediction_.put(std::int64_t{0}).run();
  write_prediction(run, 0, result.clean);
  std::int64_t place = 0;
  for (const SilencedPrediction& one : result.interventions) {
    insert_prediction_.start()
        .put(run)
        .put(++place)
        .put(interventions_.id_of(one.intervention))
        .put(to_string(one.intervention.mode))
        .put(positions_text(one.intervention.positions))
        .put(one.values_changed)
        .put(one.prediction.logit_diff)
        .put(one.kl)
        .put(std::int64_t{one.top1_changed})
        .run();
    write_prediction(run, place, one.prediction);
  }
  transaction.commit();
}

PredictResult PredictTables::read(const RunRow& row) {
  Transaction snapshot(connection_, Access::read);
  const std::int64_t run = row.header.id;
  PredictSettings settings =
      predict_settings_from_text(connection_, row.settings, row.header.model);
  PredictResult result;
  result.prompt = row.header.prompt;
  result.position = settings.position;
  result.interventions.resize(settings.interventions.size());
  std::vector<Prediction*> predictions = {&result.clean};
  for (std::size_t i = 0; i < settings.interventions.size(); ++i) {
    result.interventions[i].intervention = settings.interventions[i];
    predictions.push_back(&result.interventions[i].prediction);
  }
  std::size_t n_read = 0;
  select_predictions_.start().put(run);
  while (select_predictions_.step()) {
    const std::int64_t place = select_predictions_.take_int64();
    if (n_read >= predictions.size() || place != static_cast<std::int64_t>(n_read)) {
      fail_rows(run);
    }
    Prediction& prediction = *predictions[n_read++];
    if (place == 0) {
      if (!select_predictions_.take_null()) fail_rows(run);
      if (!select_predictions_.take_null()) fail_rows(run);
      select_predictions_.take_int64();
      prediction.logit_diff = select_predictions_.take_optional_double();
      continue;
    }
    SilencedPrediction& one = result.interventions[static_cast<std::size_t>(place - 1)];
    if (select_predictions_.take_text() != spec_of(one.intervention) ||
        select_predictions_.take_text() != to_string(one.intervention.mode)) {
      fail_rows(run);
    }
    one.values_changed = select_predictions_.take_int64();
    prediction.logit_diff = select_predictions_.take_optional_double();
    one.kl = select_predictions_.take_double();
    one.top1_changed = select_predictions_.take_int64() != 0;
  }
  if (n_read != predictions.size()) fail_rows(run);
  read_scores(run, predictions);
  read_top(run, predictions);
  snapshot.commit();
  for (const Prediction* const prediction : predictions) check(run, settings, *prediction);
  return result;
}

void PredictTables::read_scores(std::int64_t run, std::vector<Prediction*>& predictions) {
  select_scores_.start().put(run);
  while (select_scores_.step()) {
    const auto place = static_cast<std::size_t>(select_scores_.take_int64());
    const std::string role = select_scores_.take_text();
    const std::int64_t number = select_scores_.take_int64();
    if (place >= predictions.size()) fail_rows(run);
    Prediction& prediction = *predictions[place];
    auto score = take_row<TokenScore>(select_scores_);
    if (role == kOther && number == static_cast<std::int64_t>(prediction.others.size())) {
      prediction.others.push_back(std::move(score));
    } else if (role == kTarget && number == 0) {
      prediction.target = std::move(score);
    } else if (role == kContrast && number == 0) {
      prediction.contrast = std::move(score);
    } else {
      fail_rows(run);
    }
  }
}

void PredictTables::read_top(std::int64_t run, std::vector<Prediction*>& predictions) {
  select_top_.start().put(run);
  while (select_top_.step()) {
    const auto place = static_cast<std::size_t>(select_top_.take_int64());
    if (place >= predictions.size()) fail_rows(run);
    std::vector<LikelyToken>& top = predictions[place]->top;
    if (select_top_.take_int64() != static_cast<std::int64_t>(top.size()) + 1) fail_rows(run);
    top.push_back(take_row<LikelyToken>(select_top_));
  }
}

void PredictTables::check(std::int64_t run, const PredictSettings& settings,
                          const Prediction& prediction) const {
  const auto is_id = [](const TokenScore& score, std::int32_t id) { return score.token.id == id; };
  bool is_whole = prediction.others.size() + 1 == settings.targets.size() &&
                  is_id(prediction.target, settings.targets.front()) &&
                  prediction.contrast.has_value() == settings.contrast.has_value() &&
                  prediction.logit_diff.has_value() == settings.contrast.has_value() &&
                  prediction.top.size() == static_cast<std::size_t>(settings.top);
  if (is_whole && settings.contrast) is_whole = is_id(*prediction.contrast, *settings.contrast);
  for (std::size_t i = 0; is_whole && i < prediction.others.size(); ++i) {
    is_whole = is_id(prediction.others[i], settings.targets[i + 1]);
  }
  if (!is_whole) fail_rows(run);
}

}  // namespace tacet::store
