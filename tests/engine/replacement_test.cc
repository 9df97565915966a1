// What a slice becomes other than a multiple of itself: its mean, or values from elsewhere.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/collect.h"
#include "engine/forward_pass.h"
#include "engine/slice.h"
#include "support/compare.h"
#include "support/reference.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/forward.h"

namespace tacet {
namespace replacement_test {

using testing::same_bits;
using testing::TinyModel;

constexpr int kWidth = 21;
constexpr int kLayers = 4;

const SliceMode kMean{.scale = 0.0F, .kind = SliceKind::mean};
const SliceMode kNegate{.scale = -1.0F, .kind = SliceKind::negate};

class Replacements : public ::testing::Test {
 protected:
  /// Rows of random size and sign; one per block when `n_positions` is kEveryPosition.
  static SliceMode made(int n_positions, std::uint32_t seed) {
    const auto count = static_cast<int>(kLayers * std::max(n_positions, 1) * kWidth);
    std::vector<float> rows;
    for (const std::int32_t id : testing::random_ids(count, 1000, seed)) {
      rows.push_back(static_cast<float>(id - 500) * 0.002F);
    }
    return replace_by(
        std::make_shared<const SliceValues>("made", kLayers, n_positions, kWidth, std::move(rows)));
  }

  /// The states of each prompt's one intervention, all in one batch.
  std::vector<States> run(std::span<const std::vector<std::int32_t>> prompts,
                          std::span<const Intervention> interventions, int threads = 1) const {
    std::vector<engine::PassPrompt> requests;
    std::vector<States> all;
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      requests.push_back({.token_ids = prompts[p], .interventions = interventions.subspan(p, 1)});
      all.emplace_back(kLayers, static_cast<int>(prompts[p].size()), kWidth);
    }
    engine::forward_pass(
        tiny.model.weights(), requests, threads, [&](const engine::StateView& view) {
          for (std::size_t p = 0; p < all.size(); ++p) {
            engine::collect(view.index, engine::rows_of(view.prompts[p], 0), all[p]);
          }
        });
    return all;
  }

  TinyModel tiny{{.n_layer = kLayers, .n_head = 3, .d_model = kWidth}};
  std::vector<std::int32_t> ids = testing::random_ids(9, 32, 3);
};

TEST_F(Replacements, AreThoseOfThePassInDouble) {
  const std::vector<Intervention> asked = {
      {{{1, 2}}, {}, kMean},
      {{{0, 1}, {2, 0}}, {}, kMean},
      {{{1, 0}}, {3, 6}, kMean},
      {{{2, 1}}, {}, kNegate},
      {{{0, 0}, {3, 2}}, {}, made(9, 5)},
      {{{1, 1}}, {2, 8}, made(SliceValues::kEveryPosition, 6)}};
  const ForwardResult result = forward(tiny.model, ids, asked);
  const testing::Reference reference(tiny.model);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const testing::ReferenceRun expected = reference.run(ids, &asked[k]);
    EXPECT_LE(testing::worst_state_difference(result.silenced[k], expected.states),
              testing::kStateTolerance)
        << k;
    EXPECT_GT(testing::worst_state_difference(result.clean, expected.states), 1e-3) << k;
  }
}

TEST_F(Replacements, TakeTheirOwnContributionOutOfTheDirectView) {
  const std::vector<Intervention> asked = {
      {{{1, 2}}, {}, kMean}, {{{1, 0}}, {4}, kMean}, {{{1, 1}}, {}, made(9, 7)}};
  const testing::Reference reference(tiny.model);
  const testing::ReferenceRun clean = reference.run(ids);
  const engine::PassPrompt prompt{.token_ids = ids, .interventions = asked};
  engine::forward_pass(tiny.model.weights(), {&prompt, 1}, 1, [&](const engine::StateView& view) {
    if (view.index != 2) return;
    for (std::size_t k = 0; k < asked.size(); ++k) {
      const std::vector<double> expected = reference.contribution(clean, 1, asked[k]);
      std::vector<float> taken_out;
      for (std::size_t t = 0; t < ids.size(); ++t) {
        if (t < static_cast<std::size_t>(asked[k].first_position())) {
          taken_out.insert(taken_out.end(), kWidth, 0.0F);
          continue;
        }
        const auto row = view.prompts[0].silenced[k].direct.taken_out(t);
        taken_out.insert(taken_out.end(), row.begin(), row.end());
      }
      EXPECT_LE(testing::relative_difference(taken_out, expected), testing::kStateTolerance) << k;
    }
  });
}

TEST_F(Replacements, ByWhatWasThereChangeNothing) {
  const SliceMode own =
      replace_by(std::make_shared<const SliceValues>(head_outputs(tiny.model, ids, "own")));
  const std::vector<Intervention> asked = {
      {{{0, 0}}, {}, own}, {{{1, 2}, {3, 0}}, {}, own}, {{{2, 1}}, {5}, own}};
  const ForwardResult result = forward(tiny.model, ids, asked);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    EXPECT_TRUE(same_bits(result.silenced[k].data(), result.clean.data())) << k;
    EXPECT_EQ(result.values_changed[k], 0) << k;
  }
}

