#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tacet/predict.h"

namespace tacet::experiment {

/// The distribution of the next token that one row of logits stands for.
class NextToken {
 public:
  /// `logits` [vocab_size], finite and not empty; they must outlive the object. The softmax is
  /// computed in double, the sum in the order of the ids.
  explicit NextToken(std::span<const float> logits);

  double log_prob(std::int32_t id) const;
  /// All that is asked of one token, whose text stays empty.
  TokenScore score(std::int32_t id) const;
  /// The `count` most likely tokens, or all where there are fewer; equal logits by their ids.
  std::vector<LikelyToken> top(std::size_t count) const;
  /// The most likely token.
  std::int32_t best() const;

 private:
  /// Whether `a` comes before `b` in the order of likelihood.
  bool is_before(std::int32_t a, std::int32_t b) const;
  double logit(std::int32_t id) const { return logits_[static_cast<std::size_t>(id)]; }

  std::span<const float> logits_;
  double log_sum_ = 0;  // of exp(logit), so that log_prob is the logit minus this
};

/// Kullback-Leibler divergences from one distribution, whose probabilities are computed once.
class DivergenceFrom {
 public:
  /// `p` over a vocabulary of `vocab_size` tokens.
  DivergenceFrom(const NextToken& p, std::size_t vocab_size);

  /// KL(p || q) in nats, never below 0; `q` over the same vocabulary.
  double to(const NextToken& q) const;

 private:
  std::vector<double> log_probs_;
  std::vector<double> probs_;
};

/// The score of every target and the contrast, their logit difference, and the most likely tokens.
Prediction prediction_of(const NextToken& next, std::span<const std::int32_t> targets,
                         std::optional<std::int32_t> contrast, std::size_t top);

/// Throws UsageError when an id is no token of the model; `what` is what it was to be ("target").
void check_token(const ModelConfig& config, std::int32_t id, const char* what);

/// The token's text; empty without a tokenizer, or where it does not know the token.
std::string text_of(std::int32_t id, const Tokenizer* tokenizer);

}  // namespace tacet::experiment
