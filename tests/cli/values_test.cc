#include "cli/values.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::cli {
namespace values_test {

constexpr int kAnyNumber = std::numeric_limits<int>::max();

TEST(ParseInt, ReadsDecimalDigitsInTheRange) {
  EXPECT_EQ(parse_int("--x", "0", 0, 10), 0);
  EXPECT_EQ(parse_int("--x", "10", 0, 10), 10);
  EXPECT_EQ(parse_int("--x", "010", 0, 10), 10);  // not octal
  for (const char* const text :
       {"", "x", "1x", "1.0", "0x1", " 1", "+1", "-1", "11", "9999999999"}) {
    EXPECT_THROW(parse_int("--x", text, 0, 10), UsageError) << text;
    EXPECT_THROW(parse_int("--x", std::string("-") + text, 0, kAnyNumber), UsageError) << text;
  }
}

TEST(ParseBetween, ExcludesTheEnds) {
  EXPECT_EQ(parse_between("--alpha", "0.05", 0, 1), 0.05);
  EXPECT_EQ(parse_between("--alpha", "1e-3", 0, 1), 1e-3);
  for (const char* const text : {"", "0", "1", "-0.1", "1.1", "nan", "inf", "0.05x", "0,05"}) {
    EXPECT_THROW(parse_between("--alpha", text, 0, 1), UsageError) << text;
  }
}

TEST(ParseSize, ReadsBytesAndUnits) {
  EXPECT_EQ(parse_size("--memory", "1"), 1U);
  EXPECT_EQ(parse_size("--memory", "1000000"), 1'000'000U);
  EXPECT_EQ(parse_size("--memory", "17B"), 17U);
  EXPECT_EQ(parse_size("--memory", "300MB"), 300'000'000U);
  EXPECT_EQ(parse_size("--memory", "3kB"), 3'000U);
  EXPECT_EQ(parse_size("--memory", "2GiB"), std::uint64_t{2} << 30);
  EXPECT_EQ(parse_size("--memory", "2 gib"), std::uint64_t{2} << 30);
  EXPECT_EQ(parse_size("--memory", "1.5KiB"), 1536U);
  EXPECT_EQ(parse_size("--memory", "1TiB"), std::uint64_t{1} << 40);
  EXPECT_EQ(parse_size("--memory", "1TB"), 1'000'000'000'000U);
  for (const char* const text : {"",
                                 "x",
                                 "MB",
                                 "0",
                                 "0MB",
                                 "0.5",
                                 "-1",
                                 "+1",
                                 "1M",
                                 "1G",
                                 "1 mb x",
                                 "1e9",
                                 "1,5GB",
                                 "1..5GB",
                                 "0x10",
                                 "18446744073709551616",
                                 "99999999999TiB",
                                 "nan",
                                 "inf",
                                 " 1"}) {
    EXPECT_THROW(parse_size("--memory", text), UsageError) << text;
  }
}

TEST(FormatSize, IsShort) {
  EXPECT_EQ(format_size(17), "17 bytes");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size(std::uint64_t{6} << 30), "6.0 GiB");
  EXPECT_EQ(format_size(std::uint64_t{1} << 62), "4194304.0 TiB");
}

TEST(ParseIds, ReadsAListWithBlanks) {
  EXPECT_EQ(parse_ids("--token-ids", "7"), (std::vector<std::int32_t>{7}));
  EXPECT_EQ(parse_ids("--token-ids", " 1, 2 ,50256\n"), (std::vector<std::int32_t>{1, 2, 50256}));
  for (const char* const text : {"", ",", "1,", ",1", "1,,2", "1 2", "-1", "x", "2147483648"}) {
    EXPECT_THROW(parse_ids("--token-ids", text), UsageError) << text;
  }
}

TEST(ParseIds, NamesTheEntry) {
  try {
    parse_ids("--token-ids", "1,2,three");
    FAIL() << "no error";
  } catch (const UsageError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("entry 3 is 'three'"), std::string::npos) << text;
  }
}

TEST(ParseChoice, FindsOrSuggests) {
  const std::vector<std::string> choices = {"table", "json", "csv"};
  EXPECT_EQ(parse_choice("--format", "json", choices), 1U);
  try {
    parse_choice("--format", "jsno", choices);
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--format takes table, json, csv, not 'jsno'; did you mean 'json'?");
  }
}

TEST(FormatCount, HasPowersOfAThousand) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1.0 k");
  EXPECT_EQ(format_count(354'800'000), "354.8 M");
  EXPECT_EQ(format_count(241, "B"), "241 B");
  EXPECT_EQ(format_count(1'419'321'922, "B"), "1.42 GB");
}

}  // namespace values_test
}  // namespace tacet::cli
