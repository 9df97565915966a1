#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "hub/blob_download.h"
#include "hub/pull.h"
#include "hub/retry.h"

namespace tacet::hub {

/// Thrown to end what runs beside a failure; the failure is what is reported.
struct Stopped {};

/// What the threads of one pull share: whom to tell, when to try again, when to stop. Thread safe.
class PullControl {
 public:
  PullControl(const Watch& watch, const RetryPolicy& retry) : watch_(watch), retry_(retry) {}

  /// What `attempt(backoff)` returns, tried again as the policy says; the waits are told. Throws
  /// Stopped when another thread gave up meanwhile, and the last failure.
  template <typename Attempt>
  auto retried(const Attempt& attempt) {
    Backoff backoff(retry_);
    const auto wait = [this](const RequestFailure& failure, double seconds) {
      wait_after(failure, seconds);
    };
    return with_retries(backoff, wait, [&] { return attempt(backoff); });
  }

  // Each throws Stopped once stop() was called.

  void tell(const PullEvent& event);
  void note(const std::string& text);

  /// Tells how the download of `path` goes on, and counts failures anew whenever some arrived.
  BlobWatch watch_of(const std::string& path, std::uint64_t total, Backoff& backoff);

  void stop() { stop_ = true; }
  bool is_stopped() const { return stop_; }

 private:
  void wait_after(const RequestFailure& failure, double seconds);
  void check_stopped() const;

  const Watch& watch_;
  RetryPolicy retry_;
  std::mutex mutex_;  // of watch_
  std::atomic<bool> stop_ = false;
};

}  // namespace tacet::hub
