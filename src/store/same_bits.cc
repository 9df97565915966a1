#include "store/same_bits.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "store/columns.h"

namespace tacet::store {
namespace {

/// Collects values as bits. One that does not exist is nullopt, which no bits equal.
class BitMaker {
 public:
  void operator()(const char*, double value) { add(std::bit_cast<std::uint64_t>(value)); }
  template <typename Word>
  requires std::is_enum_v<Word>
  void operator()(const char*, Word value) { add(static_cast<std::uint64_t>(value)); }
  void operator()(const char*, const std::string& text) {
    for (const char c : text) add(static_cast<unsigned char>(c));
  }
  void operator()(const char* name, const std::vector<double>& values) {
    for (const double value : values) (*this)(name, value);
  }
  void operator()(const char*, const std::vector<int>& values) {
    for (const int value : values) add(static_cast<std::uint64_t>(value));
  }
  template <typename Value>
  void operator()(const char* name, const std::optional<Value>& value) {
    if (value) return (*this)(name, *value);
    bits.emplace_back(std::nullopt);
  }
  /// Integers and booleans.
  template <typename Value>
  requires std::is_integral_v<Value>
  void operator()(const char*, const Value& value) { add(static_cast<std::uint64_t>(value)); }

  std::vector<std::optional<std::uint64_t>> bits;

 private:
  void add(std::uint64_t value) { bits.emplace_back(value); }
};

BitComparison compare(const BitMaker& a, const BitMaker& b) {
  const std::size_t common = std::min(a.bits.size(), b.bits.size());
  BitComparison result{
      .n_values = static_cast<std::int64_t>(std::max(a.bits.size(), b.bits.size())),
      .n_different = 0};
  result.n_different = result.n_values - static_cast<std::int64_t>(common);
  for (std::size_t i = 0; i < common; ++i) {
    if (a.bits[i] != b.bits[i]) ++result.n_different;
  }
  return result;
}

BitMaker bits_of(const SweepOutcome& outcome) {
  BitMaker maker;
  maker("values_changed", outcome.values_changed);
  visit_columns(outcome.ripple, maker);
  const auto add_row = [&maker](const LayerEffect& row) {
    visit_columns(row, maker);
    for (const TestResult& test : row.tests) visit_columns(test, maker);
  };
  for (const LayerEffect& row : outcome.layers) add_row(row);
  if (outcome.final_norm) add_row(*outcome.final_norm);
  return maker;
}

BitMaker bits_of(const StoredTrajectory& trajectory) {
  BitMaker maker;
  visit_columns(trajectory.embedding, maker);
  for (const TrajectoryRow& row : trajectory.layers) visit_columns(row, maker);
  visit_columns(trajectory.final_norm, maker);
  return maker;
}

}  // namespace

BitComparison& BitComparison::operator+=(const BitComparison& other) {
  n_values += other.n_values;
  n_different += other.n_different;
  return *this;
}

BitComparison compare_bits(const SweepOutcome& a, const SweepOutcome& b) {
  return compare(bits_of(a), bits_of(b));
}

BitComparison compare_bits(const StoredTrajectory& a, const StoredTrajectory& b) {
  return compare(bits_of(a), bits_of(b));
}

}  // namespace tacet::store
