// Is it the geometry? Other cosines, the dimensions that carry the similarity, and what becomes of
// the verdict.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/clean_state.h"
#include "experiment/prompts.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/silence.h"
#include "tacet/sweep.h"

namespace tacet {
namespace geometry_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::random_prompt;
using testing::TinyModel;
using testing::TinyModelOptions;

constexpr int kWidth = 32;

TinyModelOptions five_blocks() {
  TinyModelOptions options;
  options.n_layer = 5;
  options.n_head = 4;
  options.d_model = kWidth;
  options.sink = true;
  return options;
}

SilenceOptions with_cosine(const std::string& spelled) {
  const CosineChoice cosine = parse_cosine(spelled);
  SilenceOptions options;
  options.cosine = cosine.kind;
  options.rogue_dimensions = cosine.rogue_dimensions;
  options.alpha = 0.2;  // so that some blocks are significant and others not
  return options;
}

const Intervention kCut = {{{1, 2}}, {}, {}};

TEST(Cosines, AreSpelledAsTheyAreRead) {
  for (const char* text : {"raw", "centred", "standardised", "no-rogue:1", "no-rogue:12"}) {
    const CosineChoice choice = parse_cosine(text);
    EXPECT_EQ(to_string(choice.kind, choice.rogue_dimensions), text);
  }
  EXPECT_EQ(parse_cosine("no-rogue:3"),
            (CosineChoice{.kind = Cosine::no_rogue, .rogue_dimensions = 3}));
  for (const char* text : {"", "Raw", "no-rogue", "no-rogue:", "no-rogue:0", "no-rogue:03",
                           "no-rogue:-1", "no-rogue:3x", "no-rogue:99999999999", "no-roguex"}) {
    EXPECT_THROW(parse_cosine(text), UsageError) << text;
  }
}

TEST(NoRogue, LeavesSomeDimensionsAndNotAll) {
  const TinyModel tiny(five_blocks());
  for (const int count : {0, -1, kWidth, kWidth + 1}) {
    SilenceOptions options;
    options.cosine = Cosine::no_rogue;
    options.rogue_dimensions = count;
    EXPECT_THROW(silence(tiny.model, random_prompt(8), kCut, options), UsageError) << count;
    EXPECT_THROW(trajectory(tiny.model, random_prompt(8), options), UsageError) << count;
  }
  SilenceOptions most;
  most.cosine = Cosine::no_rogue;
  most.rogue_dimensions = kWidth - 1;
  const SilenceResult result = silence(tiny.model, random_prompt(8), kCut, most);
  EXPECT_EQ(result.rogue_dimensions, kWidth - 1);
  // On one axis a cosine is 1 or -1, and so its mean over 28 pairs a multiple of 1/14.
  const double mean = result.layers.back().mean_clean * 14;
  EXPECT_NEAR(mean, std::round(mean), 1e-12);
  SilenceOptions stray;
  stray.rogue_dimensions = 3;
  EXPECT_THROW(silence(tiny.model, random_prompt(8), kCut, stray), UsageError);
}

TEST(NoRogue, NullMeansNull) {
  const TinyModel tiny(five_blocks());
  SilenceOptions options = with_cosine("no-rogue:3");
  options.geometry_beside = true;
  options.dimensions = 4;
  const SilenceResult result =
      silence(tiny.model, random_prompt(8), {{{1, 1}}, {}, {1.0F}}, options);
  for (const LayerEffect& row : result.layers) {
    EXPECT_EQ(row.effect, Effect::unchanged);
    EXPECT_EQ(row.mean_delta, 0);
    EXPECT_EQ(row.cka, 1.0);
    EXPECT_EQ(row.rank_correlation, 1.0);
    for (const DimensionShare& one : row.dimensions) EXPECT_EQ(one.clean, one.silenced);
  }
  for (const VerdictChange& change : result.verdict_changes) {
    EXPECT_THAT(change.blocks, IsEmpty());
    EXPECT_EQ(change.role, Role::none);
    EXPECT_FALSE(change.role_differs);
  }
  EXPECT_EQ(describe_geometry(result), "");
}

TEST(CosineTransform, LeavesNoLengthToTokensThatAreAllTheMean) {
  measure::TokenVectors same(std::vector<float>{1, 2, 1, 2, 1, 2, 1, 2}, 2);
  const experiment::MeasuredState state =
      experiment::measure_state(std::move(same), "block 0", "clean", 1);
  const experiment::Comparison centred{.pairs = {}, .cosine = {.kind = Cosine::centred}};
  const experiment::CosineTransform transform(state.vectors, state.norms(), centred);
  try {
    experiment::cosines(state, transform, {}, 1, "block 0");
    FAIL();
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the centred state of token 0 at block 0 has norm 0"));
  }
}

TEST(Dimensions, SharesAreOfTheMeanSimilarity) {
  const TinyModel tiny(five_blocks());
  for (const char* cosine : {"raw", "centred", "standardised", "no-rogue:5"}) {
    SilenceOptions options = with_cosine(cosine);
    options.dimensions = kWidth;
    const SilenceResult result = silence(tiny.model, random_prompt(9), kCut, options);
    std::vector<LayerEffect> rows = result.layers;
    rows.push_back(*result.final_norm);
    for (const LayerEffect& row : rows) {
      ASSERT_EQ(row.dimensions.size(), static_cast<std::size_t>(kWidth));
      double clean = 0;
      double silenced = 0;
      for (std::size_t i = 0; i < row.dimensions.size(); ++i) {
        clean += *row.dimensions[i].clean;
        silenced += *row.dimensions[i].silenced;
        if (i == 0) continue;
        EXPECT_LE(std::abs(*row.dimensions[i].clean), std::abs(*row.dimensions[i - 1].clean));
      }
      EXPECT_NEAR(clean, 1, 1e-9) << cosine;
      EXPECT_NEAR(silenced, 1, 1e-9) << cosine;
      if (row.effect != Effect::unchanged) continue;
      for (const DimensionShare& one : row.dimensions) EXPECT_EQ(one.clean, one.silenced);
    }
    if (std::string(cosine) != "no-rogue:5") continue;
    for (std::size_t i = kWidth - 5; i < kWidth; ++i) {
      EXPECT_EQ(rows.front().dimensions[i].clean, 0.0);
    }
  }
}

TEST(Dimensions, AreTheFirstOfAll) {
  const TinyModel tiny(five_blocks());
  SilenceOptions options;
  EXPECT_THAT(silence(tiny.model, random_prompt(9), kCut, options).layers[0].dimensions, IsEmpty());
  options.dimensions = kWidth;
  const SilenceResult all = silence(tiny.model, random_prompt(9), kCut, options);
  options.dimensions = 3;
  const SilenceResult few = silence(tiny.model, random_prompt(9), kCut, options);
  for (std::size_t block = 0; block < all.layers.size(); ++block) {
    ASSERT_EQ(few.layers[block].dimensions.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(few.layers[block].dimensions[i].dimension,
                all.layers[block].dimensions[i].dimension);
      EXPECT_EQ(few.layers[block].dimensions[i].clean, all.layers[block].dimensions[i].clean);
    }
  }
  for (const int count : {-1, kWidth + 1}) {
    options.dimensions = count;
    EXPECT_THROW(silence(tiny.model, random_prompt(9), kCut, options), UsageError);
  }
}

Role role_by_definition(const SilenceResult& result) {
  const bool significant = std::ranges::any_of(result.ripple.late_layers, [&](int layer) {
    return result.layers[static_cast<std::size_t>(layer)].significant;
  });
  if (!significant) return Role::none;
  return result.ripple.late_delta < 0 ? Role::connector : Role::separator;
}

std::vector<int> differing(const SilenceResult& a, const SilenceResult& b) {
  std::vector<int> blocks;
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    if (a.layers[i].effect != b.layers[i].effect) blocks.push_back(static_cast<int>(i));
  }
  return blocks;
}

