#include "experiment/sweep_plan.h"

#include <algorithm>
#include <cmath>

#include "engine/forward_pass.h"
#include "experiment/block_tests.h"
#include "experiment/pass_plan.h"

namespace tacet::experiment {
namespace {

/// Bytes that a result takes until it is handed over: its rows, and as many with the other choice
/// of position 0.
std::uint64_t result_bytes(const ModelConfig& config) {
  return 2 * sizeof(LayerEffect) * static_cast<std::uint64_t>(config.n_layer + 1);
}

/// Bytes that measuring one state takes: its vectors in double and those without the direct part,
/// their products, and the values of all pairs.
std::uint64_t measure_bytes(const ModelConfig& config, std::uint64_t tokens) {
  const std::uint64_t vectors = 2 * tokens * static_cast<std::uint64_t>(config.d_model);
  const std::uint64_t pairs = tokens * tokens / 2;
  return sizeof(double) * (vectors + 12 * pairs);
}

/// Fills chunks one after the other.
class Planner {
 public:
  Planner(const ModelConfig& config, std::uint64_t memory, int noise_draws)
      : config_(config), memory_(memory), runs_each_(1 + static_cast<std::uint64_t>(noise_draws)) {}

  void add_prompt(std::size_t number, const SweepPrompt& prompt) {
    const std::uint64_t tokens = prompt.prompt.tokens.size();
    bool has_rows = false;  // clean ones, in the chunk at hand
    const auto begin_part = [&](std::size_t first) {
      parts().push_back({.prompt = number, .first = first, .count = 0});
      add_rows(tokens, 0);
      bytes_ += measure_bytes(config_, tokens);
      has_rows = true;
    };
    for (std::size_t k = 0; k < prompt.interventions.size(); ++k) {
      const Intervention& intervention = prompt.interventions[k];
      const std::uint64_t rows =
          runs_each_ * (tokens - static_cast<std::uint64_t>(intervention.first_position()));
      const std::uint64_t new_rows = rows + (has_rows ? 0 : tokens);
      if (!chunks_.empty() && !fits(new_rows)) {
        chunks_.emplace_back();
        start_chunk();
        has_rows = false;
      }
      if (!has_rows) begin_part(k);
      add_rows(rows, intervention.cut_layer());
      bytes_ += result_bytes(config_) + sizeof(Token) * tokens;
      ++parts().back().count;
    }
    if (prompt.interventions.empty()) {
      if (!chunks_.empty() && !fits(tokens)) {
        chunks_.emplace_back();
        start_chunk();
      }
      begin_part(0);
    }
  }

  std::vector<SweepChunk> take() { return std::move(chunks_); }

 private:
  std::vector<SweepPart>& parts() {
    if (chunks_.empty()) {
      chunks_.emplace_back();
      start_chunk();
    }
    return chunks_.back().parts;
  }

  void start_chunk() {
    chunks_.back().work.assign(static_cast<std::size_t>(config_.n_layer), 0);
    rows_ = 0;
    bytes_ = engine::bytes_for_weights(config_);
  }

  bool fits(std::uint64_t rows) const {
    return chunks_.back().parts.empty() ||
           (rows_ + rows <= kMostRows &&
            bytes_ + rows * engine::bytes_per_row(config_) + result_bytes(config_) <= memory_);
  }

  void add_rows(std::uint64_t rows, int first_layer) {
    rows_ += rows;
    bytes_ += rows * engine::bytes_per_row(config_);
    std::vector<std::int64_t>& work = chunks_.back().work;
    for (auto layer = static_cast<std::size_t>(first_layer); layer < work.size(); ++layer) {
      work[layer] += static_cast<std::int64_t>(rows);
    }
  }

  const ModelConfig& config_;
  std::uint64_t memory_;
  std::uint64_t runs_each_;  // that an intervention has: with noise several
  std::vector<SweepChunk> chunks_;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::pair<SweepChunk, SweepChunk> halves(const SweepChunk& chunk) {
  std::size_t n_runs = 0;
  for (const SweepPart& part : chunk.parts) n_runs += part.count;
  std::pair<SweepChunk, SweepChunk> result;
  result.first.work.assign(chunk.work.size(), 0);  // its work was reported as the whole's
  result.second.work = result.first.work;
  std::size_t left = (n_runs + 1) / 2;
  for (const SweepPart& part : chunk.parts) {
    const std::size_t here = std::min(left, part.count);
    left -= here;
    const SweepPart rest{
        .prompt = part.prompt, .first = part.first + here, .count = part.count - here};
    if (here > 0 || part.count == 0) {
      result.first.parts.push_back({.prompt = part.prompt, .first = part.first, .count = here});
    }
    if (rest.count > 0) result.second.parts.push_back(rest);
  }
  return result;
}

std::vector<SweepChunk> plan_sweep(const ModelConfig& config, std::span<const SweepPrompt> prompts,
                                   std::uint64_t memory, int threads, int noise_draws) {
  std::uint64_t measures = 0;
  for (const SweepPrompt& prompt : prompts) {
    measures = std::max(measures, measure_bytes(config, prompt.prompt.tokens.size()));
  }
  measures *= static_cast<std::uint64_t>(threads);
  Planner planner(config, memory - std::min(memory, measures), noise_draws);
  for (std::size_t p = 0; p < prompts.size(); ++p) planner.add_prompt(p, prompts[p]);
  return planner.take();
}

std::int64_t finishing_work(const ModelConfig& config, const SilenceOptions& options,
                            std::size_t tokens) {
  // A sum of the token-swap test takes some 2.5 ns; a row of a block, 12 d_model^2 multiply-adds,
  // some 0.8 d_model^2 ns.
  constexpr double kRowsPerSum = 3;
  if (!wants_token_swap(options)) return 0;
  const double sums =
      tokens <= kMostTokensEnumerated
          ? std::ldexp(1.0, static_cast<int>(tokens) - 1)
          : static_cast<double>(options.resampling.draws) * static_cast<double>(tokens);
  const double width = config.d_model;
  return std::llround(kRowsPerSum * sums * config.n_layer / (width * width));
}

std::size_t runs_per_pass(const ModelConfig& config, std::uint64_t tokens, std::uint64_t own_rows,
                          std::uint64_t extra, std::uint64_t memory, int threads) {
  const std::uint64_t shared =
      engine::bytes_for_weights(config) + tokens * engine::bytes_per_row(config) +
      measure_bytes(config, tokens) * (static_cast<std::uint64_t>(threads) + 1);
  const std::uint64_t each = own_rows * engine::bytes_per_row(config) + result_bytes(config) +
                             sizeof(Token) * tokens + extra;
  const std::uint64_t fitting = (memory - std::min(memory, shared)) / each;
  const std::uint64_t useful = (kMostRows - std::min(kMostRows, tokens)) / own_rows;
  return static_cast<std::size_t>(std::max<std::uint64_t>(1, std::min(fitting, useful)));
}

}  // namespace tacet::experiment
