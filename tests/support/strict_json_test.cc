#include "support/strict_json.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::support {
namespace strict_json_test {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string parse_error(std::string_view text) {
  try {
    parse_strict_json(text, "some.json");
  } catch (const ModelError& error) {
    return error.what();
  }
  return "no error";
}

std::string nested(int depth) {
  const auto count = static_cast<std::size_t>(depth);
  return std::string(count, '[') + std::string(count, ']');
}

TEST(StrictJson, ReadsEveryKindOfValue) {
  const auto value = parse_strict_json(
      R"( {"a": [1, -2, 2.5, true, false, null, "x\u00e9\n"], "b": {"a": {}}, "c": []} )", "x");
  EXPECT_EQ(value.dump(),
            "{\"a\":[1,-2,2.5,true,false,null,\"x\xC3\xA9\\n\"],\"b\":{\"a\":{}},\"c\":[]}");
  EXPECT_EQ(parse_strict_json("17", "x"), 17);
  EXPECT_EQ(parse_strict_json("[[1,[2]],3]", "x").dump(), "[[1,[2]],3]");
}

TEST(StrictJson, KeepsAllBitsOfIntegers) {
  const auto value = parse_strict_json("[18446744073709551615, -9223372036854775808]", "x");
  ASSERT_TRUE(value[0].is_number_unsigned());
  EXPECT_EQ(value[0].get<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(value[1].get<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
  // One more does not fit, and does not pass for an integer.
  EXPECT_FALSE(parse_strict_json("18446744073709551616", "x").is_number_integer());
}

TEST(StrictJson, AcceptsTheSameKeyInDifferentObjects) {
  EXPECT_NO_THROW(parse_strict_json(R"({"a":{"a":1},"b":[{"a":2},{"a":3}]})", "x"));
}

TEST(StrictJson, RefusesKeysThatStandTwiceAtAnyLevel) {
  EXPECT_THAT(parse_error(R"({"a":1,"a":2})"),
              AllOf(StartsWith("some.json: byte 10:"), HasSubstr("key \"a\" stands twice")));
  EXPECT_THAT(parse_error(R"({"a":1,"\u0061":2})"), HasSubstr("key \"a\" stands twice"));
  EXPECT_THAT(parse_error(R"({"x":[{"k":{"b":1,"c":[],"b":2}}]})"),
              HasSubstr("key \"b\" stands twice"));
}

TEST(StrictJson, BoundsTheDepth) {
  EXPECT_NO_THROW(parse_strict_json(nested(kMaxJsonDepth), "x"));
  EXPECT_THAT(parse_error(nested(kMaxJsonDepth + 1)),
              StartsWith("some.json: byte 65: nested deeper than 64 levels"));
  // Far deeper than any stack: no recursion on the way.
  EXPECT_THAT(parse_error(nested(1'000'000)), HasSubstr("nested deeper than 64 levels"));
}

TEST(StrictJson, RefusesWhatTheLibraryWouldPass) {
  EXPECT_THAT(parse_error("\xEF\xBB\xBF{}"), HasSubstr("byte 0: a byte order mark"));
  EXPECT_THAT(parse_error(std::string_view("{}\0garbage", 10)), HasSubstr("byte 2: a NUL byte"));
  EXPECT_THAT(parse_error("{\"a\": \"\xC3(\"}"), HasSubstr("byte 7: not UTF-8"));
  EXPECT_THAT(parse_error("\"\xED\xA0\x80\""), HasSubstr("byte 1: not UTF-8"));
}

TEST(StrictJson, RefusesWhatIsNotJson) {
  struct Case {
    std::string text;
    std::string fragment;
  };
  const std::vector<Case> cases = {
      {"", "some.json: byte 0: not JSON"},
      {"{", "some.json: byte 1: not JSON"},
      {"[1,2", "some.json: byte 4: not JSON"},
      {"[1,]", "some.json: byte 3: not JSON"},
      {"{} x", "some.json: byte 3: not JSON"},
      {"{}{}", "some.json: byte 2: not JSON"},
      {"{\"a\" 1}", "some.json: byte 5: not JSON"},
      {"{a: 1}", "some.json: byte 1: not JSON"},
      {"nul", "some.json: byte 3: not JSON"},
      {"NaN", "not JSON"},
      {"01", "not JSON"},
      {"// comment\n1", "not JSON"},
      {"\"\\ud800\"", "not JSON"},
      {"\"\t\"", "not JSON"},
      {"'a'", "not JSON"},
      {"[1e999]", "not JSON: number overflow"},
  };
  for (const Case& one : cases) {
    EXPECT_THAT(parse_error(one.text), HasSubstr(one.fragment)) << one.text;
  }
}

TEST(StrictJson, KeepsMessagesShortAndPrintable) {
  const std::string key(10'000, 'k');
  const std::string twice = parse_error(fmt::format("{{\"{0}\":1,\"{0}\":2}}", key));
  EXPECT_LT(twice.size(), 250U);
  const std::string broken = parse_error(fmt::format("[\"{}\x1b", key));
  EXPECT_LT(broken.size(), 250U);
  EXPECT_EQ(broken.find('\x1b'), std::string::npos);
}

TEST(StrictJson, EndsItsMessagesWithWhatToDo) {
  EXPECT_THAT(parse_error("{"), ::testing::EndsWith("; the file is damaged, get it again"));
  try {
    parse_strict_json("{", "line 3", "write it anew");
    FAIL() << "no error";
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(),
                AllOf(StartsWith("line 3: byte 1:"), ::testing::EndsWith("; write it anew")));
  }
}

}  // namespace strict_json_test
}  // namespace tacet::support