TEST(VerdictChanges, AreWhatTheOtherCosinesFindByThemselves) {
  const TinyModel tiny(five_blocks());
  const std::vector<std::string> all = {"raw", "centred", "standardised", "no-rogue:3"};
  std::size_t differ = 0;
  std::size_t roles_differ = 0;
  for (const tacet::Test test : {tacet::Test::paired, tacet::Test::token_swap}) {
    for (const char* chosen : {"raw", "standardised", "no-rogue:3", "no-rogue:1"}) {
      for (const int head : {0, 1, 2, 3}) {
        const Intervention cut = {{{1, head}}, {}, {}};
        const auto made = [&](const std::string& cosine, bool exclude_first, bool beside) {
          SilenceOptions options = with_cosine(cosine);
          options.test = test;
          options.exclude_first = exclude_first;
          options.geometry_beside = beside;
          return silence(tiny.model, random_prompt(8), cut, options);
        };
        const SilenceResult own = made(chosen, false, true);
        EXPECT_EQ(own.role, role_by_definition(own));
        std::vector<std::string> wanted = {"without position 0"};
        for (const std::string& cosine : all) {
          if (cosine != chosen) wanted.push_back(cosine);
        }
        ASSERT_EQ(own.verdict_changes.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          const VerdictChange& change = own.verdict_changes[i];
          EXPECT_EQ(change.measured, wanted[i]);
          EXPECT_EQ(change.undefined, "");
          const SilenceResult other =
              i == 0 ? made(chosen, true, false) : made(wanted[i], false, false);
          EXPECT_EQ(change.blocks, differing(own, other)) << chosen << " " << wanted[i];
          EXPECT_EQ(change.role, role_by_definition(other));
          EXPECT_EQ(change.role_differs, change.role != own.role);
          differ += change.blocks.size();
          roles_differ += change.role_differs ? 1 : 0;
        }
        EXPECT_EQ(own.verdict_changes.front().blocks, own.effect_depends_on_first);
      }
    }
  }
  EXPECT_GT(differ, 0U) << "a model that tests nothing";
  EXPECT_GT(roles_differ, 0U) << "a model that tests no role";
}

