#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "engine/forward_pass.h"
#include "engine/unembed_kernel.h"
#include "support/parallel.h"
#include "tacet/error.h"

namespace tacet::engine {
namespace {

/// Few enough that a task's part of the unembedding stays in a core's cache while every row meets
/// it.
constexpr std::size_t kTokensPerTask = 64;

/// Number of rows. Throws UsageError when they are not whole.
std::size_t rows_in(std::span<const float> normed, std::size_t d_model) {
  if (normed.empty() || normed.size() % d_model != 0) {
    throw UsageError(fmt::format("unembed expects whole rows of {} values, got {} values", d_model,
                                 normed.size()));
  }
  return normed.size() / d_model;
}

}  // namespace

std::vector<float> unembed(const model::Weights& weights, std::span<const float> normed,
                           int threads) {
  const auto d_model = static_cast<std::size_t>(weights.config.d_model);
  const auto vocab = static_cast<std::size_t>(weights.config.vocab_size);
  const std::size_t rows = rows_in(normed, d_model);
  const std::vector<double> wide(normed.begin(), normed.end());
  std::vector<float> logits(rows * vocab);
  const std::size_t tasks = (vocab + kTokensPerTask - 1) / kTokensPerTask;
  support::parallel_for(tasks, threads, [&](std::size_t task) {
    const std::size_t first = task * kTokensPerTask;
    const std::size_t count = std::min(vocab - first, kTokensPerTask);
    std::vector<float> tokens(count * d_model);
    model::copy_to_float(weights.unembedding, static_cast<std::int64_t>(first * d_model), tokens);
    multiply_tokens(wide.data(), rows, tokens.data(), count, d_model, logits.data() + first, vocab);
  });
  weights.check_unchanged();
  return logits;
}

std::vector<float> unembed_tokens(const model::Weights& weights, std::span<const float> normed,
                                  std::span<const std::int32_t> token_ids) {
  const auto d_model = static_cast<std::size_t>(weights.config.d_model);
  const std::size_t rows = rows_in(normed, d_model);
  const std::vector<double> wide(normed.begin(), normed.end());
  std::vector<float> logits(rows * token_ids.size());
  std::vector<float> token(d_model);
  for (std::size_t i = 0; i < token_ids.size(); ++i) {
    model::copy_to_float(weights.unembedding, token_ids[i] * std::int64_t{weights.config.d_model},
                         token);
    multiply_tokens(wide.data(), rows, token.data(), 1, d_model, logits.data() + i,
                    token_ids.size());
  }
  weights.check_unchanged();
  return logits;
}

}  // namespace tacet::engine
