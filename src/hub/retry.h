#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "hub/http.h"
#include "hub/request_failure.h"

namespace tacet::hub {

/// How often and when a request is made again.
struct RetryPolicy {
  int max_retries = 5;
  double first_wait_s = 1;       ///< doubled each time
  double longest_wait_s = 8;     ///< of those that the hub did not ask for
  double longest_asked_s = 320;  ///< a hub that asks for more is not waited for
  double scale = 1;              ///< of all waits; tests make them short
};

/// Counts the failures of one task. Not for several threads at once.
class Backoff {
 public:
  explicit Backoff(const RetryPolicy& policy) : policy_(policy) {}

  /// Seconds to wait before the next attempt after `failure`, the policy's scale included; nullopt
  /// when it is to be reported instead.
  std::optional<double> next_wait(const RequestFailure& failure);
  /// Something arrived: the count starts again.
  void reset() { failures_ = 0; }

 private:
  RetryPolicy policy_;
  int failures_ = 0;
};

/// Seconds that a response asks to be left alone for: `RateLimit` ("resolvers";r=0;t=55) when
/// nothing is left of the quota, else `Retry-After` as seconds or as a date.
std::optional<double> asked_wait(const HttpResponse& response);

/// Called before each wait with what failed and the seconds that follow; sleeps, or throws to give
/// up.
using WaitFunction = std::function<void(const RequestFailure& failure, double seconds)>;

/// What `attempt` returns, made again as `backoff` allows; throws the failure that was the last.
template <typename Attempt>
auto with_retries(Backoff& backoff, const WaitFunction& wait, const Attempt& attempt) {
  while (true) {
    try {
      return attempt();
    } catch (const RequestFailure& failure) {
      const std::optional<double> seconds = backoff.next_wait(failure);
      if (!seconds) throw;
      wait(failure, *seconds);
    }
  }
}

}  // namespace tacet::hub