TEST(VerdictChanges, LeaveTheResultAsItIs) {
  const TinyModel tiny(five_blocks());
  SilenceOptions options = with_cosine("centred");
  SilenceResult plain = silence(tiny.model, random_prompt(9), kCut, options);
  options.geometry_beside = true;
  SilenceResult beside = silence(tiny.model, random_prompt(9), kCut, options);
  EXPECT_THAT(plain.verdict_changes, IsEmpty());
  EXPECT_EQ(describe_geometry(plain), "");
  EXPECT_NE(describe_geometry(beside), "");
  beside.verdict_changes.clear();
  plain.timing = beside.timing = {};
  EXPECT_EQ(to_json(beside, tiny.model), to_json(plain, tiny.model));
}

TEST(VerdictChanges, AreNamedByWhatIsOther) {
  TinyModelOptions narrow;
  narrow.n_layer = 2;
  narrow.n_head = 1;
  narrow.d_model = 3;
  const TinyModel tiny(narrow);
  SilenceOptions options;
  options.geometry_beside = true;
  options.exclude_first = true;
  const SilenceResult result = silence(tiny.model, random_prompt(6), {{{0, 0}}, {}, {}}, options);
  std::vector<std::string> names;
  for (const VerdictChange& one : result.verdict_changes) names.push_back(one.measured);
  // Of three dimensions not all three can be left out.
  EXPECT_THAT(names, ElementsAre("with position 0", "centred", "standardised"));
}

TEST(DescribeGeometry, SaysWhatChangesAndWhatDoesNot) {
  SilenceResult result;
  result.layers.resize(4);
  result.role = Role::connector;
  EXPECT_EQ(describe_geometry(result), "");
  const auto change = [](std::string measured, std::vector<int> blocks, Role role) {
    VerdictChange one;
    one.measured = std::move(measured);
    one.blocks = std::move(blocks);
    one.role = role;
    one.role_differs = role != Role::connector;
    return one;
  };
  result.verdict_changes = {change("without position 0", {1}, Role::none),
                            change("centred", {}, Role::connector),
                            change("standardised", {}, Role::connector)};
  EXPECT_EQ(describe_geometry(result),
            "The verdict is the same with another cosine: centred and standardised.");
  result.verdict_changes[1] = change("centred", {2, 3}, Role::separator);
  EXPECT_EQ(describe_geometry(result),
            "The verdict changes with another cosine: centred in 2 of 4 blocks (a separator, no "
            "connector by the late ones); not with standardised.");
  result.verdict_changes[2] = change("standardised", {3}, Role::none);
  EXPECT_EQ(describe_geometry(result),
            "The verdict changes with another cosine: centred in 2 of 4 blocks (a separator, no "
            "connector by the late ones) and standardised in 1 of 4 blocks (no connector by the "
            "late ones).");
  result.verdict_changes[1].undefined = "token 0 has norm 0";
  EXPECT_THAT(describe_geometry(result),
              HasSubstr("; centred cannot be taken: a token's vector has no length left."));
}

}  // namespace geometry_test
}  // namespace tacet