TEST_F(Replacements, ByTheMeanOfAConstantChangeNothing) {
  constexpr std::size_t kPositions = 7;  // no power of two: a sum in float32 would round
  engine::Rows z(kPositions, kWidth);
  std::vector<std::uint32_t> row_of;
  for (std::uint32_t t = 0; t < kPositions; ++t) {
    std::ranges::fill(z.row(t), 0.1F);
    row_of.push_back(t);
  }
  const engine::SliceChange change(kMean, {0, 2}, 7, engine::RowsView(z, row_of));
  for (std::size_t t = 0; t < kPositions; ++t) {
    EXPECT_EQ(change.apply(t, z.row(t).subspan(14, 7)), 0);
    EXPECT_EQ(z.row(t)[14], 0.1F);
  }
}

TEST_F(Replacements, ByTheMeanOfOnePositionChangeNothing) {
  const Intervention mean{{{1, 0}}, {}, kMean};
  const ForwardResult result = forward(tiny.model, std::span(ids).first(1), {&mean, 1});
  EXPECT_TRUE(same_bits(result.silenced[0].data(), result.clean.data()));
}

TEST_F(Replacements, NegateIsAScaleOfMinusOne) {
  const std::vector<Intervention> asked = {{{{1, 0}}, {}, kNegate}, {{{1, 0}}, {}, {-1.0F}}};
  const ForwardResult result = forward(tiny.model, ids, asked);
  EXPECT_TRUE(same_bits(result.silenced[0].data(), result.silenced[1].data()));
}

TEST_F(Replacements, OfSeveralPromptsInOneBatchAreThoseOfEachAlone) {
  // All begin alike: what may be shared is, and what may not is computed.
  const std::vector<std::vector<std::int32_t>> prompts = {
      ids, {ids[0], ids[1], ids[2], ids[3], ids[4], 7}, {ids[0], ids[1], ids[2], 1, 2, 3, 4}, ids};
  const SliceMode table = made(9, 5);
  const SliceMode other = made(9, 6);
  const Head head{1, 1};
  const std::vector<std::vector<SliceMode>> modes = {
      {kMean, kMean, kMean, kMean}, {table, table, other, other}, {table, {}, {0.5F}, kMean}};
  for (const std::vector<SliceMode>& row : modes) {
    std::vector<Intervention> asked;
    for (const SliceMode& mode : row) asked.push_back({{head}, {}, mode});
    const std::vector<States> together = run(prompts, asked);
    const std::vector<States> threads = run(prompts, asked, 3);
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      const ForwardResult alone = forward(tiny.model, prompts[p], {&asked[p], 1}, 1);
      EXPECT_TRUE(same_bits(together[p].data(), alone.silenced[0].data())) << p;
      EXPECT_TRUE(same_bits(threads[p].data(), alone.silenced[0].data())) << p;
      EXPECT_FALSE(same_bits(together[p].data(), alone.clean.data())) << p;
    }
  }
}

TEST_F(Replacements, HeadOutputsAreTheInputsOfTheProjection) {
  const SliceValues z = head_outputs(tiny.model, ids, "z");
  EXPECT_EQ(z.name(), "z");
  EXPECT_EQ(z.n_positions(), 9);
  const testing::ReferenceRun run = testing::Reference(tiny.model).run(ids);
  for (int layer = 0; layer < kLayers; ++layer) {
    const std::vector<double>& expected = run.z[static_cast<std::size_t>(layer)];
    const std::span<const float> rows =
        z.rows().subspan(static_cast<std::size_t>(layer) * expected.size(), expected.size());
    EXPECT_LE(testing::relative_difference(rows, expected), 1e-5) << layer;
    EXPECT_TRUE(same_bits(z.row(layer, 8), rows.last(kWidth)));
  }
}

TEST_F(Replacements, WhoseValuesDoNotFitAreUsageErrors) {
  const auto refused = [this](SliceMode mode) {
    const Intervention cut{{{0, 0}}, {}, std::move(mode)};
    try {
      forward(tiny.model, ids, {&cut, 1});
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(refused({.scale = 0.0F, .kind = SliceKind::values}), ::testing::HasSubstr("none"));
  EXPECT_THAT(refused(made(8, 1)), ::testing::HasSubstr("end at position 7"));
  EXPECT_THAT(refused(replace_by(std::make_shared<const SliceValues>(
                  "small", 1, SliceValues::kEveryPosition, kWidth, std::vector<float>(kWidth)))),
              ::testing::HasSubstr("1 blocks of width 21"));
}

TEST(SliceValuesTable, RefusesWhatIsNoTable) {
  EXPECT_THROW(SliceValues("x", 2, 3, 4, std::vector<float>(23)), UsageError);
  EXPECT_THROW(SliceValues("x", 0, 3, 4, {}), UsageError);
  EXPECT_THROW(SliceValues("x", 2, -1, 4, {}), UsageError);
  std::vector<float> rows(24);
  rows[17] = std::numeric_limits<float>::quiet_NaN();
  try {
    const SliceValues values("x", 2, 3, 4, rows);
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("block 1, position 1"));
  }
}

TEST(SliceValuesTable, GivesTheRowsOfABlockAndPosition) {
  std::vector<float> rows(24);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i);
  const SliceValues each("x", 2, 3, 4, rows);
  EXPECT_EQ(each.row(1, 2).front(), 20.0F);
  EXPECT_TRUE(each.covers(3));
  EXPECT_FALSE(each.covers(4));
  const SliceValues every("x", 2, SliceValues::kEveryPosition, 12, rows);
  EXPECT_EQ(every.row(1, 700).front(), 12.0F);
  EXPECT_TRUE(every.covers(1024));
}

}  // namespace replacement_test
}  // namespace tacet
