// What is put in place of a head when it is not zero: means over a corpus, other prompts' slices,
// the value bias; and the pairs that are followed one by one.
#include "tacet/reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/compare.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/forward.h"
#include "tacet/sweep.h"

namespace tacet {
namespace reference_test {

using ::testing::HasSubstr;
using testing::random_prompt;
using testing::same_bits;
using ::testing::ThrowsMessage;
using testing::TinyModel;

constexpr int kWidth = 16;
constexpr int kLayers = 3;

class Reference : public ::testing::Test {
 protected:
  /// Prompts of 9, 5, 12, 9 and 7 tokens.
  static ReferenceCorpus made() {
    ReferenceCorpus corpus{.file = "folder/made.txt", .prompts = {}};
    std::uint32_t seed = 20;
    for (const int n_tokens : {9, 5, 12, 9, 7}) {
      corpus.prompts.push_back(random_prompt(n_tokens, ++seed));
    }
    return corpus;
  }

  TinyModel tiny{{.n_layer = kLayers, .n_head = 4, .d_model = kWidth}};
  ReferenceCorpus corpus = made();
  Prompt prompt = random_prompt(6, 3);
};

TEST_F(Reference, CorpusMeanIsOverAllTokensOfAllPrompts) {
  const auto values = corpus_mean(tiny.model, corpus);
  EXPECT_EQ(values->name(), "corpus-mean");
  EXPECT_EQ(values->n_positions(), SliceValues::kEveryPosition);
  for (int layer = 0; layer < kLayers; ++layer) {
    for (std::size_t k = 0; k < kWidth; ++k) {
      double sum = 0;
      double count = 0;
      for (const Prompt& one : corpus.prompts) {
        const SliceValues z = head_outputs(tiny.model, testing::ids_in(one), "z");
        for (std::size_t t = 0; t < one.tokens.size(); ++t, ++count)
          sum += double{z.row(layer, t)[k]};
      }
      EXPECT_FLOAT_EQ(values->row(layer, 0)[k], static_cast<float>(sum / count));
    }
  }
}

TEST_F(Reference, PositionMeanIsOverThePromptsThatReachAPosition) {
  const auto values = position_mean(tiny.model, corpus, 8);
  EXPECT_EQ(values->n_positions(), 8);
  for (std::size_t t = 0; t < 8; ++t) {
    double sum = 0;
    double count = 0;
    for (const Prompt& one : corpus.prompts) {
      if (one.tokens.size() <= t) continue;
      sum += double{head_outputs(tiny.model, testing::ids_in(one), "z").row(1, t)[7]};
      ++count;
    }
    EXPECT_FLOAT_EQ(values->row(1, t)[7], static_cast<float>(sum / count)) << t;
  }
  // The mean of a position does not depend on how many are asked for.
  EXPECT_TRUE(same_bits(position_mean(tiny.model, corpus, 12)->row(2, 4), values->row(2, 4)));
}

TEST_F(Reference, MeansHaveTheSameBitsForEveryThreadCount) {
  const auto one = corpus_mean(tiny.model, corpus, 1);
  EXPECT_TRUE(same_bits(corpus_mean(tiny.model, corpus, 3)->rows(), one->rows()));
  const auto each = position_mean(tiny.model, corpus, 5, 1);
  EXPECT_TRUE(same_bits(position_mean(tiny.model, corpus, 5, 4)->rows(), each->rows()));
}

TEST_F(Reference, AMeanOverThePromptAloneIsItsOwn) {
  const ReferenceCorpus own{.file = "own.txt", .prompts = {prompt}};
  const std::vector<Intervention> asked = {
      {{{1, 2}}, {}, replace_by(corpus_mean(tiny.model, own))},
      {{{1, 2}}, {}, parse_slice_mode("mean")},
      {{{1, 2}}, {}, replace_by(position_mean(tiny.model, own, 6))}};
  const ForwardResult result = forward(tiny.model, testing::ids_in(prompt), asked);
  EXPECT_TRUE(same_bits(result.silenced[0].data(), result.silenced[1].data()));
  EXPECT_TRUE(same_bits(result.silenced[2].data(), result.clean.data()));
}

TEST_F(Reference, SaysWhatItWasMadeOf) {
  const SliceReference reference = corpus_mean(tiny.model, corpus)->reference().value();
  EXPECT_EQ(reference.file, "made.txt");
  EXPECT_EQ(reference.n_prompts, 5);
  EXPECT_EQ(reference.fingerprint.size(), 16U);
  EXPECT_FALSE(reference.seed.has_value());
  ReferenceCorpus other = corpus;
  other.prompts[2].tokens[3].id ^= 1;
  EXPECT_NE(reference_of(other).fingerprint, reference.fingerprint);
  EXPECT_EQ(value_bias(tiny.model)->reference(), std::nullopt);
}

TEST_F(Reference, ThatDoesNotServeIsAnInputError) {
  EXPECT_THAT([&] { position_mean(tiny.model, corpus, 13); },
              ThrowsMessage<InputError>(AllOf(HasSubstr("none reaches position 12"),
                                              HasSubstr("the longest has 12 tokens"))));
  EXPECT_THAT([&] { corpus_mean(tiny.model, {.file = "none.txt", .prompts = {}}); },
              ThrowsMessage<InputError>(HasSubstr("none.txt has no prompts")));
  corpus.prompts[1].tokens[0].id = 32;
  EXPECT_THAT([&] { corpus_mean(tiny.model, corpus); },
              ThrowsMessage<InputError>(HasSubstr("made.txt: prompt 2: token id 32")));
}

TEST_F(Reference, DrawsDifferentOtherPromptsThatAreLongEnough) {
  std::set<std::vector<std::size_t>> drawn;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<std::size_t> all = draw_prompts(corpus, prompt, 4, seed);
    drawn.insert(all);
    EXPECT_THAT(all, ::testing::UnorderedElementsAre(0, 2, 3, 4));  // number 1 is too short
    EXPECT_THAT(draw_prompts(corpus, prompt, 2, seed), ::testing::ElementsAre(all[0], all[1]));
    EXPECT_THAT(draw_prompts(corpus, corpus.prompts[0], 2, seed),
                ::testing::UnorderedElementsAre(2, 3));  // not itself
  }
  EXPECT_GT(drawn.size(), 10U);  // of 24 orders
  EXPECT_THAT([&] { draw_prompts(corpus, prompt, 5, 1); },
              ThrowsMessage<InputError>(HasSubstr("of the 5 of folder/made.txt only 4")));
}

TEST_F(Reference, ResamplingIsASilencingByEachOfTheDraws) {
  const Intervention cut{{{0, 1}}, {}, {}};
  const SilenceResult result = silence_resampled(tiny.model, prompt, cut, corpus, 3, 7);
  ASSERT_EQ(result.draws->draws.size(), 3U);
  EXPECT_EQ(to_string(result.intervention.mode), "resample");
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const ReferenceDraw& draw : result.draws->draws) {
    Intervention one = cut;
    one.mode = replace_by(resampled(tiny.model, corpus, static_cast<std::size_t>(draw.prompt), 7));
    const SilenceResult alone = silence(tiny.model, prompt, one);
    EXPECT_EQ(alone.ripple.late_delta, draw.late_delta);
    EXPECT_EQ(alone.ripple.immediate_delta, draw.immediate_delta);
    sum += draw.late_delta;
    least = std::min(least, draw.late_delta);
  }
  EXPECT_DOUBLE_EQ(result.draws->late.mean, sum / 3);
  EXPECT_EQ(result.draws->late.min, least);
  EXPECT_GT(result.draws->late.sd, 0);
  EXPECT_EQ(result.draws->draws.front().late_delta, result.ripple.late_delta);
  EXPECT_EQ(result.draws->layers.size(), static_cast<std::size_t>(kLayers));
  EXPECT_THROW(silence_resampled(tiny.model, prompt, cut, corpus, 0, 7), UsageError);
}

