#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <numbers>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tacet/pair_tests.h"
#include "tacet/tacet.h"

namespace calibration {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTests = tacet::kAllTests.size();
constexpr double kAlpha = 0.05;
constexpr double kBlocks = 24;  // of mini, as of GPT-2 Medium: what Bonferroni divides by
constexpr std::array kLevels = {0.01, kAlpha, kAlpha / kBlocks};
constexpr std::array<std::string_view, kLevels.size()> kLevelNames = {"1 %", "5 %", "0.05/24"};
constexpr std::size_t kFivePercent = 1;

struct Settings {
  std::int64_t trials = 2000;
  std::int64_t draws = 499;  // fewer than 480 could never fall below 0.05/24
  int threads = 0;
  std::uint64_t seed = 1;
  std::string only;  // a part's name, or empty for all
  std::string json;
};

/// Random numbers whose sequence the C++ standard fixes; its distributions it does not fix.
class Random {
 public:
  explicit Random(std::initializer_list<std::uint64_t> seeds) {
    std::seed_seq sequence(seeds.begin(), seeds.end());
    engine_.seed(sequence);
  }

  bool coin() { return (engine_() & 1U) != 0; }
  std::uint64_t bits() { return engine_(); }
  /// Mean 0, variance 1, skewness 2.
  double centred_exponential() { return -std::log(uniform()) - 1; }
  /// By Box and Muller.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  /// In (0, 1].
  double uniform() {
    constexpr unsigned kUnusedBits = 11;
    return std::ldexp(static_cast<double>((engine_() >> kUnusedBits) + 1), -53);
  }

  std::mt19937_64 engine_;
};

/// One block: the tokens' vectors, clean and silenced, [n_tokens, d] row by row.
struct Block {
  std::size_t n_tokens = 0;
  std::vector<double> clean;
  std::vector<double> silenced;

  std::size_t d() const { return clean.size() / n_tokens; }
};

/// All pairs i < j of n_tokens tokens.
std::vector<tacet::TokenPair> pairs_of(std::size_t n_tokens);

/// What all tests say of one block, in the order of kAllTests.
struct Verdicts {
  std::array<std::optional<double>, kTests> p;
  double mean_delta = 0;
  double believed_error = 0;  // the paired test's standard error of that mean
  std::vector<double> swap_parts;
};

/// Puts a block to every test. `pairs` are those of all its tokens.
Verdicts judge(const Block& block, const std::vector<tacet::TokenPair>& pairs,
               const tacet::ResamplingOptions& resampling);

/// How often each test called out, at each level.
struct Tally {
  std::int64_t trials = 0;
  std::array<std::array<std::int64_t, kLevels.size()>, kTests> alarms{};
  double sum = 0;
  double squares = 0;   // of the mean change
  double believed = 0;  // squares of the paired test's standard error

  void add(const Verdicts& verdicts) {
    ++trials;
    for (std::size_t t = 0; t < kTests; ++t) {
      for (std::size_t level = 0; level < kLevels.size(); ++level) {
        // A test that cannot speak does not call out.
        alarms.at(t).at(level) += verdicts.p.at(t).value_or(1) < kLevels.at(level);
      }
    }
    sum += verdicts.mean_delta;
    squares += verdicts.mean_delta * verdicts.mean_delta;
    believed += verdicts.believed_error * verdicts.believed_error;
  }

  void add(const Tally& other) {
    trials += other.trials;
    for (std::size_t t = 0; t < kTests; ++t) {
      for (std::size_t level = 0; level < kLevels.size(); ++level) {
        alarms.at(t).at(level) += other.alarms.at(t).at(level);
      }
    }
    sum += other.sum;
    squares += other.squares;
    believed += other.believed;
  }

  double rate(std::size_t test, std::size_t level) const {
    return static_cast<double>(alarms.at(test).at(level)) / static_cast<double>(trials);
  }
  double rate_error(std::size_t test, std::size_t level) const {
    const double share = rate(test, level);
    return std::sqrt(share * (1 - share) / static_cast<double>(trials));
  }
  /// The true spread of the mean change over the one that the paired test believes in.
  double spread() const {
    const auto n = static_cast<double>(trials);
    return std::sqrt((squares - sum * sum / n) / (n - 1) / (believed / n));
  }
};

/// Runs `trial(number, tally)` for all trials, every thread with a tally of its own.
Tally simulate(const Settings& settings, std::int64_t trials,
               const std::function<void(std::int64_t, Tally&)>& trial);

/// One line of a table: the words and numbers of its first columns, and what came of it.
struct Cell {
  std::vector<Json> names;
  Tally tally;
};

std::string text_of(const Json& name);

/// Says on standard error which lines are done.
class Progress {
 public:
  void done(std::string_view part, const std::vector<Json>& names);

 private:
  int count_ = 0;
};

}  // namespace calibration
