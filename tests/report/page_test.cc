#include "report/page.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tacet::report {
namespace page_test {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kScript = R"(<script type="application/json" id="tacet-data">)";

/// What stands in the element that holds the data.
std::string data_in(const std::string& page) {
  const std::size_t begin = page.find(kScript) + kScript.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(Page, HoldsItsDataOnce) {
  const std::string html = page(R"({"a":1})", "title");
  ASSERT_NE(html.find(kScript), std::string::npos);
  EXPECT_EQ(data_in(html), R"({"a":1})");
  EXPECT_THAT(html, Not(HasSubstr("%TACET_PAGE")));
}

TEST(Page, NothingInTheDataEndsTheirElement) {
  const std::string text =
      "</script><script>alert(1)</script> <!-- & \xe2\x80\xa8 \xe2\x80\xa9 \"\\";
  const std::string html = page(nlohmann::json{{"text", text}}.dump(), "title");
  EXPECT_THAT(html, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(html, Not(HasSubstr("\xe2\x80\xa8 ")));
  EXPECT_EQ(nlohmann::json::parse(data_in(html))["text"], text);
}

TEST(Page, TheTitleIsPlainText) {
  const std::string html = page("{}", "</title><b>\"&");
  EXPECT_THAT(html, HasSubstr("<title>&lt;/title&gt;&lt;b&gt;&quot;&amp;</title>"));
}

// A mark inside of the data or the title is data.
TEST(Page, MarksInTheDataStayThere) {
  const std::string html = page(R"({"a":"%TACET_PAGE_DATA%"})", "%TACET_PAGE_TITLE%");
  EXPECT_EQ(data_in(html), R"({"a":"%TACET_PAGE_DATA%"})");
  EXPECT_THAT(html, HasSubstr("<title>%TACET_PAGE_TITLE%</title>"));
}

// A page that asks for nothing cannot tell anybody what it shows.
TEST(Page, NamesNoOtherPlace) {
  const std::string html = page("{}", "title");
  EXPECT_THAT(html, HasSubstr("Content-Security-Policy"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const char* const reference : {"src=\"http", "href=\"http", "url(http", "@import"}) {
    EXPECT_THAT(html, Not(HasSubstr(reference)));
  }
}

}  // namespace page_test
}  // namespace tacet::report
