/// @file
/// How much of a page a kind of columns may take.
#pragma once

#include <cstddef>

namespace tacet::report {

/// What a kind of columns may take of a page, and how many prompts go without.
class Room {
 public:
  explicit Room(std::size_t values) : left_(values) {}
  /// Whether `values` more fit; takes them where they do.
  bool take(std::size_t values) {
    const bool fits = values <= left_;
    if (fits) left_ -= values;
    if (!fits) ++without_;
    return fits;
  }
  /// How many times they did not.
  std::size_t without() const { return without_; }

 private:
  std::size_t left_;
  std::size_t without_ = 0;
};

}  // namespace tacet::report
