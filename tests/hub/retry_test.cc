#include "hub/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tacet::hub {
namespace retry_test {

using ::testing::ElementsAre;

std::optional<double> asked(Headers headers) {
  return asked_wait({429, std::move(headers)});
}

TEST(AskedWait, ReadsEitherHeader) {
  EXPECT_EQ(asked({{"ratelimit", R"("resolvers";r=0;t=55)"}}), 56);
  EXPECT_EQ(asked({{"ratelimit", R"("resolvers"; r=0; t=55)"}, {"retry-after", "3"}}), 56);
  EXPECT_EQ(asked({{"ratelimit", R"("resolvers";r=12;t=55)"}}), std::nullopt);
  EXPECT_EQ(asked({{"ratelimit", R"("resolvers";r=12;t=55)"}, {"retry-after", "3"}}), 3);
  EXPECT_EQ(asked({{"ratelimit", R"("resolvers";r=0)"}, {"retry-after", "4"}}), 4);
  EXPECT_EQ(asked({{"retry-after", "Thu, 01 Jan 1970 00:00:10 GMT"}}), 0);
  EXPECT_EQ(asked({{"retry-after", "-5"}}), std::nullopt);
  EXPECT_EQ(asked({{"retry-after", "soon"}}), std::nullopt);
  EXPECT_EQ(asked({}), std::nullopt);
}

TEST(Backoff, DoublesTheWaitUpToEightSeconds) {
  Backoff backoff({});
  const RequestFailure failure("lost", true);
  std::vector<double> waits;
  while (const auto wait = backoff.next_wait(failure)) waits.push_back(*wait);
  EXPECT_THAT(waits, ElementsAre(1, 2, 4, 8, 8));
  backoff.reset();
  EXPECT_EQ(backoff.next_wait(failure), 1);
}

TEST(Backoff, ObeysWhatIsAsked) {
  RetryPolicy policy;
  policy.scale = 0.5;
  EXPECT_EQ(Backoff(policy).next_wait({"busy", true, 50}), 25);
  EXPECT_EQ(Backoff(policy).next_wait({"busy", true, 5000}), std::nullopt);
  EXPECT_EQ(Backoff(policy).next_wait({"missing", false}), std::nullopt);
}

TEST(WithRetries, EndsWithTheFirstThatWorksOrTheLastFailure) {
  RetryPolicy policy;
  policy.scale = 0;
  int attempts = 0;
  int waits = 0;
  const auto wait = [&waits](const RequestFailure&, double) { ++waits; };
  const auto third = [&attempts] {
    if (++attempts < 3) throw RequestFailure("lost", true);
    return attempts;
  };
  Backoff backoff(policy);
  EXPECT_EQ(with_retries(backoff, wait, third), 3);
  EXPECT_EQ(waits, 2);
  const auto never = []() -> int { throw RequestFailure("lost", true); };
  EXPECT_THROW(with_retries(backoff, wait, never), RequestFailure);
  EXPECT_EQ(waits, 2 + 3);  // five in all
}

}  // namespace retry_test
}  // namespace tacet::hub
