#include "cli/variants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::cli {
namespace variants_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename Function>
std::string error_in(Function&& function) {
  try {
    function();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

std::string error_of(const SweepCutOptions& cut) {
  return error_in([&cut] { cut_variants(cut); });
}

SweepCutOptions with_modes(std::string_view list) {
  SweepCutOptions cut;
  cut.modes = parse_modes(list);
  cut.mode = cut.modes.front();
  return cut;
}

SweepCutOptions with_parts(const std::string& list) {
  SweepCutOptions cut;
  cut.compare_at = list;
  return cut;
}

std::vector<std::string> names_of(const SweepCutOptions& cut) {
  std::vector<std::string> names;
  for (const CutVariant& variant : cut_variants(cut)) names.push_back(variant.name);
  return names;
}

TEST(Variants, OneWhereNothingIsCompared) {
  SweepCutOptions cut;
  cut.mode = parse_slice_mode("scale:0.5");
  cut.at = "1,2";
  const std::vector<CutVariant> variants = cut_variants(cut);
  ASSERT_EQ(variants.size(), 1U);
  EXPECT_EQ(variants[0].name, "scale:0.5");
  EXPECT_EQ(variants[0].cut.mode, cut.mode);
  EXPECT_EQ(variants[0].cut.at, "1,2");
  cut.replacement.reference = "file";
  EXPECT_THAT(error_of(cut), HasSubstr("scale:0.5 takes none"));
}

TEST(Variants, OneAMode) {
  SweepCutOptions cut = with_modes("zero, mean,scale:2");
  cut.at = "-1";
  EXPECT_THAT(names_of(cut), ElementsAre("zero", "mean", "scale:2"));
  EXPECT_EQ(variants_by(cut), "mode");
  for (const CutVariant& variant : cut_variants(cut)) {
    EXPECT_EQ(to_string(variant.cut.mode), variant.name);
    EXPECT_EQ(variant.cut.at, "-1");
    EXPECT_TRUE(variant.cut.modes.empty());
  }
}

TEST(Variants, EachTakesWhatIsItsOwn) {
  SweepCutOptions cut = with_modes("zero,corpus-mean,resample");
  cut.replacement.reference = "file";
  cut.replacement.cache = "folder";
  cut.replacement.seed = 3;
  const std::vector<CutVariant> variants = cut_variants(cut);
  EXPECT_FALSE(variants[0].cut.replacement.reference || variants[0].cut.replacement.cache ||
               variants[0].cut.replacement.seed);
  EXPECT_EQ(variants[1].cut.replacement.reference, "file");
  EXPECT_EQ(variants[1].cut.replacement.cache, "folder");
  EXPECT_FALSE(variants[1].cut.replacement.seed.has_value());
  EXPECT_EQ(variants[2].cut.replacement.reference, "file");
  EXPECT_FALSE(variants[2].cut.replacement.cache.has_value());
  EXPECT_EQ(variants[2].cut.replacement.seed, 3U);
}

TEST(Variants, TheMeanWithAReference) {
  SweepCutOptions cut = with_modes("zero,mean");
  cut.replacement.reference = "file";
  EXPECT_THAT(names_of(cut), ElementsAre("zero", "corpus-mean"));
  // Where another mode takes the reference the mean is the prompt's own.
  cut = with_modes("mean,corpus-mean");
  cut.replacement.reference = "file";
  EXPECT_THAT(names_of(cut), ElementsAre("mean", "corpus-mean"));
  EXPECT_FALSE(cut_variants(cut)[0].cut.replacement.reference.has_value());
}

TEST(Variants, ListsOfModesThatAreWrong) {
  const auto reading = [](std::string_view text) {
    return error_in([text] { parse_modes(text); });
  };
  EXPECT_THAT(reading("zero,menn"), HasSubstr("mode 'menn' is not known"));
  EXPECT_THAT(reading("zero,"), HasSubstr("'zero,': part 2 of the list is empty"));
  EXPECT_THAT(reading(", mean"), HasSubstr("part 1 of the list is empty"));
  EXPECT_THAT(error_of(with_modes("zero,mean,zero")), HasSubstr("names zero twice"));
  EXPECT_THAT(error_of(with_modes("zero,scale:0")), HasSubstr("names zero twice"));
  EXPECT_THAT(error_of(with_modes("zero,resample")), HasSubstr("give --reference FILE"));
  SweepCutOptions cut = with_modes("zero,scale:2");
  cut.replacement.reference = "file";
  EXPECT_THAT(error_of(cut), HasSubstr("--reference is of --mode"));
  cut = with_modes("zero,mean");
  cut.replacement.cache = "folder";
  EXPECT_THAT(error_of(cut), HasSubstr("--reference-cache is of --mode"));
  cut.replacement.cache = "none";
  EXPECT_EQ(error_of(cut), "no error");
  cut.replacement.seed = 1;
  EXPECT_THAT(error_of(cut), HasSubstr("--seed is of --mode resample"));
  cut = with_modes("zero,mean");
  cut.replacement.keeps_value_bias = true;
  EXPECT_THAT(error_of(cut), HasSubstr("--mode zero,zero-keeps-value-bias"));
  EXPECT_THAT(names_of(with_modes("zero,zero-keeps-value-bias")),
              ElementsAre("zero", "zero-keeps-value-bias"));
}

TEST(Variants, OneASetOfPositions) {
  SweepCutOptions cut = with_parts("all, 0+2-3 ,-1,text: pizza + cheese");
  cut.mode = parse_slice_mode("mean");
  const std::vector<CutVariant> variants = cut_variants(cut);
  EXPECT_THAT(names_of(cut), ElementsAre("all", "0+2-3", "-1", "text: pizza + cheese"));
  EXPECT_EQ(variants_by(cut), "positions");
  EXPECT_EQ(variants[1].cut.at, "0,2-3");
  EXPECT_EQ(variants[3].cut.at, "text: pizza + cheese");
  for (const CutVariant& variant : variants) {
    EXPECT_EQ(to_string(variant.cut.mode), "mean");
    EXPECT_FALSE(variant.cut.compare_at.has_value());
  }
}

TEST(Variants, ListsOfPositionsThatAreWrong) {
  EXPECT_THAT(error_of(with_parts("all")), HasSubstr("names one set of positions"));
  EXPECT_THAT(error_of(with_parts("all,,-1")), HasSubstr("part 2 of the list is empty"));
  EXPECT_THAT(error_of(with_parts("")), HasSubstr("part 1 of the list is empty"));
  EXPECT_THAT(error_of(with_parts("-1,all,-1")), HasSubstr("names '-1' twice"));
  EXPECT_THAT(error_of(with_parts("all,text: Berlin, is")),
              HasSubstr("'is' is no position; a comma ends a text"));
  EXPECT_THAT(names_of(with_parts("text: Berlin,all,0+2-3,-1")),
              ElementsAre("text: Berlin", "all", "0+2-3", "-1"));
  SweepCutOptions cut = with_parts("all,-1");
  cut.at_given = true;
  EXPECT_THAT(error_of(cut), HasSubstr("--at and --compare-at"));
  cut = with_parts("all,-1");
  cut.modes = parse_modes("zero,mean");
  EXPECT_THAT(error_of(cut), HasSubstr("one of the two at a time"));
}

TEST(Variants, TheSameTokensTwice) {
  const std::vector<CutVariant> variants = cut_variants(with_parts("all,0-2,-1"));
  Prompt three{"", {{1, ""}, {2, ""}, {3, ""}}};
  Prompt four{"", {{1, ""}, {2, ""}, {3, ""}, {4, ""}}};
  const auto check = [&](const std::vector<Prompt>& prompts, bool same_last) {
    std::vector<std::vector<std::vector<int>>> positions(3);
    for (const Prompt& prompt : prompts) {
      positions[0].push_back({});
      positions[1].push_back({0, 1, 2});
      positions[2].push_back({same_last ? 0 : static_cast<int>(prompt.tokens.size()) - 1});
    }
    return error_in([&] { check_positions_differ(variants, positions, prompts); });
  };
  EXPECT_THAT(check({three}, false), HasSubstr("'all' and '0-2' are the same tokens of this"));
  EXPECT_THAT(check({three, three}, false), HasSubstr("in every prompt"));
  EXPECT_EQ(check({three, four}, false), "no error");
}

}  // namespace variants_test
}  // namespace tacet::cli
