#include "hub/hub_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tacet::hub {
namespace hub_answer_test {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSha1(40, 'a');
const std::string kSha256(64, 'b');

TEST(FactsOf, LinkedHeadersWin) {
  const FileFacts facts = facts_of({302,
                                    {{"x-repo-commit", kSha1},
                                     {"etag", "\"of the redirect\""},
                                     {"x-linked-etag", "\"" + kSha256 + "\""},
                                     {"content-length", "99"},
                                     {"x-linked-size", "1519984962"}}});
  EXPECT_EQ(facts.commit, kSha1);
  EXPECT_EQ(facts.etag, kSha256);
  EXPECT_EQ(facts.size, 1519984962U);
}

TEST(FactsOf, TheLengthOfARedirectOrOfCompressedBytesIsNoSize) {
  const Headers headers{{"etag", "W/\"" + kSha1 + "\""}, {"content-length", "99"}};
  EXPECT_EQ(facts_of({200, headers}).size, 99U);
  EXPECT_EQ(facts_of({200, headers}).etag, kSha1);
  EXPECT_EQ(facts_of({307, headers}).size, std::nullopt);
  Headers compressed = headers;
  compressed["content-encoding"] = "gzip";
  EXPECT_EQ(facts_of({200, compressed}).size, std::nullopt);
  EXPECT_EQ(facts_of({200, {{"content-length", "-1"}}}).size, std::nullopt);
  EXPECT_EQ(facts_of({200, {{"content-length", "9 9"}}}).size, std::nullopt);
}

TEST(NextPage, ReadsTheLinkHeader) {
  EXPECT_EQ(next_page("<https://hub/x?cursor=2>; rel=\"next\""), "https://hub/x?cursor=2");
  EXPECT_EQ(next_page("<a>; rel=\"xet-auth\", <b>; rel=\"next\""), "b");
  EXPECT_EQ(next_page("<a>; rel=\"prev\""), "");
  EXPECT_EQ(next_page("<a"), "");
  EXPECT_EQ(next_page(""), "");
}

TEST(AddPage, LargeFilesHaveTheirOwnHash) {
  std::vector<ListedFile> files;
  const std::string page = R"([{"type":"directory","oid":"x","size":0,"path":"onnx"},
      {"type":"file","oid":")" +
                           kSha1 + R"(","size":12,"path":"config.json"},
      {"type":"file","oid":")" +
                           kSha1 + R"(","size":34,"path":"a/b","lfs":{"oid":")" + kSha256 +
                           R"(","size":34,"pointerSize":135}}])";
  EXPECT_EQ(add_page(page, "hub", files), 0);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].path, "config.json");
  EXPECT_EQ(files[0].content, (ContentId{12, EtagKind::git_sha1, kSha1}));
  EXPECT_EQ(files[1].content, (ContentId{34, EtagKind::sha256, kSha256}));
}

TEST(AddPage, NamesThatLeadOutAreCountedAndLeftOut) {
  std::vector<ListedFile> files;
  EXPECT_EQ(add_page(R"([{"path":"../x"},{"path":"/x"},{"path":"a\\..\\x"},{"path":"ok"}])", "hub",
                     files),
            3);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].path, "ok");
}

TEST(AddPage, AnythingElseIsRefused) {
  for (const char* const text : {"", "{}", "[1]", "[{}]", R"([{"path":1}])", "[", "null"}) {
    std::vector<ListedFile> files;
    EXPECT_THROW(add_page(text, "hub", files), RequestFailure) << text;
  }
}

TEST(FailureOf, SaysWhatCanBeTriedAgain) {
  const Question question{"someone/tiny", "main", "config.json"};
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    EXPECT_TRUE(failure_of({status, {}}, "hub", true, question).can_retry()) << status;
  }
  for (const int status : {400, 401, 403, 404, 416, 501}) {
    EXPECT_FALSE(failure_of({status, {}}, "hub", true, question).can_retry()) << status;
  }
  // A link that has run out is made anew by asking the hub again.
  EXPECT_TRUE(failure_of({403, {}}, "store", false, question).can_retry());
  EXPECT_EQ(failure_of({429, {{"retry-after", "7"}}}, "hub", true, question).wait_s(), 7);
}

TEST(FailureOf, AnotherMachineKnowsNothingOfRepositories) {
  const Question question{"someone/tiny", "main", "config.json"};
  const HttpResponse response{404, {{"x-error-code", "RepoNotFound"}}};
  EXPECT_THAT(failure_of(response, "hub", true, question).what(), HasSubstr("no repository"));
  EXPECT_THAT(failure_of(response, "store", false, question).what(),
              Not(HasSubstr("no repository")));
}

}  // namespace hub_answer_test
}  // namespace tacet::hub
