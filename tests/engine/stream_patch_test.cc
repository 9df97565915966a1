// A patch of the residual stream puts other values where a block begins, and does nothing else.
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/collect.h"
#include "engine/forward_pass.h"
#include "support/compare.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/forward.h"

namespace tacet {
namespace stream_patch_test {

using engine::StreamPatch;
using ::testing::HasSubstr;
using testing::same_bits;
using testing::TinyModel;

constexpr std::size_t kWidth = 21;
constexpr std::size_t kTokens = 8;
constexpr int kLayers = 4;

class StreamPatches : public ::testing::Test {
 protected:
  /// The states of one prompt's runs: interventions, then pushes, then patches.
  std::vector<States> run(const engine::PassPrompt& prompt, int threads = 1) const {
    const std::size_t count =
        prompt.interventions.size() + prompt.pushes.size() + prompt.patches.size();
    std::vector<States> all(count, States(kLayers, kTokens, kWidth));
    engine::forward_pass(
        tiny.model.weights(), {&prompt, 1}, threads, [&](const engine::StateView& view) {
          for (std::size_t k = 0; k < count; ++k) {
            engine::collect(view.index, engine::rows_of(view.prompts[0], k), all[k]);
          }
        });
    return all;
  }
  std::vector<States> run(const std::vector<StreamPatch>& patches, int threads = 1) const {
    return run({.token_ids = ids, .interventions = {}, .patches = patches}, threads);
  }

  TinyModel tiny{{.n_layer = kLayers, .n_head = 3, .d_model = kWidth}};
  std::vector<std::int32_t> ids = testing::random_ids(kTokens, 32, 3);
  std::vector<std::int32_t> other_ids = testing::random_ids(kTokens, 32, 4);
  States clean = forward(tiny.model, ids).clean;
  States other = forward(tiny.model, other_ids).clean;
};

TEST_F(StreamPatches, OfTheRunsOwnStreamLeaveTheCleanBits) {
  std::vector<StreamPatch> patches;
  for (int layer = 0; layer < kLayers; ++layer) {
    patches.push_back({layer, 0, clean.state(layer)});
    patches.push_back({layer, 3, clean.state(layer).subspan(3 * kWidth, 2 * kWidth)});
  }
  for (const States& states : run(patches)) EXPECT_TRUE(same_bits(states.data(), clean.data()));
}

TEST_F(StreamPatches, OfEveryPositionMakeItTheOtherRun) {
  for (int layer = 0; layer < kLayers; ++layer) {
    const States patched = run({{layer, 0, other.state(layer)}}).front();
    for (int index = 0; index <= kLayers + 1; ++index) {
      EXPECT_TRUE(
          same_bits(patched.state(index), index < layer ? clean.state(index) : other.state(index)))
          << "block " << layer << ", state " << index;
    }
  }
}

TEST_F(StreamPatches, OfTheEmbeddingIsAnotherToken) {
  std::vector<std::int32_t> one_other = ids;
  one_other[4] = other_ids[4];
  ASSERT_NE(ids[4], other_ids[4]);
  const States patched = run({{0, 4, other.state(0).subspan(4 * kWidth, kWidth)}}).front();
  EXPECT_TRUE(same_bits(patched.data(), forward(tiny.model, one_other).clean.data()));
}

TEST_F(StreamPatches, ChangeNoEarlierPositionAndEveryLaterOne) {
  const States patched = run({{2, 3, other.state(2).subspan(3 * kWidth, kWidth)}}).front();
  for (int index = 0; index <= kLayers + 1; ++index) {
    for (std::size_t t = 0; t < kTokens; ++t) {
      const auto row = [&](const States& states) {
        return states.state(index).subspan(t * kWidth, kWidth);
      };
      const bool moves = index == 2 ? t == 3 : index > 2 && t >= 3;
      EXPECT_EQ(same_bits(row(patched), row(clean)), !moves) << "state " << index << ", " << t;
    }
  }
  EXPECT_TRUE(same_bits(patched.state(2).subspan(3 * kWidth, kWidth),
                        other.state(2).subspan(3 * kWidth, kWidth)));
}

TEST_F(StreamPatches, HaveTheSameBitsBesideAnythingElse) {
  const std::vector<Intervention> cuts = {{{{1, 1}}, {}, {}}, {{{2, 0}}, {5}, {}}};
  const std::vector<float> ones(kTokens * kWidth, 0.01F);
  const std::vector<engine::Push> pushes = {{1, 0, ones}, {2, 0, ones}};
  const std::vector<StreamPatch> patches = {
      {3, 2, other.state(3).subspan(2 * kWidth, kWidth)},
      {2, 0, other.state(2)},
      {0, 7, other.state(0).last(kWidth)},
      {2, 6, other.state(2).subspan(6 * kWidth, kWidth)},
  };
  const engine::PassPrompt everything{
      .token_ids = ids, .interventions = cuts, .pushes = pushes, .patches = patches};
  for (const int threads : {1, 3}) {
    const std::vector<States> together = run(everything, threads);
    const ForwardResult silenced = forward(tiny.model, ids, cuts);
    for (std::size_t k = 0; k < cuts.size(); ++k) {
      EXPECT_TRUE(same_bits(together[k].data(), silenced.silenced[k].data()));
    }
    const std::vector<States> pushed =
        run({.token_ids = ids, .interventions = {}, .pushes = pushes});
    for (std::size_t k = 0; k < pushes.size(); ++k) {
      EXPECT_TRUE(same_bits(together[cuts.size() + k].data(), pushed[k].data()));
    }
    for (std::size_t k = 0; k < patches.size(); ++k) {
      EXPECT_TRUE(same_bits(together[cuts.size() + pushes.size() + k].data(),
                            run({patches[k]}).front().data()))
          << k;
    }
  }
}

TEST_F(StreamPatches, TheDirectViewLeavesThePatchIn) {
  const std::vector<StreamPatch> patches = {{1, 2, other.state(1).subspan(2 * kWidth, kWidth)}};
  const engine::PassPrompt prompt{.token_ids = ids, .interventions = {}, .patches = patches};
  std::vector<float> direct(kWidth);
  engine::forward_pass(tiny.model.weights(), {&prompt, 1}, 1, [&](const engine::StateView& view) {
    if (view.index == 1) view.prompts[0].silenced[0].direct.copy_row(2, direct);
  });
  for (std::size_t i = 0; i < kWidth; ++i) {
    EXPECT_NEAR(direct[i], other.state(1)[2 * kWidth + i], 1e-5);
  }
}

TEST_F(StreamPatches, ThatDoNotFitAreRefused) {
  const std::vector<float> row(kWidth, 0.0F);
  const std::vector<float> two(2 * kWidth, 0.0F);
  const auto message = [&](const StreamPatch& patch) {
    try {
      run({patch});
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message({kLayers, 0, row}), HasSubstr("blocks 0 to 3"));
  EXPECT_THAT(message({-1, 0, row}), HasSubstr("blocks 0 to 3"));
  EXPECT_THAT(message({0, 0, std::span(row).first(5)}), HasSubstr("whole rows of 21"));
  EXPECT_THAT(message({0, 0, {}}), HasSubstr("whole rows"));
  EXPECT_THAT(message({0, 7, two}), HasSubstr("outside the prompt"));
  EXPECT_THAT(message({0, -1, row}), HasSubstr("outside the prompt"));
}

}  // namespace stream_patch_test
}  // namespace tacet
