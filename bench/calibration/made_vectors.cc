// (a) Made vectors under a null that is exact, and with a real effect.
#include <algorithm>
#include <numeric>

#include "parts.h"

namespace calibration {
namespace {

enum class Shape { normal, skewed, lopsided };
constexpr std::array<std::string_view, 3> kShapeNames = {"normal", "skewed", "lopsided"};

struct Strength {
  std::string_view name;
  double ratio;  // spread of a pair's change by its tokens, over the spread by its own noise
};
constexpr std::array<Strength, 3> kStrengths = {{{"none", 0}, {"middle", 0.5}, {"strong", 2}}};

struct Made {
  Shape shape = Shape::normal;
  Strength strength;
  std::size_t n_tokens = 0;
  double push = 0;  // a real effect: how far every token moves, as a share of its length
};

/// Clean and silenced vectors lie at both sides of a middle, so that a change with a random sign
/// leaves them exchangeable exactly. The first axis is what all tokens have in common; it has half
/// of a middle's squared length. The noise is orthogonal to that axis and to the token's middle:
/// otherwise it would change the token's similarity to all others alike, which is a token effect.
Block make_block(const Made& made, Random& random) {
  constexpr std::size_t kWidth = 64;
  constexpr std::size_t kFree = kWidth - 1;
  constexpr double kNoise = 0.1;  // length of a token's noise; a middle's is about sqrt(2)
  // A step x along the first axis changes a pair's cosine by x / 4, the noise by N(0, 1/4 noise^2 /
  // kFree) to first order: at this step both have the same spread.
  const double token_step = 2 * kNoise / std::sqrt(static_cast<double>(kFree));
  const auto draw = [&] {
    return made.shape == Shape::normal ? random.normal() : random.centred_exponential();
  };
  Block block{.n_tokens = made.n_tokens, .clean = {}, .silenced = {}};
  std::vector<double> own(kFree);
  std::vector<double> noise(kFree);
  const double scale = 1 / std::sqrt(static_cast<double>(kFree));
  const auto add = [&](double middle, double change) {
    block.clean.push_back(middle - change / 2);
    block.silenced.push_back(middle + change / 2);
  };
  for (std::size_t token = 0; token < made.n_tokens; ++token) {
    // Without the random sign the changes' mean is still 0, but they are lopsided.
    const double sign = made.shape == Shape::lopsided || random.coin() ? 1 : -1;
    std::ranges::generate(own, [&] { return draw() * scale; });
    std::ranges::generate(noise, [&] { return draw() * scale * kNoise; });
    const double along = std::inner_product(own.begin(), own.end(), noise.begin(), 0.0) /
                         std::inner_product(own.begin(), own.end(), own.begin(), 0.0);
    add(1, sign * made.strength.ratio * token_step * draw() + made.push * std::numbers::sqrt2);
    for (std::size_t k = 0; k < kFree; ++k) add(own[k], sign * (noise[k] - along * own[k]));
  }
  return block;
}

Tally simulate_made(const Settings& settings, const Made& made, std::uint64_t cell) {
  const std::vector<tacet::TokenPair> pairs = pairs_of(made.n_tokens);
  return simulate(settings, settings.trials, [&](std::int64_t i, Tally& tally) {
    Random random({settings.seed, cell, static_cast<std::uint64_t>(i)});
    const Block block = make_block(made, random);
    tally.add(judge(block, pairs, {.seed = random.bits(), .draws = settings.draws}));
  });
}

}  // namespace

std::vector<Cell> made_nulls(const Settings& settings, Progress& progress) {
  std::vector<Cell> cells;
  for (const Shape shape : {Shape::normal, Shape::skewed, Shape::lopsided}) {
    for (const Strength& strength : kStrengths) {
      if (shape == Shape::lopsided && strength.ratio == 0) continue;
      for (const std::size_t n_tokens : {4U, 6U, 8U, 12U, 20U, 32U, 64U}) {
        const std::string_view name = kShapeNames.at(static_cast<std::size_t>(shape));
        Cell cell{.names = {name, strength.name, n_tokens}, .tally = {}};
        cell.tally = simulate_made(settings, {shape, strength, n_tokens, 0}, cells.size());
        progress.done("made vectors", cell.names);
        cells.push_back(std::move(cell));
      }
    }
  }
  return cells;
}

std::vector<Cell> made_effects(const Settings& settings, Progress& progress) {
  constexpr std::uint64_t kFirstSeed = 1000;  // other vectors than those of the nulls
  std::vector<Cell> cells;
  for (const Strength& strength : kStrengths) {
    for (const std::size_t n_tokens : {8U, 12U, 20U, 32U}) {
      for (const double push : {0.004, 0.012, 0.036}) {
        Cell cell{.names = {strength.name, n_tokens, push}, .tally = {}};
        cell.tally = simulate_made(settings, {Shape::normal, strength, n_tokens, push},
                                   kFirstSeed + cells.size());
        progress.done("power", cell.names);
        cells.push_back(std::move(cell));
      }
    }
  }
  return cells;
}

}  // namespace calibration
