// The same result, byte for byte, for every thread count, run and neighbour.
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/tiny_model.h"
#include "tacet/export.h"
#include "tacet/silence.h"

namespace tacet {
namespace determinism_test {

using testing::random_prompt;
using testing::TinyModel;
using testing::TinyModelOptions;

/// Large enough for every loop to be shared between threads: products, attention and pairs.
TinyModelOptions wide() {
  TinyModelOptions options;
  options.n_layer = 2;
  options.n_head = 4;
  options.d_model = 64;
  options.n_positions = 256;
  return options;
}

std::string json_of(const Model& model, SilenceOptions options, int threads) {
  options.threads = threads;
  SilenceResult result = silence(model, random_prompt(200), {{{1, 2}}, {}, {}}, options);
  result.timing = {};
  return to_json(result, model);
}

TEST(Determinism, TheJsonIsTheSameForEveryThreadCountAndRun) {
  const TinyModel tiny(wide());
  for (const Cosine cosine : {Cosine::raw, Cosine::standardised, Cosine::no_rogue}) {
    SilenceOptions options;
    options.cosine = cosine;
    options.rogue_dimensions = cosine == Cosine::no_rogue ? 4 : 0;
    options.geometry_beside = true;
    options.dimensions = 5;
    const std::string first = json_of(tiny.model, options, 1);
    for (const int threads : {1, 2, 5}) {
      EXPECT_EQ(json_of(tiny.model, options, threads), first) << threads << " threads";
    }
  }
}

TEST(Determinism, TheTrajectoryIsTheSameForEveryThreadCount) {
  const TinyModel tiny(wide());
  const auto json = [&](int threads) {
    SilenceOptions options;
    options.threads = threads;
    TrajectoryResult result = trajectory(tiny.model, random_prompt(200), options);
    result.timing = {};
    return to_json(result, tiny.model);
  };
  const std::string first = json(1);
  for (const int threads : {2, 3}) EXPECT_EQ(json(threads), first) << threads << " threads";
}

TEST(Determinism, SeveralAtOnceDoNotDisturbEachOther) {
  const TinyModel tiny(wide());
  const std::string expected = json_of(tiny.model, {}, 1);
  std::vector<std::string> found(3);
  std::vector<std::thread> workers;
  for (std::string& out : found) {
    workers.emplace_back([&out, &tiny] { out = json_of(tiny.model, {}, 2); });
  }
  for (std::thread& worker : workers) worker.join();
  for (const std::string& json : found) EXPECT_EQ(json, expected);
}

TEST(Determinism, TheAlignmentOfTheFileDoesNotMatter) {
  TinyModelOptions options = wide();
  const auto layers = [&] {
    const TinyModel tiny(options);
    const SilenceResult result = silence(tiny.model, random_prompt(20), {{{1, 2}}, {}, {}});
    return to_csv(result);
  };
  const std::string aligned = layers();
  options.data_start = 3;
  EXPECT_EQ(layers(), aligned);
}

}  // namespace determinism_test
}  // namespace tacet
