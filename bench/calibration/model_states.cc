// (b) A trained model's states, with each token's clean and silenced state exchanged at random.
#include <algorithm>
#include <span>

#include "parts.h"

namespace calibration {
namespace {

constexpr std::array<std::string_view, 3> kPrompts = {
    "When Mary and John went to the store, John gave a drink to",
    "I asked my pizza for a joke about pineapple, but it was too cheesy.",
    "The girls near the old house like pineapple and cheese on a pizza, but the boys do not"};
constexpr std::string_view kHeads = "L1H2,L3H0,L4H4";
constexpr std::array kShownBlocks = {4, 13, 23};

std::vector<double> doubled(std::span<const float> values) {
  return {values.begin(), values.end()};
}

}  // namespace

std::vector<Run> model_runs(const Settings& settings) {
  const tacet::Model model = tacet::Model::mini();
  const tacet::Tokenizer tokenizer = tacet::Tokenizer::mini();
  const auto heads = tacet::parse_heads(kHeads, model.config().n_layer, model.config().n_head);
  std::vector<Run> runs;
  for (const std::string_view prompt : kPrompts) {
    const std::vector<std::int32_t> ids = tokenizer.encode(prompt);
    const tacet::ForwardResult states = tacet::forward(model, ids, heads, settings.threads);
    for (std::size_t h = 0; h < heads.size(); ++h) {
      constexpr std::size_t kShown = 12;
      Run run{.prompt = std::string(prompt.substr(0, kShown)) + "…",
              .head = tacet::spec_of(heads[h]),
              .cut = heads[h].cut_layer(),
              .blocks = {}};
      for (int layer = run.cut; layer < model.config().n_layer; ++layer) {
        run.blocks.push_back({.n_tokens = ids.size(),
                              .clean = doubled(states.clean.block(layer)),
                              .silenced = doubled(states.silenced[h].block(layer))});
      }
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

namespace {

/// Exchanges clean and silenced of the tokens that `exchanged` names.
Block with_exchanged(Block block, const std::vector<bool>& exchanged) {
  const auto d = static_cast<std::ptrdiff_t>(block.d());
  for (std::size_t token = 0; token < exchanged.size(); ++token) {
    if (!exchanged[token]) continue;
    const auto first = static_cast<std::ptrdiff_t>(token) * d;
    std::swap_ranges(block.clean.begin() + first, block.clean.begin() + first + d,
                     block.silenced.begin() + first);
  }
  return block;
}

std::vector<bool> coins(std::size_t n, Random& random) {
  std::vector<bool> tossed(n);
  for (std::size_t i = 0; i < n; ++i) tossed[i] = random.coin();
  return tossed;
}

}  // namespace

std::vector<Cell> model_nulls(const Settings& settings, const std::vector<Run>& runs,
                              Progress& progress) {
  constexpr std::uint64_t kFirstSeed = 2000;
  std::vector<Cell> cells;
  for (const Run& run : runs) {
    for (const int layer : kShownBlocks) {
      const Block& block = run.blocks.at(static_cast<std::size_t>(layer - run.cut));
      const std::vector<tacet::TokenPair> pairs = pairs_of(block.n_tokens);
      Cell cell{.names = {run.prompt, block.n_tokens, run.head, layer}, .tally = {}};
      const std::uint64_t number = kFirstSeed + cells.size();
      cell.tally = simulate(settings, settings.trials, [&](std::int64_t i, Tally& tally) {
        Random random({settings.seed, number, static_cast<std::uint64_t>(i)});
        const Block exchanged = with_exchanged(block, coins(block.n_tokens, random));
        tally.add(judge(exchanged, pairs, {.seed = random.bits(), .draws = settings.draws}));
      });
      progress.done("mini", cell.names);
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

namespace {

/// Whether any block of the run is significant within its family: by max-T for token-swap, by
/// Bonferroni over all blocks of the model for the others. Of the tally's levels 5 % is meant.
void judge_family(const Run& run, const std::vector<tacet::TokenPair>& pairs,
                  const std::vector<bool>& exchanged, const tacet::ResamplingOptions& resampling,
                  Tally& tally) {
  Verdicts smallest;
  std::vector<std::vector<double>> parts;
  for (const Block& block : run.blocks) {
    Verdicts verdicts = judge(with_exchanged(block, exchanged), pairs, resampling);
    for (std::size_t t = 0; t < kTests; ++t) {
      const double p = std::min(1.0, verdicts.p.at(t).value_or(1) * kBlocks);
      smallest.p.at(t) = std::min(smallest.p.at(t).value_or(1), p);
    }
    parts.push_back(std::move(verdicts.swap_parts));
  }
  const auto swap = std::ranges::find(tacet::kAllTests, tacet::Test::token_swap);
  std::optional<double>& by_swap =
      smallest.p.at(static_cast<std::size_t>(swap - tacet::kAllTests.begin()));
  by_swap = 1;
  for (const tacet::TokenSwapResult& result : tacet::token_swap_test(parts, resampling)) {
    by_swap = std::min(*by_swap, result.p_max_t.value_or(1));
  }
  tally.add(smallest);
}

}  // namespace

std::vector<Cell> model_families(const Settings& settings, const std::vector<Run>& runs,
                                 Progress& progress) {
  constexpr std::uint64_t kFirstSeed = 3000;
  constexpr std::int64_t kFewer = 4;  // a trial here is some twenty blocks
  std::vector<Cell> cells;
  for (const Run& run : runs) {
    const std::size_t n_tokens = run.blocks.front().n_tokens;
    const std::vector<tacet::TokenPair> pairs = pairs_of(n_tokens);
    Cell cell{.names = {run.prompt, n_tokens, run.head, run.blocks.size()}, .tally = {}};
    const std::uint64_t number = kFirstSeed + cells.size();
    const std::int64_t trials = std::max<std::int64_t>(settings.trials / kFewer, 2);
    cell.tally = simulate(settings, trials, [&](std::int64_t i, Tally& tally) {
      Random random({settings.seed, number, static_cast<std::uint64_t>(i)});
      const std::vector<bool> exchanged = coins(n_tokens, random);
      judge_family(run, pairs, exchanged, {.seed = random.bits(), .draws = settings.draws}, tally);
    });
    progress.done("family", cell.names);
    cells.push_back(std::move(cell));
  }
  return cells;
}

}  // namespace calibration
