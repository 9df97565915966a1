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

}  // namespace

std::vector<float> unembed(const model::Weights& weights, std::span<const float> normed,
                           int threads) {
  const auto d_model = static_cast<std::size_t>(weights.config.d_model);
  const auto vocab = static_cast<std::size_t>(weights.config.vocab_size);
  if (normed.empty() || normed.size() % d_model != 0) {
    throw UsageError(fmt::format("unembed expects whole rows of {} values, got {} values", d_model,
                                 normed.size()));
  }
  const std::size_t rows = normed.size() / d_model;
  std::vector<float> logits(rows * vocab);
  const std::size_t tasks = (vocab + kTokensPerTask - 1) / kTokensPerTask;
  support::parallel_for(tasks, threads, [&](std::size_t task) {
    std::vector<float> token(d_model);
    const std::size_t end = std::min(vocab, (task + 1) * kTokensPerTask);
    for (std::size_t id = task * kTokensPerTask; id < end; ++id) {
      model::copy_to_float(weights.unembedding, static_cast<std::int64_t>(id * d_model), token);
      for (std::size_t row = 0; row < rows; ++row) {
        const double logit = support::dot_f64(normed.data() + row * d_model, token.data(), d_model);
        logits[row * vocab + id] = static_cast<float>(logit);
      }
    }
  });
  weights.check_unchanged();
  return logits;
}

}  // namespace tacet::engine
