#include "cli/run_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::cli {
namespace run_list_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(std::string_view text) {
  try {
    parse_run_list(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(RunList, GroupsThatAreCompared) {
  EXPECT_THAT(parse_run_list("7"), ElementsAre(ElementsAre(7)));
  EXPECT_THAT(parse_run_list("1,2"), ElementsAre(ElementsAre(1), ElementsAre(2)));
  EXPECT_THAT(parse_run_list("1-3,6+4"), ElementsAre(ElementsAre(1, 2, 3), ElementsAre(6, 4)));
  EXPECT_THAT(parse_run_list("2-2+5-6"), ElementsAre(ElementsAre(2, 5, 6)));
}

TEST(RunList, NamesWhatIsWrong) {
  EXPECT_THAT(error_of("x"), HasSubstr("--run takes a whole number of at least 0, not 'x'"));
  EXPECT_THAT(error_of(""), HasSubstr("not ''"));
  EXPECT_THAT(error_of("-1"), HasSubstr("not ''"));
  EXPECT_THAT(error_of("1-"), HasSubstr("not ''"));
  EXPECT_THAT(error_of("1,"), HasSubstr("nothing before or after"));
  EXPECT_THAT(error_of(",1"), HasSubstr("nothing before or after"));
  EXPECT_THAT(error_of("1++2"), HasSubstr("nothing before or after"));
  EXPECT_THAT(error_of("3-1"), HasSubstr("the runs 3-1 are no range"));
  EXPECT_THAT(error_of("0-2000000000"), HasSubstr("are no range"));
  EXPECT_THAT(error_of("1,2,1"), HasSubstr("names run 1 twice"));
  EXPECT_THAT(error_of("1-3,2"), HasSubstr("names run 2 twice"));
  EXPECT_THAT(error_of("99999999999"), HasSubstr("--run takes a whole number"));
}

TEST(RunNames, FewByNumberAndManyByTheFirst) {
  EXPECT_EQ(run_names({3}), "run 3");
  EXPECT_EQ(run_names({1, 2, 5}), "runs 1, 2, 5");
  EXPECT_EQ(run_names({4, 5, 6, 7, 8, 9, 10, 11, 12}), "9 runs, from 4 on");
}

}  // namespace run_list_test
}  // namespace tacet::cli
