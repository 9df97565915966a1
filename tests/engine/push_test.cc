// A push adds what it is given behind the attention of one block, and nothing else.
#include <limits>
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
namespace push_test {

using engine::Push;
using testing::same_bits;
using testing::TinyModel;

constexpr std::size_t kWidth = 21;
constexpr std::size_t kTokens = 8;

class Pushes : public ::testing::Test {
 protected:
  /// The states of one prompt's runs, interventions first.
  std::vector<States> run(std::span<const Intervention> interventions, std::span<const Push> pushes,
                          int threads = 1) const {
    const ModelConfig& config = tiny.model.config();
    std::vector<States> all(interventions.size() + pushes.size(),
                            States(config.n_layer, kTokens, config.d_model));
    const engine::PassPrompt prompt{
        .token_ids = ids, .interventions = interventions, .pushes = pushes};
    const auto changed = engine::forward_pass(
        tiny.model.weights(), {&prompt, 1}, threads, [&](const engine::StateView& view) {
          for (std::size_t k = 0; k < all.size(); ++k) {
            engine::collect(view.index, engine::rows_of(view.prompts[0], k), all[k]);
          }
        });
    EXPECT_EQ(changed[0].size(), all.size());
    for (std::size_t k = interventions.size(); k < all.size(); ++k) EXPECT_EQ(changed[0][k], 0);
    return all;
  }

  /// What the intervention takes out at its cut, from its first position on.
  std::vector<float> contribution(const Intervention& intervention) const {
    std::vector<float> rows;
    const engine::PassPrompt prompt{.token_ids = ids, .interventions = {&intervention, 1}};
    engine::forward_pass(tiny.model.weights(), {&prompt, 1}, 1, [&](const engine::StateView& view) {
      if (view.index != intervention.cut_layer() + 1) return;
      const engine::DirectView& direct = view.prompts[0].silenced[0].direct;
      for (auto t = static_cast<std::size_t>(intervention.first_position()); t < kTokens; ++t) {
        rows.insert(rows.end(), direct.taken_out(t).begin(), direct.taken_out(t).end());
      }
    });
    return rows;
  }

  TinyModel tiny{{.n_layer = 4, .n_head = 3, .d_model = kWidth}};
  std::vector<std::int32_t> ids = testing::random_ids(kTokens, 32, 3);
};

std::vector<float> negative(std::vector<float> rows) {
  for (float& value : rows) value = -value;
  return rows;
}

TEST_F(Pushes, OfZerosLeaveTheCleanBits) {
  const States clean = forward(tiny.model, ids).clean;
  const std::vector<float> zeros(kTokens * kWidth, 0.0F);
  const std::vector<float> negative_zeros(kTokens * kWidth, -0.0F);
  const std::vector<Push> pushes = {
      {0, 0, zeros}, {3, 0, negative_zeros}, {2, 3, std::span(zeros).subspan(3 * kWidth)}};
  for (const States& states : run({}, pushes)) {
    EXPECT_TRUE(same_bits(states.data(), clean.data()));
  }
}

TEST_F(Pushes, ByTheNegativeContributionAreTheSilencing) {
  for (const Intervention& intervention :
       {Intervention{{{1, 2}}, {}, {}}, Intervention{{{1, 0}, {1, 1}}, {2, 5}, {0.5F}}}) {
    const std::vector<float> rows = negative(contribution(intervention));
    const Push push{1, intervention.first_position(), rows};
    const std::vector<States> states = run({&intervention, 1}, {&push, 1});
    const std::vector<double> silenced(states[0].data().begin(), states[0].data().end());
    EXPECT_LE(testing::worst_state_difference(states[1], silenced), 1e-5);
    EXPECT_GT(testing::worst_state_difference(forward(tiny.model, ids).clean, silenced), 1e-3);
  }
}

TEST_F(Pushes, DirectViewIsTheCleanStateAndThePush) {
  std::vector<float> rows(kTokens * kWidth);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = 0.01F * static_cast<float>(i % 7);
  const Push push{1, 0, rows};
  const engine::PassPrompt prompt{.token_ids = ids, .interventions = {}, .pushes = {&push, 1}};
  engine::forward_pass(tiny.model.weights(), {&prompt, 1}, 1, [&](const engine::StateView& view) {
    const engine::PromptView& states = view.prompts[0];
    ASSERT_EQ(states.silenced.size(), 1U);
    EXPECT_EQ(states.silenced[0].rows.empty(), view.index <= 1);
    if (view.index <= 1 || view.index > 4) return;
    std::vector<float> direct(kWidth);
    for (std::size_t t = 0; t < kTokens; ++t) {
      states.silenced[0].direct.copy_row(t, direct);
      for (std::size_t k = 0; k < kWidth; ++k) {
        EXPECT_EQ(direct[k], states.clean.row(t)[k] + rows[t * kWidth + k]);
      }
    }
  });
}

TEST_F(Pushes, HaveTheSameBitsInEveryBatchAndForEveryThreadCount) {
  const std::vector<float> first = contribution({{{0, 1}}, {}, {}});
  const std::vector<float> second = contribution({{{2, 0}}, {3}, {}});
  const std::vector<Push> pushes = {{0, 0, first}, {2, 3, second}, {0, 0, first}, {2, 0, first}};
  const std::vector<Intervention> others = {{{{2, 1}}, {}, {}}, {{{0, 0}}, {1}, {}}};
  const std::vector<States> together = run(others, pushes);
  const std::vector<States> threads = run(others, pushes, 3);
  for (std::size_t k = 0; k < pushes.size(); ++k) {
    const States alone = run({}, std::span(pushes).subspan(k, 1))[0];
    EXPECT_TRUE(same_bits(alone.data(), together[others.size() + k].data())) << k;
    EXPECT_TRUE(same_bits(alone.data(), threads[others.size() + k].data())) << k;
  }
  const States silenced = run(std::span(others).first(1), {})[0];
  EXPECT_TRUE(same_bits(silenced.data(), together[0].data()));
}

TEST_F(Pushes, ThatDoNotFitTheModelAreUsageErrors) {
  const std::vector<float> rows(kTokens * kWidth, 0.0F);
  for (const Push& push :
       {Push{4, 0, rows}, Push{-1, 0, rows}, Push{0, 8, {}}, Push{0, -1, rows}, Push{0, 1, rows}}) {
    EXPECT_THROW(run({}, {&push, 1}), UsageError);
  }
}

TEST_F(Pushes, BeyondFloatSayWhichBlockWasPushed) {
  const std::vector<float> rows(kTokens * kWidth, std::numeric_limits<float>::infinity());
  const Push push{2, 0, rows};
  try {
    run({}, {&push, 1});
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("block 2 pushed"));
  }
}

}  // namespace push_test
}  // namespace tacet
