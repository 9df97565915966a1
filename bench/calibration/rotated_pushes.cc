// (c) A head's contribution turned at random, against the same turned another way.
#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "engine/forward_pass.h"
#include "measure/rotation.h"
#include "parts.h"

namespace calibration {
namespace {

constexpr std::array<std::string_view, 3> kPrompts = {
    "When Mary and John went to the store, John gave a drink to",
    "I asked my pizza for a joke about pineapple, but it was too cheesy.",
    "The girls near the old house like pineapple and cheese on a pizza, but the boys do not"};
constexpr std::string_view kHeads = "L1H2,L3H0,L4H4";
constexpr std::array kShownBlocks = {4, 13, 23};

using Floats = std::vector<float>;

/// What the intervention takes out of the residual stream at its cut, [n_tokens, d_model].
Floats contribution(const tacet::Model& model, std::span<const std::int32_t> ids,
                    const tacet::Intervention& intervention, int threads) {
  Floats rows;
  const auto observe = [&](const tacet::engine::StateView& view) {
    if (view.index != intervention.cut_layer() + 1) return;
    const auto& direct = view.prompts.front().silenced.front().direct;
    for (std::size_t t = 0; t < ids.size(); ++t) {
      const std::span<const float> row = direct.taken_out(t);
      rows.insert(rows.end(), row.begin(), row.end());
    }
  };
  const tacet::engine::PassPrompt request{.token_ids = ids, .interventions = {&intervention, 1}};
  tacet::engine::forward_pass(model.weights(), {&request, 1}, threads, observe);
  return rows;
}

/// The shown blocks after each of n pushes, [n][shown block][n_tokens * d_model].
std::vector<std::vector<Floats>> states_after(const tacet::Model& model,
                                              std::span<const std::int32_t> ids, int layer,
                                              std::span<const Floats> pushes, int threads) {
  std::vector<tacet::engine::Push> requests;
  for (const Floats& rows : pushes) requests.push_back({.layer = layer, .rows = rows});
  std::vector<std::vector<Floats>> states(pushes.size());
  const auto observe = [&](const tacet::engine::StateView& view) {
    if (std::ranges::find(kShownBlocks, view.index - 1) == kShownBlocks.end()) return;
    for (std::size_t k = 0; k < pushes.size(); ++k) {
      Floats& block = states[k].emplace_back();
      for (std::size_t t = 0; t < ids.size(); ++t) {
        const std::span<const float> row = view.prompts.front().silenced[k].rows.row(t);
        block.insert(block.end(), row.begin(), row.end());
      }
    }
  };
  const tacet::engine::PassPrompt request{
      .token_ids = ids, .interventions = {}, .pushes = requests};
  tacet::engine::forward_pass(model.weights(), {&request, 1}, threads, observe);
  return states;
}

std::vector<double> doubled(const Floats& values) {
  return {values.begin(), values.end()};
}

}  // namespace

std::vector<Cell> pushed_nulls(const Settings& settings, Progress& progress) {
  constexpr std::uint64_t kFirstSeed = 4000;
  constexpr std::int64_t kTogether = 64;  // trials in one pass over the weights
  const tacet::Model model = tacet::Model::mini();
  const tacet::Tokenizer tokenizer = tacet::Tokenizer::mini();
  const auto width = static_cast<std::size_t>(model.config().d_model);
  std::vector<Cell> cells;
  std::uint64_t number = kFirstSeed;
  for (const std::string_view prompt : kPrompts) {
    const std::vector<std::int32_t> ids = tokenizer.encode(prompt);
    const std::vector<tacet::TokenPair> pairs = pairs_of(ids.size());
    for (const tacet::Intervention& head :
         tacet::parse_heads(kHeads, model.config().n_layer, model.config().n_head)) {
      const tacet::measure::RigidRows rigid(contribution(model, ids, head, settings.threads),
                                            width);
      constexpr std::size_t kShown = 12;
      const std::string name = std::string(prompt.substr(0, kShown)) + "…";
      std::vector<Cell> of_head;
      for (const int layer : kShownBlocks) {
        of_head.push_back({.names = {name, ids.size(), tacet::spec_of(head), layer}, .tally = {}});
      }
      ++number;
      for (std::int64_t begin = 0; begin < settings.trials; begin += kTogether) {
        const std::int64_t n = std::min(kTogether, settings.trials - begin);
        std::vector<Floats> pushes;
        for (std::int64_t i = 0; i < 2 * n; ++i) {
          Random random({settings.seed, number, static_cast<std::uint64_t>(2 * begin + i)});
          std::vector<double> normals(rigid.n_normals());
          std::ranges::generate(normals, [&random] { return random.normal(); });
          pushes.push_back(rigid.turned(normals));
        }
        const auto states = states_after(model, ids, head.cut_layer(), pushes, settings.threads);
        for (std::size_t b = 0; b < kShownBlocks.size(); ++b) {
          of_head[b].tally.add(simulate(settings, n, [&](std::int64_t i, Tally& tally) {
            const auto at = static_cast<std::size_t>(2 * i);
            Random random({settings.seed, number, static_cast<std::uint64_t>(begin + i), b});
            tally.add(judge({.n_tokens = ids.size(),
                             .clean = doubled(states[at][b]),
                             .silenced = doubled(states[at + 1][b])},
                            pairs, {.seed = random.bits(), .draws = settings.draws}));
          }));
        }
      }
      for (Cell& cell : of_head) {
        progress.done("rotated", cell.names);
        cells.push_back(std::move(cell));
      }
    }
  }
  return cells;
}

}  // namespace calibration
