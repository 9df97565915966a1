// The noise that the noise floor is measured with: where it stands, how large, what it follows
// from.
#include "engine/noise.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "engine/forward_pass.h"
#include "support/tiny_model.h"

namespace tacet::engine {
namespace noise_test {

using testing::TinyModel;
using testing::TinyModelOptions;

using Values = std::vector<float>;
/// State and draw (0: without noise) to the values of that silenced run.
using Found = std::map<std::pair<int, int>, Values>;

Values values_of(const RowsView& rows) {
  Values values;
  for (std::size_t t = 0; t < rows.size(); ++t) {
    values.insert(values.end(), rows.row(t).begin(), rows.row(t).end());
  }
  return values;
}

TinyModelOptions shape() {
  TinyModelOptions options;
  options.n_layer = 4;
  options.n_head = 2;
  options.d_model = 16;
  return options;
}

/// What a pass finds for intervention `number` of the first of `prompts`.
Found run(const TinyModel& tiny, std::span<const PassPrompt> prompts, std::size_t number,
          int threads = 1) {
  Found found;
  forward_pass(tiny.model.weights(), prompts, threads, [&](const StateView& view) {
    const SilencedView& silenced = view.prompts.front().silenced[number];
    found[{view.index, 0}] = values_of(silenced.rows);
    for (std::size_t draw = 0; draw < silenced.draws.size(); ++draw) {
      found[{view.index, static_cast<int>(draw) + 1}] = values_of(silenced.draws[draw]);
    }
  });
  return found;
}

TEST(Noise, MovesAValueByOneNeighbourAtMost) {
  Values row;
  for (int k = 0; k < 4000; ++k) row.push_back(std::exp(std::sin(static_cast<float>(k)) * 20));
  row.push_back(0);
  const Values before = row;
  put_noise(noise_key(1, {{{0, 0}}, {}, {}}, 1, 0), 3, row);
  int moved = 0;
  for (std::size_t k = 0; k < row.size(); ++k) {
    if (row[k] == before[k]) continue;
    ++moved;
    const float away = row[k] > before[k] ? INFINITY : -INFINITY;
    EXPECT_EQ(row[k], std::nextafter(before[k], away));
  }
  EXPECT_GT(moved, 400);
  EXPECT_LT(moved, 3000);
}

TEST(Noise, IsAnotherOneForEveryArgument) {
  const Intervention one{{{1, 0}}, {}, {}};
  const Intervention joint{{{1, 0}, {2, 0}}, {}, {}};
  const Intervention scaled{{{1, 0}}, {}, {0.5F}};
  const Intervention placed{{{1, 0}}, {2}, {}};
  const std::set<std::uint64_t> keys = {noise_key(1, one, 1, 2),   noise_key(2, one, 1, 2),
                                        noise_key(1, one, 2, 2),   noise_key(1, one, 1, 3),
                                        noise_key(1, joint, 1, 2), noise_key(1, scaled, 1, 2),
                                        noise_key(1, placed, 1, 2)};
  EXPECT_EQ(keys.size(), 7U);
  Values first(500, 1.9F);
  Values second = first;
  put_noise(*keys.begin(), 0, first);
  put_noise(*keys.begin(), 1, second);
  EXPECT_NE(first, second);
}

TEST(Noise, StandsOnTheRowsThatTheSilencingMoved) {
  const TinyModel tiny(shape());
  const std::vector<std::int32_t> ids = {3, 1, 4, 1, 5, 9};
  const std::vector<Intervention> asked = {{{{1, 0}}, {2}, {}}, {{{1, 1}}, {}, {1.0F}}};
  const PassPrompt prompt{
      .token_ids = ids, .interventions = asked, .noise = {.count = 2, .seed = 7}};
  const Found found = run(tiny, {&prompt, 1}, 0);
  const std::size_t before_position = 2 * 16;
  for (int index = 0; index <= 5; ++index) {
    const Values& quiet = found.at({index, 0});
    for (const int draw : {1, 2}) {
      const Values& noisy = found.at({index, draw});
      ASSERT_EQ(noisy.size(), quiet.size());
      if (index <= 1) {
        EXPECT_TRUE(noisy.empty()) << "below the cut";
        continue;
      }
      EXPECT_TRUE(std::equal(quiet.begin(), quiet.begin() + before_position, noisy.begin()))
          << "before the first position";
      EXPECT_NE(noisy, quiet);
      for (std::size_t k = 0; k < quiet.size(); ++k) EXPECT_NEAR(noisy[k], quiet[k], 1e-4);
    }
    if (index > 1) {
      EXPECT_NE(found.at({index, 1}), found.at({index, 2}));
    }
  }
  // Scaling by 1 moves nothing, and there is nothing for the noise to stand on.
  const Found null = run(tiny, {&prompt, 1}, 1);
  for (int index = 0; index <= 5; ++index) {
    EXPECT_EQ(null.at({index, 1}), null.at({index, 0}));
    EXPECT_EQ(null.at({index, 2}), null.at({index, 0}));
  }
}

TEST(Noise, IsTheSameForEveryBatchAndThreadCountAndLeavesTheRestAlone) {
  const TinyModel tiny(shape());
  const std::vector<std::int32_t> ids = {3, 1, 4, 1, 5, 9};
  const std::vector<std::int32_t> others = {3, 1, 4, 8};
  const Intervention wanted{{{1, 0}}, {}, {}};
  const std::vector<Intervention> alone = {wanted};
  const std::vector<Intervention> many = {{{{0, 1}}, {}, {}}, wanted, {{{3, 1}}, {}, {}}};
  const NoiseDraws noise{.count = 3, .seed = 7};
  const PassPrompt one{.token_ids = ids, .interventions = alone, .noise = noise};
  const Found expected = run(tiny, {&one, 1}, 0);
  const std::vector<PassPrompt> batch = {
      {.token_ids = ids, .interventions = many, .noise = noise},
      {.token_ids = others, .interventions = many, .noise = noise}};
  for (const int threads : {1, 3}) EXPECT_EQ(run(tiny, batch, 1, threads), expected);

  const PassPrompt quiet{.token_ids = ids, .interventions = alone};
  for (const auto& [place, values] : run(tiny, {&quiet, 1}, 0)) {
    EXPECT_EQ(values, expected.at(place)) << "state " << place.first;
  }
}

}  // namespace noise_test
}  // namespace tacet::engine
