#pragma once

#include <optional>
#include <string>

#include "tacet/error.h"

namespace tacet::hub {

/// A request that came to nothing, and whether asking again may mend it.
class RequestFailure : public ModelError {
 public:
  RequestFailure(const std::string& message, bool can_retry, std::optional<double> wait_s = {})
      : ModelError(message), can_retry_(can_retry), wait_s_(wait_s) {}

  bool can_retry() const { return can_retry_; }
  /// Seconds that the server asks to be left alone for.
  std::optional<double> wait_s() const { return wait_s_; }

 private:
  bool can_retry_;
  std::optional<double> wait_s_;
};

}  // namespace tacet::hub