TEST_F(Reference, ASweepGivesWhatSilenceGives) {
  const std::vector<SliceMode> modes = {
      parse_slice_mode("mean"),
      parse_slice_mode("negate"),
      replace_by(corpus_mean(tiny.model, corpus)),
      replace_by(position_mean(tiny.model, corpus, prompt.tokens.size())),
      replace_by(resampled(tiny.model, corpus, 2, 1)),
      replace_by(value_bias(tiny.model))};
  std::vector<SweepPrompt> prompts;
  for (const SliceMode& mode : modes) {
    // The same prompt with every mode side by side: nothing may be shared that differs.
    prompts.push_back(
        {.prompt = prompt, .interventions = {{{{0, 1}}, {}, mode}, {{{1, 3}}, {2, 4}, mode}}});
  }
  std::vector<std::vector<std::string>> found(prompts.size(), std::vector<std::string>(2));
  const auto text = [&](SilenceResult result) {
    result.timing = {};
    return to_json(result, tiny.model);
  };
  SweepOptions options;
  options.silence.threads = 3;
  sweep(tiny.model, prompts, options,
        {.trajectory = [](std::size_t, const TrajectoryResult&) {},
         .result = [&](std::size_t p, std::size_t k,
                       SilenceResult result) { found[p][k] = text(std::move(result)); }});
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(found[p][k], text(silence(tiny.model, prompt, prompts[p].interventions[k])))
          << to_string(modes[p]);
    }
  }
}

