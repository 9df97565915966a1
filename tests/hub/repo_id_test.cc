#include "hub/repo_id.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::hub {
namespace repo_id_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> texts(const std::vector<RepoId>& ids) {
  std::vector<std::string> out;
  for (const RepoId& id : ids) out.push_back(id.text());
  return out;
}

std::string message_of(auto&& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(RepoId, TakesWhatTheHubTakes) {
  for (const char* text : {"gpt2", "openai-community/gpt2-medium", "a", "a/b", "A.b_c-d/0", "x_",
                           "_", "models/v1.0", "gpt2.gitx"}) {
    EXPECT_EQ(repo_id_error(text), std::nullopt) << text;
    EXPECT_EQ(RepoId(text).text(), text);
  }
  EXPECT_EQ(repo_id_error(std::string(96, 'a') + "/" + std::string(96, 'b')), std::nullopt);
}

TEST(RepoId, RefusesWhatTheHubRefuses) {
  for (const std::string_view text :
       std::initializer_list<std::string_view>{"",      "/",
                                               "a/",    "/a",
                                               "a//b",  "a/b/c",
                                               "-a",    "a-",
                                               ".a",    "a.",
                                               "a/-b",  "a/b.",
                                               "a--b",  "a..b",
                                               "a.git", "a/b.git",
                                               "a b",   "a\\b",
                                               "a:b",   "..",
                                               "../a",  "~a",
                                               "a\n",   "caf\xC3\xA9",
                                               "a/b@c", std::string_view("a\0b", 3)}) {
    EXPECT_NE(repo_id_error(text), std::nullopt) << text;
    EXPECT_THROW(RepoId{text}, UsageError) << text;
  }
  EXPECT_NE(repo_id_error(std::string(97, 'a')), std::nullopt);
}

TEST(RepoId, SaysWhichRuleIsBroken) {
  EXPECT_EQ(
      message_of([] { RepoId("a--b"); }),
      "'a--b' is not the id of a repository: it may not hold '--' or '..'; write it as on the "
      "hub, such as openai-community/gpt2-medium");
  EXPECT_THAT(message_of([] { RepoId("a\x1b[2J"); }), HasSubstr("'a\\x1b[2J'"));
  EXPECT_LT(message_of([] { RepoId(std::string(10'000, 'a')); }).size(), 400U);
}

TEST(RepoId, KnowsTheOtherNameOfTheOldModels) {
  EXPECT_THAT(texts(same_model_ids(RepoId("gpt2-medium"))),
              ElementsAre("gpt2-medium", "openai-community/gpt2-medium"));
  EXPECT_THAT(texts(same_model_ids(RepoId("openai-community/gpt2"))),
              ElementsAre("openai-community/gpt2", "gpt2"));
  EXPECT_THAT(texts(same_model_ids(RepoId("distilgpt2"))),
              ElementsAre("distilgpt2", "distilbert/distilgpt2"));
  EXPECT_THAT(texts(same_model_ids(RepoId("someone/gpt2"))), ElementsAre("someone/gpt2"));
  EXPECT_THAT(short_names(),
              ElementsAre("distilgpt2", "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"));
}

TEST(Revision, CommitsAreFortyLowerCaseDigits) {
  EXPECT_TRUE(is_commit("607a30d783dfa663caf39e06633721c8d4cfcd7e"));
  EXPECT_FALSE(is_commit("607a30d783dfa663caf39e06633721c8d4cfcd7"));
  EXPECT_FALSE(is_commit("607A30D783dfa663caf39e06633721c8d4cfcd7e"));
  EXPECT_FALSE(is_commit("g07a30d783dfa663caf39e06633721c8d4cfcd7e"));
  EXPECT_FALSE(is_commit(""));
}

TEST(Revision, TakesWhatGitTakes) {
  for (const char* revision : {"main", "v1.0", "refs/pr/1", "feature/a-b_c", "607a30d", "a@b",
                               "x.y", "refs/convert/parquet", "h\xC3\xA9"}) {
    EXPECT_NO_THROW(check_revision(revision)) << revision;
  }
}

TEST(Revision, RefusesWhatCouldLeadElsewhere) {
  for (const std::string_view revision :
       std::initializer_list<std::string_view>{"",
                                               "/",
                                               "/etc/passwd",
                                               "..",
                                               "../main",
                                               "a/../b",
                                               "a/..",
                                               "a//b",
                                               "a/",
                                               ".",
                                               "./a",
                                               "a/.b",
                                               "a.lock",
                                               "a.lock/b",
                                               "a.",
                                               "a b",
                                               "a~1",
                                               "a^",
                                               "a:b",
                                               "a?",
                                               "a*",
                                               "a[",
                                               "a\\b",
                                               "@",
                                               "a@{1}",
                                               "-d",
                                               "a\tb",
                                               "a\x7f",
                                               std::string_view("a\0b", 3)}) {
    EXPECT_THROW(check_revision(revision), UsageError) << revision;
  }
  EXPECT_THROW(check_revision(std::string(256, 'a')), UsageError);
  EXPECT_THAT(message_of([] { check_revision("a\n"); }), HasSubstr("'a\\n' cannot be a revision"));
}

}  // namespace repo_id_test
}  // namespace tacet::hub
