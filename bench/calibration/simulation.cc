#include "simulation.h"

#include <algorithm>
#include <functional>
#include <future>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

namespace calibration {
namespace {

std::vector<double> cosines(std::vector<double> vectors, std::size_t n_tokens,
                            const std::vector<tacet::TokenPair>& pairs) {
  const std::size_t d = vectors.size() / n_tokens;
  const auto dot = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t k = 0; k < d; ++k) sum += vectors[i * d + k] * vectors[j * d + k];
    return sum;
  };
  for (std::size_t token = 0; token < n_tokens; ++token) {
    const double length = std::sqrt(dot(token, token));
    for (std::size_t k = 0; k < d; ++k) vectors[token * d + k] /= length;
  }
  std::vector<double> found;
  found.reserve(pairs.size());
  for (const tacet::TokenPair pair : pairs) found.push_back(dot(pair.i, pair.j));
  return found;
}

}  // namespace

std::vector<tacet::TokenPair> pairs_of(std::size_t n_tokens) {
  std::vector<tacet::TokenPair> pairs;
  for (std::uint32_t i = 0; i < n_tokens; ++i) {
    for (std::uint32_t j = i + 1; j < n_tokens; ++j) pairs.push_back({.i = i, .j = j});
  }
  return pairs;
}

Verdicts judge(const Block& block, const std::vector<tacet::TokenPair>& pairs,
               const tacet::ResamplingOptions& resampling) {
  const std::vector<double> clean = cosines(block.clean, block.n_tokens, pairs);
  const std::vector<double> silenced = cosines(block.silenced, block.n_tokens, pairs);
  std::vector<double> delta(pairs.size());
  std::ranges::transform(silenced, clean, delta.begin(), std::minus<>());
  const tacet::PairChanges changes{.delta = delta, .pairs = pairs, .n_tokens = block.n_tokens};

  Verdicts verdicts;
  verdicts.swap_parts = tacet::token_swap_parts(block.clean, block.silenced, block.n_tokens);
  const auto result_of = [&](tacet::Test test) {
    switch (test) {
      case tacet::Test::wilcoxon:
        return tacet::wilcoxon_test(delta);
      case tacet::Test::dyadic:
        return tacet::dyadic_test(changes, kAlpha);
      case tacet::Test::token_swap:
        return tacet::token_swap_test({&verdicts.swap_parts, 1}, resampling).front().result;
      case tacet::Test::token_bootstrap:
        return tacet::token_bootstrap_test(changes, kAlpha, resampling);
      case tacet::Test::token_jackknife:
        return tacet::token_jackknife_test(changes, kAlpha);
      default:
        return tacet::t_test_result(test, clean, silenced, kAlpha);
    }
  };
  for (std::size_t t = 0; t < kTests; ++t) {
    const tacet::TestResult result = result_of(tacet::kAllTests.at(t));
    verdicts.p.at(t) = result.p;
    if (tacet::kAllTests.at(t) == tacet::Test::paired) {
      verdicts.believed_error = result.se.value_or(0);
    }
  }
  verdicts.mean_delta = tacet::mean(delta);
  return verdicts;
}

Tally simulate(const Settings& settings, std::int64_t trials,
               const std::function<void(std::int64_t, Tally&)>& trial) {
  const std::int64_t n_threads = settings.threads;
  std::vector<std::future<Tally>> parts;
  for (std::int64_t first = 0; first < n_threads; ++first) {
    parts.push_back(std::async(std::launch::async, [&trial, first, n_threads, trials] {
      Tally tally;
      for (std::int64_t i = first; i < trials; i += n_threads) trial(i, tally);
      return tally;
    }));
  }
  Tally all;
  for (std::future<Tally>& part : parts) all.add(part.get());
  return all;
}

std::string text_of(const Json& name) {
  return name.is_string() ? name.get<std::string>() : name.dump();
}

void Progress::done(std::string_view part, const std::vector<Json>& names) {
  std::vector<std::string> texts;
  std::ranges::transform(names, std::back_inserter(texts), text_of);
  fmt::print(std::cerr, "{:3}  {}: {}\n", ++count_, part, fmt::join(texts, ", "));
}

}  // namespace calibration
