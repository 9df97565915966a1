// Head SPECs, positions and slice modes: what is read, and what is refused with which words.
#include "tacet/intervention.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet {
namespace intervention_test {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

constexpr int kLayers = 24;
constexpr int kHeads = 16;

/// The SPECs of the interventions that `spec` names in a model of 24 blocks of 16 heads.
std::vector<std::string> specs(std::string_view spec, int n_layer = kLayers, int n_head = kHeads) {
  std::vector<std::string> result;
  for (const Intervention& intervention : parse_heads(spec, n_layer, n_head)) {
    EXPECT_TRUE(intervention.positions.empty());
    EXPECT_EQ(intervention.mode, SliceMode{});
    result.push_back(spec_of(intervention));
  }
  return result;
}

TEST(ParseHeads, OneHead) {
  for (const char* spec : {"L3H5", "l3h5", "L3h5", "3.5", " 3.5 ", "L03H005", "L3H5-5", "3-3.5"}) {
    EXPECT_THAT(specs(spec), ElementsAre("L3H5")) << spec;
  }
  const std::vector<Intervention> one = parse_heads("23.15", kLayers, kHeads);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].heads, (std::vector<Head>{{23, 15}}));
}

TEST(ParseHeads, RangesAreAnInterventionForEachHead) {
  for (const char* spec : {"3.0-2", "L3H0-2", "3.0 - 2", "l3h0-2"}) {
    EXPECT_THAT(specs(spec), ElementsAre("L3H0", "L3H1", "L3H2")) << spec;
  }
  for (const char* spec : {"0-2.5", "L0-2H5"}) {
    EXPECT_THAT(specs(spec), ElementsAre("L0H5", "L1H5", "L2H5")) << spec;
  }
  EXPECT_THAT(specs("1-2.14-15"), ElementsAre("L1H14", "L1H15", "L2H14", "L2H15"));
}

TEST(ParseHeads, Wildcards) {
  for (const char* spec : {"1.*", "L1H*"}) {
    EXPECT_THAT(specs(spec, 3, 2), ElementsAre("L1H0", "L1H1")) << spec;
  }
  for (const char* spec : {"*.1", "L*H1"}) {
    EXPECT_THAT(specs(spec, 3, 2), ElementsAre("L0H1", "L1H1", "L2H1")) << spec;
  }
  for (const char* spec : {"all", "*.*", "L*H*", " all "}) {
    EXPECT_THAT(specs(spec, 2, 2), ElementsAre("L0H0", "L0H1", "L1H0", "L1H1")) << spec;
  }
  EXPECT_EQ(specs("all").size(), 384U);
}

TEST(ParseHeads, CommaSeparatesInTheOrderWritten) {
  EXPECT_THAT(specs("5.1,L3H5 , 4.0"), ElementsAre("L5H1", "L3H5", "L4H0"));
}

TEST(ParseHeads, PlusJoinsHeadsSortedIntoOne) {
  EXPECT_THAT(specs("L20H2+L3H5"), ElementsAre("L3H5+L20H2"));
  EXPECT_THAT(specs("3.5 + 3.4,1.1"), ElementsAre("L3H4+L3H5", "L1H1"));
  const Intervention joint = parse_heads("L20H2+L3H5", kLayers, kHeads).front();
  EXPECT_EQ(joint.cut_layer(), 3);
}

TEST(ParseHeads, PlusTakesARangeOrWildcardWhole) {
  const std::vector<Intervention> joint = parse_heads("L3H*+L4H0", kLayers, kHeads);
  ASSERT_EQ(joint.size(), 1U);
  ASSERT_EQ(joint[0].heads.size(), 17U);
  EXPECT_EQ(joint[0].heads.front(), (Head{3, 0}));
  EXPECT_EQ(joint[0].heads.back(), (Head{4, 0}));
  EXPECT_THAT(specs("4.0+3.0-1"), ElementsAre("L3H0+L3H1+L4H0"));
  EXPECT_THAT(specs("all+0.0", 1, 2), ElementsAre("L0H0+L0H1"));
}

