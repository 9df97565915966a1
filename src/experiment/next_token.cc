#include "experiment/next_token.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet::experiment {

NextToken::NextToken(std::span<const float> logits) : logits_(logits) {
  const double largest = std::ranges::max(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  log_sum_ = largest + std::log(sum);
}

double NextToken::log_prob(std::int32_t id) const {
  return logit(id) - log_sum_;
}

bool NextToken::is_before(std::int32_t a, std::int32_t b) const {
  return logit(a) != logit(b) ? logit(a) > logit(b) : a < b;
}

TokenScore NextToken::score(std::int32_t id) const {
  TokenScore score{.token = {.id = id, .text = {}},
                   .logit = logit(id),
                   .log_prob = log_prob(id),
                   .prob = std::exp(log_prob(id)),
                   .rank = 1};
  for (std::int32_t other = 0; other < static_cast<std::int32_t>(logits_.size()); ++other) {
    if (is_before(other, id)) ++score.rank;
  }
  return score;
}

std::vector<LikelyToken> NextToken::top(std::size_t count) const {
  std::vector<std::int32_t> ids(logits_.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(count, ids.size()));
  std::partial_sort(ids.begin(), end, ids.end(),
                    [this](std::int32_t a, std::int32_t b) { return is_before(a, b); });
  std::vector<LikelyToken> tokens;
  for (auto id = ids.begin(); id != end; ++id) {
    tokens.push_back({.token = {.id = *id, .text = {}}, .prob = std::exp(log_prob(*id))});
  }
  return tokens;
}

std::int32_t NextToken::best() const {
  return static_cast<std::int32_t>(std::ranges::max_element(logits_) - logits_.begin());
}

DivergenceFrom::DivergenceFrom(const NextToken& p, std::size_t vocab_size) {
  log_probs_.reserve(vocab_size);
  probs_.reserve(vocab_size);
  for (std::int32_t id = 0; id < static_cast<std::int32_t>(vocab_size); ++id) {
    log_probs_.push_back(p.log_prob(id));
    probs_.push_back(std::exp(log_probs_.back()));
  }
}

double DivergenceFrom::to(const NextToken& q) const {
  double sum = 0;
  for (std::size_t id = 0; id < probs_.size(); ++id) {
    sum += probs_[id] * (log_probs_[id] - q.log_prob(static_cast<std::int32_t>(id)));
  }
  // It cannot be negative, but its rounding error can.
  return std::max(sum, 0.0);
}

Prediction prediction_of(const NextToken& next, std::span<const std::int32_t> targets,
                         std::optional<std::int32_t> contrast, std::size_t top) {
  Prediction prediction;
  prediction.target = next.score(targets.front());
  for (const std::int32_t id : targets.subspan(1)) prediction.others.push_back(next.score(id));
  if (contrast) {
    prediction.contrast = next.score(*contrast);
    prediction.logit_diff = prediction.target.logit - prediction.contrast->logit;
  }
  prediction.top = next.top(top);
  return prediction;
}

void check_token(const ModelConfig& config, std::int32_t id, const char* what) {
  if (id >= 0 && id < config.vocab_size) return;
  throw UsageError(
      fmt::format("the {} has the id {}, which is outside the model's vocabulary: ids go "
                  "from 0 to {}",
                  what, id, config.vocab_size - 1));
}

std::string text_of(std::int32_t id, const Tokenizer* tokenizer) {
  // A model may have more rows than its tokenizer has tokens.
  if (tokenizer == nullptr || id >= tokenizer->vocab_size()) return {};
  try {
    return std::string(tokenizer->piece(id));
  } catch (const UsageError&) {
    return {};  // a gap between the ids
  }
}

}  // namespace tacet::experiment
