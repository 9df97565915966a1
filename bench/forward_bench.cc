// How far the forward pass is from its floor: the bare matrix products on the same mapped weights.
//
//   bench_forward --model=FOLDER [--benchmark_...]
//
// Make a model with bench/make_random_model.py. The ratio forward / bare products is what counts;
// absolute times belong to the machine.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/matmul.h"
#include "engine/rows.h"
#include "support/parallel.h"
#include "tacet/tacet.h"

namespace {

constexpr std::size_t kTokens = 12;

std::optional<tacet::Model>& model() {
  static std::optional<tacet::Model> loaded;
  return loaded;
}

std::vector<std::int32_t> some_ids(std::size_t n) {
  std::vector<std::int32_t> ids(n);
  for (std::size_t i = 0; i < n; ++i) {
    ids[i] = static_cast<std::int32_t>((i * 7919 + 13) %
                                       static_cast<std::size_t>(model()->config().vocab_size));
  }
  return ids;
}

/// The four products of every block, for the rows of a clean and a silenced run, nothing else.
void bare_products(benchmark::State& state) {
  const auto threads = static_cast<int>(state.range(0));
  const tacet::ModelConfig& config = model()->config();
  const auto d_model = static_cast<std::size_t>(config.d_model);
  constexpr std::size_t kRows = 2 * kTokens;
  tacet::engine::Matmul matmul(threads);
  tacet::engine::Rows x(kRows, d_model);
  tacet::engine::Rows qkv(kRows, 3 * d_model);
  tacet::engine::Rows hidden(kRows, static_cast<std::size_t>(config.n_inner));
  tacet::engine::Rows out(kRows, d_model);
  for (auto _ : state) {
    for (const tacet::model::Block& block : model()->weights().blocks) {
      matmul.multiply(x, kRows, block.c_attn, qkv);
      matmul.multiply(x, kRows, block.attn_c_proj, out);
      matmul.multiply(x, kRows, block.c_fc, hidden, config.activation);
      matmul.multiply(hidden, kRows, block.mlp_c_proj, out);
    }
    benchmark::DoNotOptimize(out.data());
  }
}

/// Both forwards of the experiment, the cut at block 0 so that every block carries both.
void two_forwards(benchmark::State& state) {
  const std::vector<tacet::Intervention> interventions = {
      {.heads = {{.layer = 0, .head = 0}}, .positions = {}, .mode = {}}};
  const std::vector<std::int32_t> ids = some_ids(kTokens);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        tacet::forward(*model(), ids, interventions, static_cast<int>(state.range(0))));
  }
}

/// The whole experiment: forwards, measures and statistics.
void experiment(benchmark::State& state) {
  const tacet::Prompt prompt = tacet::make_prompt(some_ids(kTokens), nullptr);
  const tacet::Intervention intervention{
      .heads = {{.layer = 0, .head = 0}}, .positions = {}, .mode = {}};
  tacet::SilenceOptions options;
  options.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(tacet::silence(*model(), prompt, intervention, options));
  }
}

void register_benchmarks() {
  using Function = void (*)(benchmark::State&);
  const std::vector<std::pair<const char*, Function>> all = {
      {"bare_products", bare_products}, {"two_forwards", two_forwards}, {"experiment", experiment}};
  for (const auto& [name, function] : all) {
    benchmark::RegisterBenchmark(name, function)
        ->Arg(1)
        ->Arg(tacet::support::resolve_threads(0))
        ->ArgName("threads")
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->MinWarmUpTime(0.2)
        ->Repetitions(10)
        ->ReportAggregatesOnly();
  }
}

}  // namespace

int main(int argc, char** argv) try {
  constexpr std::string_view kModel = "--model=";
  std::string folder;
  std::vector<char*> rest;
  for (int i = 0; i < argc; ++i) {
    if (const std::string_view arg = argv[i]; arg.starts_with(kModel)) {
      folder = arg.substr(kModel.size());
    } else {
      rest.push_back(argv[i]);
    }
  }
  model() = folder.empty() ? tacet::Model::mini() : tacet::Model::load(folder);
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return EXIT_FAILURE;
  register_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  return EXIT_SUCCESS;
} catch (const tacet::Error& error) {
  std::cerr << "bench_forward: " << error.what() << '\n';
  return EXIT_FAILURE;
}