TEST(ParseHeads, NothingTwice) {
  EXPECT_THAT(specs("3.5,L3H5,3.4-5"), ElementsAre("L3H5", "L3H4"));
  EXPECT_THAT(specs("3.5+3.4,3.4+3.5"), ElementsAre("L3H4+L3H5"));
  EXPECT_THAT(specs("3.5+3.5,3.5"), ElementsAre("L3H5"));
  EXPECT_THAT(specs("3.4-5,3.4+3.5"), ElementsAre("L3H4", "L3H5", "L3H4+L3H5"));
}

TEST(ParseHeads, WrittenAndReadAgain) {
  for (const char* spec : {"L3H5", "L0H0+L23H15", "L3H4+L3H5+L4H0"}) {
    EXPECT_THAT(specs(spec), ElementsAre(spec));
  }
}

TEST(ParseHeads, LayersOutsideTheModel) {
  for (const char* spec : {"24.0", "L24H0", "0-24.0", "2147483648.0", "99999999999999999999.0"}) {
    EXPECT_THAT([&] { specs(spec); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr(spec), HasSubstr("there is no layer"),
                                                HasSubstr("layers are 0 to 23"))))
        << spec;
  }
}

TEST(ParseHeads, HeadsOutsideTheModel) {
  for (const char* spec : {"3.16", "L3H16", "3.4-16", "3.4294967296", "3.18446744073709551616"}) {
    EXPECT_THAT([&] { specs(spec); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr(spec), HasSubstr("there is no head"),
                                                HasSubstr("heads are 0 to 15"))))
        << spec;
  }
}

TEST(ParseHeads, ErrorsNameTheTermNotItsNeighbours) {
  EXPECT_THAT([] { specs("1.1,24.0+2.2"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("'24.0'"), Not(HasSubstr("2.2")))));
}

TEST(ParseHeads, RangesThatRunBackwards) {
  EXPECT_THAT([] { specs("3.5-2"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("heads 5-2"), HasSubstr("write 2-5"))));
  EXPECT_THAT([] { specs("L5-2H0"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("layers 5-2"), HasSubstr("write 2-5"))));
}

TEST(ParseHeads, Nothing) {
  for (const char* spec : {"", " ", "\t"}) {
    EXPECT_THAT([&] { specs(spec); }, ThrowsMessage<UsageError>(HasSubstr("SPEC is empty")));
  }
}

TEST(ParseHeads, SpareSeparators) {
  for (const char* spec :
       {",", "3.5,", ",3.5", "3.5,,3.6", "3.5+", "+3.5", "3.5++3.6", "3.5+,1.1"}) {
    EXPECT_THAT([&] { specs(spec); },
                ThrowsMessage<UsageError>(HasSubstr("nothing before or after")))
        << spec;
  }
}

struct Malformed {
  const char* spec;
  const char* why;
};

TEST(ParseHeads, MalformedTermsSayWhy) {
  const Malformed cases[] = {
      {"3", "names a layer, but no head"},
      {"L3", "names a layer, but no head"},
      {"0-2", "names a layer, but no head"},
      {"3H5", "'.' should follow the layer where 'H5' stands"},
      {"L3.5", "'H' should follow the layer where '.5' stands"},
      {"3:5", "'.' should follow the layer where ':5' stands"},
      {"3.", "a head number is missing at its end"},
      {"L3H", "a head number is missing at its end"},
      {"3.0-", "a head number is missing at its end"},
      {"L", "a layer number is missing at its end"},
      {".5", "a layer number is missing before '.5'"},
      {"H5", "a layer number is missing before 'H5'"},
      {"LH5", "a layer number is missing before 'H5'"},
      {"-1.5", "a layer number is missing before '-1.5'"},
      {"3.-1", "a head number is missing before '-1'"},
      {"3.x", "a head number is missing before 'x'"},
      {"foo", "a layer number is missing before 'foo'"},
      {"3.5.6", "'.6' is left over"},
      {"3.5x", "'x' is left over"},
      {"3.*-5", "'-5' is left over"},
      {"3.0-7-9", "'-9' is left over"},
      {"3.5 6", "'6' is left over"},
      {"L3H5L4H2", "'L4H2' is left over"},
      {"all.3", "a layer number is missing before 'all.3'"},
      {"ALL", "a layer number is missing before 'ALL'"},
      {"3.5;4.2", "';4.2' is left over"},
  };
  for (const Malformed& malformed : cases) {
    EXPECT_THAT([&] { specs(malformed.spec); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr(malformed.why), HasSubstr(malformed.spec),
                                                HasSubstr("L3H5 or 3.5"))))
        << malformed.spec;
  }
}

