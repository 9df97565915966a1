#include "store/predict_rows_made.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "store/sweep_rows_made.h"
#include "tacet/model.h"

namespace tacet::testing {
namespace {

/// Numbers that a text of some digits would not bring back.
double odd(double seed) {
  return std::sin(seed * 12.9898) / 3;
}

TokenScore made_score(int id, double seed) {
  return {.token = {.id = id, .text = fmt::format("\xff{}", id)},
          .logit = odd(seed),
          .log_prob = -std::abs(odd(seed + 0.1)),
          .prob = std::numeric_limits<double>::denorm_min() * (1 + std::abs(seed)),
          .rank = (std::int64_t{1} << 33) + id};
}

Prediction made_prediction(double seed) {
  Prediction prediction;
  prediction.target = made_score(5, seed);
  prediction.others = {made_score(9, seed + 1), made_score(2, seed + 2)};
  prediction.contrast = made_score(7, seed + 3);
  prediction.logit_diff = prediction.target.logit - prediction.contrast->logit;
  for (int i = 0; i < 3; ++i) {
    prediction.top.push_back({.token = {.id = 10 - i, .text = ""}, .prob = 1 / (3 + seed + i)});
  }
  return prediction;
}

}  // namespace

PredictResult made_predict() {
  PredictResult result;
  result.prompt = sweep_prompt(0);
  result.position = 3;
  result.clean = made_prediction(0.5);
  const auto values = std::make_shared<SliceValues>(
      std::string(kResample), 1, SliceValues::kEveryPosition, 1, std::vector<float>{1.0F},
      SliceReference{
          .file = "a.txt", .fingerprint = "0123", .n_prompts = 3, .seed = 18446744073709551615ULL});
  const ModelConfig config = Model::mini().config();
  std::vector<Intervention> interventions = parse_heads("all", config.n_layer, config.n_head);
  for (const char* const mode : {"zero", "scale:0.1"}) {
    interventions.push_back(
        {.heads = {{1, 2}, {3, 0}}, .positions = {0, 2}, .mode = parse_slice_mode(mode)});
  }
  interventions.push_back({.heads = {{0, 0}}, .positions = {}, .mode = replace_by(values)});
  for (const Intervention& one : interventions) {
    const double seed = 2 + static_cast<double>(result.interventions.size());
    result.interventions.push_back({.intervention = one,
                                    .values_changed = std::int64_t{1} << 40,
                                    .prediction = made_prediction(seed),
                                    .kl = std::abs(odd(seed + 0.7)),
                                    .top1_changed = result.interventions.size() % 2 == 0});
  }
  return result;
}

PatchResult made_patch(std::size_t n_pairs, PatchBy by) {
  PatchResult result;
  result.by = by;
  result.direction = PatchDirection::noise;
  result.runs = std::int64_t{1} << 35;
  result.clean_logit_diff = odd(1);
  result.corrupt_logit_diff = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n_pairs; ++i) {
    const int number = static_cast<int>(i);
    result.pairs.push_back({.pair = {.clean = sweep_prompt(number),
                                     .corrupt = sweep_prompt(number + 50),
                                     .target = {.id = 3, .text = "\xc3"},
                                     .contrast = {.id = 4 + number, .text = " b"}},
                            .clean_logit_diff = odd(2 + number),
                            .corrupt_logit_diff = odd(3.5 + number)});
  }
  for (int layer = 0; layer < 3; ++layer) {
    PatchCell cell;
    cell.layer = layer;
    if (by != PatchBy::block_position) cell.head = 1;
    if (by != PatchBy::head) cell.position = layer;
    cell.logit_diff = odd(layer + 0.25);
    if (layer > 0) cell.recovered = odd(layer + 0.5);
    if (n_pairs > 1) cell.logit_diff_sd = odd(layer + 0.75);
    if (n_pairs > 1 && layer > 1) cell.recovered_sd = 1e-310;
    result.cells.push_back(cell);
  }
  return result;
}

}  // namespace tacet::testing
