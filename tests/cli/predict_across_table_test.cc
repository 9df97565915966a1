#include "cli/predict_across_table.h"

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/width.h"

namespace tacet::cli {
namespace predict_across_table_test {

using ::testing::HasSubstr;
using ::testing::Not;

/// Some number; the same for the same seed.
double some(double seed) {
  return std::sin(seed * 12.9898);
}

TokenScore score(const std::string& text, double log_prob) {
  return {.token = {.id = 7, .text = text},
          .logit = log_prob + 9,
          .log_prob = log_prob,
          .prob = std::exp(log_prob),
          .rank = 2};
}

Prediction prediction(double seed, bool with_contrast) {
  Prediction one;
  one.target = score(" Germany", -1 + some(seed) / 10);
  if (with_contrast) {
    one.contrast = score(" France", -3 + some(seed + 1) / 10);
    one.logit_diff = one.target.logit - one.contrast->logit;
  }
  one.top = {{.token = {.id = 7, .text = " Germany"}, .prob = 0.5}};
  return one;
}

store::PredictListing listing(std::size_t n_prompts, int n_heads, bool with_contrast = true,
                              const std::vector<std::string>& modes = {"zero"}) {
  store::PredictListing made;
  for (std::size_t k = 0; k < n_prompts; ++k) {
    const double seed = 100.0 * static_cast<double>(k);
    PredictResult result;
    result.prompt = {.text = "Berlin is",
                     .tokens = {{.id = 1, .text = "Berlin"}, {.id = 2, .text = " is"}}};
    result.clean = prediction(seed, with_contrast);
    for (const std::string& mode : modes) {
      for (int head = 0; head < n_heads; ++head) {
        SilencedPrediction one;
        one.intervention = {
            .heads = {{head / 16, head % 16}}, .positions = {}, .mode = parse_slice_mode(mode)};
        one.prediction = prediction(seed + head + 1, with_contrast);
        one.kl = 0.01 * head;
        one.top1_changed = k == 0;
        result.interventions.push_back(one);
      }
    }
    made.prompts.push_back(result);
    made.ids.emplace_back();
    made.groups.emplace_back();
  }
  made.across = predict_across(made.prompts, made.groups);
  return made;
}

std::string render(const store::PredictListing& made, std::size_t width = 100, bool quiet = false,
                   bool verbose = false) {
  View view;
  view.width = width;
  view.quiet = quiet;
  view.verbose = verbose;
  ModelView model;
  model.id = "made";
  return render_predict_prompts(made, model, view);
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(PredictAcrossTable, FitsItsWidth) {
  for (const std::size_t width : {std::size_t{80}, std::size_t{100}, std::size_t{120}}) {
    for (const auto& made : {listing(3, 40), listing(3, 5), listing(3, 5, false),
                             listing(3, 40, true, {"zero", "scale:0.123456789"})}) {
      std::istringstream lines(render(made, width));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(display_width(line), width) << line;
      }
    }
  }
}

TEST(PredictAcrossTable, ShowsAMapAndTheMostCertainOfManyHeads) {
  const std::string text = render(listing(4, 40));
  EXPECT_THAT(text, HasSubstr("40 heads, each by itself → zero, at all tokens"));
  EXPECT_THAT(text, HasSubstr("The first of 4 prompts, ␣Germany − ␣France:"));
  EXPECT_THAT(text, HasSubstr("Δ logit diff, mean over the prompts, by block and head"));
  EXPECT_THAT(text, HasSubstr("The 10 with the largest |t|"));
  EXPECT_EQ(count_of(text, " 25 %\n"), 10U);
  EXPECT_EQ(count_of(render(listing(4, 40), 100, false, true), " 25 %\n"), 40U);
  EXPECT_THAT(render(listing(4, 40), 100, /*quiet=*/true), Not(HasSubstr("observation")));
}

TEST(PredictAcrossTable, OfFewHeadsALineEachInTheirOrder) {
  const std::string text = render(listing(2, 3));
  EXPECT_THAT(text, Not(HasSubstr("by block and head")));
  EXPECT_LT(text.find("L0H0"), text.find("L0H1"));
  EXPECT_LT(text.find("L0H1"), text.find("L0H2"));
}

TEST(PredictAcrossTable, WithoutContrastItIsTheLogProbability) {
  const std::string text = render(listing(2, 3, /*with_contrast=*/false));
  EXPECT_THAT(text, HasSubstr("The first of 2 prompts, ␣Germany:"));
  EXPECT_THAT(text, HasSubstr("Δ ln P: mean change of the target's log probability"));
  EXPECT_THAT(text, Not(HasSubstr("logit diff")));
}

TEST(PredictAcrossTable, NamesTheModeWhereThereAreSeveral) {
  const std::string text = render(listing(2, 2, true, {"zero", "negate"}));
  EXPECT_THAT(text, HasSubstr("L0H1 negate"));
  EXPECT_THAT(text, HasSubstr("→ zero, negate"));
}

TEST(PredictAcrossTable, SaysThatOnePromptHasNoTest) {
  EXPECT_THAT(render(listing(1, 2)), HasSubstr("One prompt has no spread and no test"));
}

}  // namespace predict_across_table_test
}  // namespace tacet::cli