TEST(ParseHeads, HostileTextIsShownSafelyAndShort) {
  EXPECT_THAT(
      [] { specs(std::string("3.5\x1b[31m\xff\n")); },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("\\x1b[31m\\xff\\n"), Not(HasSubstr("\n")))));
  const std::string zero("3.5\0", 4);
  EXPECT_THROW(specs(zero), UsageError);
  try {
    specs("3." + std::string(100000, '9'));
    FAIL() << "a number of 100,000 digits was accepted";
  } catch (const UsageError& error) {
    EXPECT_LT(std::string(error.what()).size(), 250U);
  }
}

TEST(ParseHeads, LeadingZerosDoNotOverflow) {
  EXPECT_THAT(specs("3." + std::string(1000, '0') + "5"), ElementsAre("L3H5"));
}

TEST(ParsePositions, AllIsEmpty) {
  EXPECT_TRUE(parse_positions("all", 12).empty());
  EXPECT_TRUE(parse_positions(" all ", 12).empty());
}

TEST(ParsePositions, IndicesAndRangesSortedWithoutRepetitions) {
  EXPECT_THAT(parse_positions("0,3-5,-1", 12), ElementsAre(0, 3, 4, 5, 11));
  EXPECT_THAT(parse_positions("-1, 4 ,3 - 4", 12), ElementsAre(3, 4, 11));
  EXPECT_THAT(parse_positions("7", 12), ElementsAre(7));
  EXPECT_THAT(parse_positions("-12", 12), ElementsAre(0));
  EXPECT_THAT(parse_positions("5-5", 12), ElementsAre(5));
  // Naming every position is not the same value as `all`, though the same request.
  EXPECT_EQ(parse_positions("0-2", 3), (std::vector<int>{0, 1, 2}));
}

TEST(ParsePositions, RangesFromTheEnd) {
  EXPECT_THAT(parse_positions("-3--1", 12), ElementsAre(9, 10, 11));
  EXPECT_THAT(parse_positions("9--1", 12), ElementsAre(9, 10, 11));
  EXPECT_THAT(parse_positions("-12-1", 12), ElementsAre(0, 1));
}

TEST(ParsePositions, OutsideThePrompt) {
  for (const char* text : {"12", "-13", "0-12", "-0", "2147483648", "-2147483648",
                           "99999999999999999999", "-99999999999999999999"}) {
    EXPECT_THAT([&] { parse_positions(text, 12); },
                ThrowsMessage<UsageError>(
                    AllOf(HasSubstr(text), HasSubstr("12 tokens, at 0 to 11, or -12 to -1"))))
        << text;
  }
}

TEST(ParsePositions, RangesThatRunBackwards) {
  for (const char* text : {"5-3", "-1-0", "-1--3"}) {
    EXPECT_THAT([&] { parse_positions(text, 12); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr(text), HasSubstr("runs backwards"))))
        << text;
  }
}

TEST(ParsePositions, EmptyOnes) {
  for (const char* text : {"", " ", ",", "1,", ",1", "1,,2"}) {
    EXPECT_THAT([&] { parse_positions(text, 12); },
                ThrowsMessage<UsageError>(HasSubstr("one of them is empty")))
        << text;
  }
}

TEST(ParsePositions, MalformedOnes) {
  for (const char* text :
       {"x", "1x", "1 2", "1-", "-", "--1", "1-2-3", "1.5", "*", "all,3", "+1"}) {
    EXPECT_THAT(
        [&] { parse_positions(text, 12); },
        ThrowsMessage<UsageError>(AllOf(HasSubstr("is not understood"), HasSubstr("0,3-5,-1"))))
        << text;
  }
}

