#include "support/utf8.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace tacet::support {
namespace utf8_test {

/// Encodes by the formula, also what UTF-8 does not allow.
std::string encode(unsigned code, std::size_t length) {
  if (length == 1) return {static_cast<char>(code)};
  std::string out(length, '\0');
  for (std::size_t i = length - 1; i > 0; --i, code >>= 6) {
    out[i] = static_cast<char>(0x80U | (code & 0x3FU));
  }
  constexpr unsigned kLead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  out[0] = static_cast<char>(kLead[length] | code);
  return out;
}

std::size_t shortest(unsigned code) {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

TEST(Utf8, AcceptsExactlyTheShortestFormsOfScalarValues) {
  for (unsigned code = 0; code < 0x110400; ++code) {
    const bool scalar = code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    const std::size_t length = shortest(code);
    const auto found = utf8_length(encode(code, length));
    ASSERT_EQ(found, scalar ? std::optional(length) : std::nullopt) << std::hex << code;
    if (length < 4) {
      ASSERT_FALSE(utf8_length(encode(code, length + 1))) << std::hex << code;
    }
  }
}

TEST(Utf8, RefusesEveryTruncation) {
  for (const unsigned code : {0x80U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    const std::string whole = encode(code, shortest(code));
    for (std::size_t size = 1; size < whole.size(); ++size) {
      std::size_t invalid = 0;
      EXPECT_FALSE(utf8_length(whole.substr(0, size), &invalid));
      EXPECT_EQ(invalid, size);
    }
  }
  EXPECT_FALSE(utf8_length(""));
}

TEST(Utf8, FindsTheFirstInvalidByte) {
  EXPECT_EQ(first_invalid_utf8(""), std::nullopt);
  EXPECT_EQ(first_invalid_utf8("caf\xC3\xA9 \xF0\x9F\x98\x80"), std::nullopt);
  EXPECT_EQ(first_invalid_utf8("\x80"), 0U);
  EXPECT_EQ(first_invalid_utf8("a\xC3"), 1U);
  EXPECT_EQ(first_invalid_utf8("ab\xC3(\xFF"), 2U);
  EXPECT_EQ(first_invalid_utf8("\xC3\xA9\xED\xA0\x80"), 2U);
}

TEST(Utf8, ReplacesMaximalInvalidSubparts) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(replace_invalid_utf8("plain \xC3\xA9"), "plain \xC3\xA9");
  EXPECT_EQ(replace_invalid_utf8("\xF0\x9F\x98"), r);
  EXPECT_EQ(replace_invalid_utf8("\x80"), r);
  EXPECT_EQ(replace_invalid_utf8("\xC2"), r);
  EXPECT_EQ(replace_invalid_utf8("\xE2\x80x"), r + "x");
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF"), r + r);
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80"), r + r + r);
  // The Unicode Standard's own example, table 3-8.
  EXPECT_EQ(replace_invalid_utf8("a\xF1\x80\x80\xE1\x80\xC2"
                                 "b\x80"
                                 "c\x80\xBF"
                                 "d"),
            "a" + r + r + r + "b" + r + "c" + r + r + "d");
}

TEST(Utf8, EscapesWhatTerminalsObey) {
  EXPECT_EQ(escape_for_display("plain caf\xC3\xA9 \xF0\x9F\x98\x80"),
            "plain caf\xC3\xA9 \xF0\x9F\x98\x80");
  EXPECT_EQ(escape_for_display("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(escape_for_display(std::string_view("\0\x1b[31m\x7f", 7)), "\\x00\\x1b[31m\\x7f");
  EXPECT_EQ(escape_for_display("\xC2\x9B"), "\\x9b");
  EXPECT_EQ(escape_for_display("\xE2\x80\xAE\xE2\x81\xA6\xD8\x9C"), "\\u202e\\u2066\\u061c");
  EXPECT_EQ(escape_for_display("\xE2\x80\xA8"), "\\u2028");
  EXPECT_EQ(escape_for_display("x\xFF\xC3"), "x\\xff\\xc3");
}

TEST(QuoteForDisplay, CutsWhatIsLongAndMakesItSafe) {
  EXPECT_EQ(quote_for_display("a\nb"), "'a\\nb'");
  EXPECT_EQ(quote_for_display(""), "''");
  EXPECT_EQ(quote_for_display("abc", 3), "'abc'");
  EXPECT_EQ(quote_for_display("abcd", 3), "'abc...'");
  EXPECT_EQ(quote_for_display(std::string(1000, 'x')).size(), 105U);
}

}  // namespace utf8_test
}  // namespace tacet::support