TEST_F(Reference, ModesWhoseTableIsNotMadeAreUsageErrors) {
  for (const char* name : {"corpus-mean", "position-mean", "resample", "zero-keeps-value-bias"}) {
    const SliceMode mode = parse_slice_mode(name);
    EXPECT_EQ(to_string(mode), name);
    EXPECT_THAT(
        [&] {
          silence(tiny.model, prompt, {{{0, 0}}, {}, mode});
        },
        ThrowsMessage<UsageError>(HasSubstr(name)));
  }
}

TEST_F(Reference, ThePairsFollowedAreTheirCosines) {
  SilenceOptions options;
  options.keep_states = true;
  options.exclude_first = true;  // a pair may be followed all the same
  options.follow = {{"a", 0, 4}, {"b", 2, 3}, {"c", 4, 5}};
  const SilenceResult result = silence(tiny.model, prompt, {{{1, 2}}, {3}, {}}, options);
  const auto cosine = [](const States& states, int index, const WordPair& pair) {
    double dot = 0;
    double a = 0;
    double b = 0;
    for (std::size_t k = 0; k < kWidth; ++k) {
      const double x{testing::rows_of(states, index, pair.first, 1)[k]};
      const double y{testing::rows_of(states, index, pair.second, 1)[k]};
      dot += x * y;
      a += x * x;
      b += y * y;
    }
    return dot / std::sqrt(a * b);
  };
  ASSERT_EQ(result.followed.size(), 3U);
  for (const FollowedPair& one : result.followed) {
    ASSERT_EQ(one.layers.size(), static_cast<std::size_t>(kLayers));
    for (const FollowedRow& row : one.layers) {
      EXPECT_NEAR(row.clean, cosine(result.clean, row.layer + 1, one.pair), 1e-12);
      EXPECT_NEAR(row.silenced, cosine(result.silenced, row.layer + 1, one.pair), 1e-12);
      EXPECT_EQ(row.delta, row.silenced - row.clean);
      EXPECT_TRUE(row.layer >= 1 || (row.delta == 0 && row.direct_delta == 0));
    }
    // The head's own contribution is taken out of position 3 alone.
    EXPECT_EQ(one.layers[1].direct_delta != 0, one.pair.second == 3);
    ASSERT_TRUE(one.final_norm.has_value());
    EXPECT_EQ(one.final_norm->layer, kLayers);
  }
  EXPECT_NE(result.followed[2].layers[2].delta, 0);
}

TEST_F(Reference, PairsThatCannotBeFollowedAreUsageErrors) {
  for (const WordPair& pair :
       {WordPair{"x", 2, 2}, WordPair{"x", 3, 1}, WordPair{"x", 0, 6}, WordPair{"x", -1, 2}}) {
    SilenceOptions options;
    options.follow = {pair};
    EXPECT_THAT(
        [&] {
          silence(tiny.model, prompt, {{{0, 0}}, {}, {}}, options);
        },
        ThrowsMessage<UsageError>(HasSubstr("two different ones of 0 to 5")));
  }
}

}  // namespace reference_test
}  // namespace tacet