TEST(SliceModeText, ReadsZeroAndScale) {
  EXPECT_EQ(parse_slice_mode("zero").scale, 0.0F);
  EXPECT_EQ(parse_slice_mode("scale:1").scale, 1.0F);
  EXPECT_EQ(parse_slice_mode("scale:0.999").scale, 0.999F);
  EXPECT_EQ(parse_slice_mode("scale:-2.5e-3").scale, -2.5e-3F);
  EXPECT_FALSE(std::signbit(parse_slice_mode("scale:-0").scale));
}

TEST(SliceModeText, ReadsNegateAndMean) {
  EXPECT_EQ(parse_slice_mode("negate").kind, SliceKind::negate);
  EXPECT_EQ(parse_slice_mode("negate").scale, -1.0F);
  EXPECT_EQ(parse_slice_mode("mean").kind, SliceKind::mean);
  for (const char* text : {"negate", "mean"}) {
    EXPECT_EQ(to_string(parse_slice_mode(text)), text);
  }
  // The same numbers under two names, each told as it was asked for.
  EXPECT_NE(parse_slice_mode("negate"), parse_slice_mode("scale:-1"));
}

TEST(SliceModeText, OfATableIsItsName) {
  const auto table = std::make_shared<const SliceValues>("resample:2", 1, 1, 1, std::vector{1.0F});
  EXPECT_EQ(to_string(replace_by(table)), "resample:2");
}

TEST(SliceModeText, WritesTheShortestForm) {
  EXPECT_EQ(to_string(SliceMode{}), "zero");
  EXPECT_EQ(to_string(SliceMode{1.0F}), "scale:1");
  EXPECT_EQ(to_string(SliceMode{0.999F}), "scale:0.999");
  EXPECT_EQ(to_string(SliceMode{-2.5F}), "scale:-2.5");
  for (const float scale : {0.1F, 1.0F / 3, 3.4028235e38F, 1e-45F, -7.5e-12F}) {
    EXPECT_EQ(parse_slice_mode(to_string(SliceMode{scale})).scale, scale);
  }
}

TEST(SliceModeText, UnknownModes) {
  for (const char* text : {"", "Mean", "values", "Zero", "scale", "scale=1", "zero "}) {
    EXPECT_THAT([&] { parse_slice_mode(text); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr("is not known"), HasSubstr("scale:X"))))
        << text;
  }
}

TEST(SliceModeText, NoFiniteNumber) {
  for (const char* text : {"scale:", "scale:x", "scale:1x", "scale: 1", "scale:+1", "scale:inf",
                           "scale:-inf", "scale:nan", "scale:0x1p3", "scale:1,5"}) {
    EXPECT_THAT([&] { parse_slice_mode(text); },
                ThrowsMessage<UsageError>(HasSubstr("is not a finite number")))
        << text;
  }
}

TEST(SliceModeText, NumbersThatNoFloatHolds) {
  for (const char* text : {"scale:1e39", "scale:-1e400", "scale:1e-60"}) {
    EXPECT_THAT([&] { parse_slice_mode(text); },
                ThrowsMessage<UsageError>(HasSubstr("no 32-bit float holds")))
        << text;
  }
}

TEST(InterventionValue, PositionsTouched) {
  Intervention intervention{.heads = {{3, 5}}, .positions = {}, .mode = {}};
  EXPECT_EQ(intervention.first_position(), 0);
  EXPECT_TRUE(intervention.touches(0));
  EXPECT_TRUE(intervention.touches(1000));
  intervention.positions = {2, 5};
  EXPECT_EQ(intervention.first_position(), 2);
  EXPECT_TRUE(intervention.touches(2));
  EXPECT_TRUE(intervention.touches(5));
  for (const int t : {0, 1, 3, 4, 6}) EXPECT_FALSE(intervention.touches(t)) << t;
}

TEST(InterventionValue, Names) {
  EXPECT_EQ(to_string(Head{3, 5}), "L3H5");
  EXPECT_EQ(spec_of({.heads = {{3, 5}, {20, 2}}, .positions = {}, .mode = {}}), "L3H5+L20H2");
}

}  // namespace intervention_test
}  // namespace tacet
