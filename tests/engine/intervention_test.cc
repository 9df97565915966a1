// What an intervention does to the states, by its meaning.
#include <vector>

#include <gtest/gtest.h>

#include "engine/forward_pass.h"
#include "support/compare.h"
#include "support/reference.h"
#include "support/tiny_model.h"
#include "tacet/forward.h"

namespace tacet {
namespace intervention_test {

using testing::Reference;
using testing::TinyModel;
using testing::TinyModelOptions;

TEST(Silencing, TheHeadsContributionsAndTheBiasAreTheAttentionsOutput) {
  // Without an MLP block 0 adds the attention's output and nothing else.
  TinyModelOptions options;
  options.n_layer = 1;
  options.n_head = 5;
  options.d_model = 35;
  options.edit = testing::fill_zero({"mlp.c_proj.weight", "mlp.c_proj.bias"});
  const TinyModel tiny(options);
  const auto ids = testing::random_ids(9, options.vocab_size, 5);
  std::vector<Intervention> each;
  for (int head = 0; head < options.n_head; ++head) each.push_back({{{0, head}}, {}, {}});
  const ForwardResult result = forward(tiny.model, ids, each);

  const Reference reference(tiny.model);
  const testing::ReferenceRun run = reference.run(ids);
  const auto clean = result.clean.block(0);
  std::vector<float> parts(clean.size());
  std::vector<double> output;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    double sum = reference.projection_bias(0)[i % 35];
    for (const States& silenced : result.silenced) {
      sum += static_cast<double>(clean[i]) - static_cast<double>(silenced.block(0)[i]);
    }
    parts[i] = static_cast<float>(sum);
    output.push_back(static_cast<double>(clean[i]) -
                     static_cast<double>(result.clean.embedding()[i]));
  }
  EXPECT_LE(testing::relative_difference(parts, output), 1e-5);

  // And each is what z_h * W_O[h] says.
  for (std::size_t head = 0; head < each.size(); ++head) {
    std::vector<float> part(clean.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
      part[i] = clean[i] - result.silenced[head].block(0)[i];
    }
    EXPECT_LE(testing::relative_difference(part, reference.contribution(run, 0, each[head])), 1e-5);
  }
}

TEST(Silencing, CountsTheValuesThatItChanged) {
  const TinyModel tiny({.n_layer = 2, .n_head = 2, .d_model = 8});
  const auto ids = testing::random_ids(5, 32, 1);
  const std::vector<Intervention> asked = {{{{0, 0}}, {}, {}},
                                           {{{0, 0}, {1, 1}}, {}, {}},
                                           {{{1, 0}}, {2, 4}, {}},
                                           {{{1, 0}}, {}, {2.0F}},
                                           {{{1, 0}}, {}, {1.0F}}};
  EXPECT_EQ(forward(tiny.model, ids, asked).values_changed,
            (std::vector<std::int64_t>{20, 40, 8, 20, 0}));
}

TEST(Silencing, CountsNothingWhereTheHeadIsSilentAlready) {
  TinyModelOptions options;
  // The values' columns of c_attn give 0 for every token: z is 0 in every head.
  options.edit = [](testing::MadeTensor& tensor) {
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      if (tensor.name.find("attn.c_attn") != std::string::npos && i % 24 >= 16) {
        tensor.values[i] = 0.0F;
      }
    }
  };
  const TinyModel tiny(options);
  const auto ids = testing::random_ids(5, 32, 1);
  const Intervention cut{{{0, 0}}, {}, {}};
  const ForwardResult result = forward(tiny.model, ids, {&cut, 1});
  EXPECT_EQ(result.values_changed[0], 0);
  EXPECT_TRUE(testing::same_bits(result.silenced[0].data(), result.clean.data()));
}

TEST(Silencing, AJointInterventionIsNotTheSumOfItsHeads) {
  // One that comes later acts on a stream that the earlier one has moved already.
  const TinyModel tiny({.n_layer = 3, .n_head = 2, .d_model = 16});
  const auto ids = testing::random_ids(6, 32, 2);
  const Intervention joint{{{0, 1}, {2, 0}}, {}, {}};
  const ForwardResult result = forward(tiny.model, ids, {&joint, 1});
  const testing::ReferenceRun expected = Reference(tiny.model).run(ids, &joint);
  EXPECT_LE(testing::worst_state_difference(result.silenced[0], expected.states),
            testing::kStateTolerance);
}

