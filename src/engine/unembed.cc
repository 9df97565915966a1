#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "engine/forward_pass.h"
#include "support/dot.h"
#include "support/parallel.h"
#include "tacet/error.h"

namespace tacet::engine {
namespace {

constexpr std::size_t kTokensPerTask = 256;

/// Number of rows. Throws UsageError when they are not whole.
std::size_t rows_in(std::span<const float> normed, std::size_t d_model) {
  if (normed.empty() || normed.size() % d_model != 0) {
    throw UsageError(fmt::format("unembed expects whole rows of {} values, got {} values", d_model,
                                 normed.size()));
  }
  return normed.size() / d_model;
}

/// A token's logit after `row`; `token` is its row of the unembedding.
float logit(const float* row, const std::vector<float>& token) {
  return static_cast<float>(support::dot_f64(row, token.data(), token.size()));
}

}  // namespace

std::vector<float> unembed(const model::Weights& weights, std::span<const float> normed,
                           int threads) {
  const auto d_model = static_cast<std::size_t>(weights.config.d_model);
  const auto vocab = static_cast<std::size_t>(weights.config.vocab_size);
  const std::size_t rows = rows_in(normed, d_model);
  std::vector<float> logits(rows * vocab);
  const std::size_t tasks = (vocab + kTokensPerTask - 1) / kTokensPerTask;
  support::parallel_for(tasks, threads, [&](std::size_t task) {
    std::vector<float> token(d_model);
    const std::size_t end = std::min(vocab, (task + 1) * kTokensPerTask);
    for (std::size_t id = task * kTokensPerTask; id < end; ++id) {
      model::copy_to_float(weights.unembedding, static_cast<std::int64_t>(id * d_model), token);
      for (std::size_t row = 0; row < rows; ++row) {
        logits[row * vocab + id] = logit(normed.data() + row * d_model, token);
      }
    }
  });
  weights.check_unchanged();
  return logits;
}

std::vector<float> unembed_tokens(const model::Weights& weights, std::span<const float> normed,
                                  std::span<const std::int32_t> token_ids) {
  const auto d_model = static_cast<std::size_t>(weights.config.d_model);
  const std::size_t rows = rows_in(normed, d_model);
  std::vector<float> logits(rows * token_ids.size());
  std::vector<float> token(d_model);
  for (std::size_t i = 0; i < token_ids.size(); ++i) {
    model::copy_to_float(weights.unembedding, token_ids[i] * std::int64_t{weights.config.d_model},
                         token);
    for (std::size_t row = 0; row < rows; ++row) {
      logits[row * token_ids.size() + i] = logit(normed.data() + row * d_model, token);
    }
  }
  weights.check_unchanged();
  return logits;
}

}  // namespace tacet::engine
