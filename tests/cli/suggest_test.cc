#include "cli/suggest.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tacet::cli {
namespace suggest_test {

const std::vector<std::string> kCommands = {"silence", "trajectory", "tokens", "models"};

TEST(EditDistance, CountsInsertionsRemovalsReplacementsAndExchanges) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("silence", "silence"), 0U);
  EXPECT_EQ(edit_distance("silence", "silnce"), 1U);
  EXPECT_EQ(edit_distance("silence", "sillence"), 1U);
  EXPECT_EQ(edit_distance("silence", "silense"), 1U);
  EXPECT_EQ(edit_distance("silence", "sielnce"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Suggest, TakesTheNearest) {
  EXPECT_EQ(suggest("silense", kCommands), "silence");
  EXPECT_EQ(suggest("modles", kCommands), "models");
  EXPECT_EQ(suggest("token", kCommands), "tokens");
  const std::vector<std::string> near = {"head", "heads"};
  EXPECT_EQ(suggest("headd", near), "head");
  EXPECT_EQ(suggest("headz", near), "head");
  EXPECT_EQ(suggest("headss", near), "heads");
}

TEST(Suggest, TakesWhatTheWordBegins) {
  EXPECT_EQ(suggest("traj", kCommands), "trajectory");
  EXPECT_EQ(suggest("t", kCommands), std::nullopt);
  EXPECT_EQ(suggest("--excl", std::vector<std::string>{"--at", "--exclude-first"}),
            "--exclude-first");
}

TEST(Suggest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(suggest("sweep", kCommands), std::nullopt);
  EXPECT_EQ(suggest("", kCommands), std::nullopt);
  EXPECT_EQ(suggest("silence", {}), std::nullopt);
  // Of three letters, two changed ones leave too little.
  EXPECT_EQ(suggest("--xyt", std::vector<std::string>{"--out"}), std::nullopt);
  EXPECT_EQ(suggest(std::string(1000, 'x'), kCommands), std::nullopt);
}

TEST(DidYouMean, EndsAMessage) {
  EXPECT_EQ(did_you_mean("silense", kCommands), "; did you mean 'silence'?");
  EXPECT_EQ(did_you_mean("xyzzy", kCommands), "");
}

}  // namespace suggest_test
}  // namespace tacet::cli