/// The reference's clean state `index` without what the intervention takes out directly.
std::vector<double> direct_state(const Reference& reference, const testing::ReferenceRun& clean,
                                 const Intervention& cut, int index) {
  const int blocks = std::min(index, clean.n_layer);
  const std::span<const double> state = clean.state(blocks);
  std::vector<double> out(state.begin(), state.end());
  for (int layer = 0; layer < blocks; ++layer) {
    const std::vector<double> part = reference.contribution(clean, layer, cut);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] -= part[i];
  }
  return index > clean.n_layer ? reference.final_norm(out) : out;
}

TEST(DirectPart, IsTheCleanStateWithoutTheHeadsOwnContributions) {
  const TinyModel tiny({.n_layer = 4, .n_head = 3, .d_model = 21});
  const auto ids = testing::random_ids(8, 32, 3);
  const std::vector<Intervention> asked = {
      {{{1, 2}}, {}, {}}, {{{1, 0}, {3, 1}}, {2, 5}, {0.5F}}, {{{0, 0}, {0, 1}}, {}, {-1.0F}}};
  const Reference reference(tiny.model);
  const testing::ReferenceRun clean = reference.run(ids);
  int seen = 0;
  const engine::PassPrompt prompt{.token_ids = ids, .interventions = asked};
  engine::forward_pass(tiny.model.weights(), {&prompt, 1}, 1, [&](const engine::StateView& view) {
    EXPECT_EQ(view.index, seen++);
    ASSERT_EQ(view.prompts.size(), 1U);
    ASSERT_EQ(view.prompts[0].silenced.size(), asked.size());
    for (std::size_t k = 0; k < asked.size(); ++k) {
      const engine::SilencedView& silenced = view.prompts[0].silenced[k];
      EXPECT_EQ(silenced.rows.empty(), view.index <= asked[k].cut_layer());
      if (silenced.rows.empty()) continue;
      std::vector<float> direct(ids.size() * 21);
      for (std::size_t t = 0; t < ids.size(); ++t) {
        silenced.direct.copy_row(t, std::span(direct).subspan(t * 21, 21));
      }
      const std::vector<double> expected = direct_state(reference, clean, asked[k], view.index);
      EXPECT_LE(testing::relative_difference(direct, expected), testing::kStateTolerance)
          << "state " << view.index << ", intervention " << k;
    }
  });
  EXPECT_EQ(seen, 6);  // L + 2 on every pass
}

TEST(Observer, SeesEveryStateOnceWithoutInterventionsToo) {
  const TinyModel tiny({.n_layer = 3});
  const auto ids = testing::random_ids(4, 32, 3);
  std::vector<int> seen;
  const engine::PassPrompt prompt{.token_ids = ids, .interventions = {}};
  engine::forward_pass(tiny.model.weights(), {&prompt, 1}, 2, [&](const engine::StateView& view) {
    seen.push_back(view.index);
    EXPECT_EQ(view.prompts[0].clean.size(), 4U);
    EXPECT_EQ(view.prompts[0].clean.row(3).size(), 8U);
    EXPECT_TRUE(view.prompts[0].silenced.empty());
  });
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Observer, MayStopThePass) {
  struct Stop {};
  const TinyModel tiny({.n_layer = 3});
  const auto ids = testing::random_ids(4, 32, 3);
  int calls = 0;
  const engine::PassPrompt prompt{.token_ids = ids, .interventions = {}};
  EXPECT_THROW(engine::forward_pass(tiny.model.weights(), {&prompt, 1}, 2,
                                    [&](const engine::StateView&) {
                                      if (++calls == 2) throw Stop();
                                    }),
               Stop);
  EXPECT_EQ(calls, 2);
}

TEST(Sink, PositionZeroTowersOverTheOthersInEveryBlock) {
  // What --exclude-first is for; the tests of the experiment build on it.
  const TinyModel tiny({.n_layer = 4, .n_head = 2, .d_model = 16, .sink = true});
  const States states = forward(tiny.model, testing::random_ids(12, 32, 9)).clean;
  for (int layer = 0; layer < states.n_layer(); ++layer) {
    const auto norm = [&](int t) {
      double sum = 0;
      for (const float x : testing::rows_of(states, layer + 1, t, 1)) sum += double{x} * double{x};
      return std::sqrt(sum);
    };
    for (int t = 1; t < 12; ++t) EXPECT_GT(norm(0), 10 * norm(t)) << "block " << layer;
  }
}

}  // namespace intervention_test
}  // namespace tacet
