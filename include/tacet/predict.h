/// @file
/// What silencing heads does to the prediction of the next token.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/model.h"
#include "tacet/silence.h"
#include "tacet/tokenizer.h"

namespace tacet {

/// What the model gives one token as the next one.
struct TokenScore {
  Token token;            ///< its text is empty where it is not known
  double logit = 0;       ///< as the unembedding gives it, before the softmax
  double log_prob = 0;    ///< natural logarithm of `prob`
  double prob = 0;        ///< softmax over the whole vocabulary, in double
  std::int64_t rank = 0;  ///< 1 is the most likely; of equal logits the smaller id comes first
};

/// One of the most likely tokens.
struct LikelyToken {
  Token token;
  double prob = 0;
};

/// The prediction of the next token, of one run.
struct Prediction {
  TokenScore target;
  std::vector<TokenScore> others;      ///< the further targets, in the order asked for
  std::optional<TokenScore> contrast;  ///< where one is asked for
  std::optional<double> logit_diff;    ///< target's logit minus contrast's
  std::vector<LikelyToken> top;        ///< the most likely first
};

/// The prediction with heads silenced.
struct SilencedPrediction {
  Intervention intervention;
  std::int64_t values_changed = 0;  ///< values of the slices that the intervention changed
  Prediction prediction;
  double kl = 0;              ///< KL(clean || silenced) in nats, over the whole vocabulary
  bool top1_changed = false;  ///< another token is the most likely one
};

/// What `predict` finds.
struct PredictResult {
  Prompt prompt;
  int position = 0;  ///< whose next token is predicted: the last one, M - 1
  Prediction clean;
  std::vector<SilencedPrediction> interventions;  ///< in the order given
};

/// The settings of `predict`.
struct PredictOptions {
  std::vector<std::int32_t> targets;     ///< at least one; the first is `Prediction::target`
  std::optional<std::int32_t> contrast;  ///< what the target is compared with
  int top = 5;               ///< most likely tokens to name; more than the vocabulary has is all
  std::uint64_t memory = 0;  ///< most bytes of working memory; 0 means `default_memory()`
  int threads = 0;           ///< 0 means all cores
  /// Called on the calling thread after each step of the work. May throw to stop.
  std::function<void(int done, int total)> progress;
};

/// Runs the prompt clean and once per intervention, each by itself, and compares the predictions of
/// the token after the last one. The runs go up the blocks side by side, as in `sweep`; only the
/// last position meets the unembedding. Logits are float32, softmax and divergence double. Every
/// number is the same, bit for bit, for every thread count, `memory` and set of interventions; one
/// that changes nothing (`scale:1`) has the clean prediction and a `kl` of exactly 0.
/// `tokenizer` names the tokens, where there is one.
/// Throws UsageError for a target or contrast outside the vocabulary, no target, a `top` below 1,
/// heads or positions outside the shape; InputError for a prompt without tokens or longer than the
/// model's positions; NumericError for NaN or infinity; ModelError when the model's file changes
/// under the run. Thread safe.
PredictResult predict(const Model& model, const Prompt& prompt,
                      std::span<const Intervention> interventions, const PredictOptions& options,
                      const Tokenizer* tokenizer = nullptr);

/// The `kl` of every intervention and nothing else: KL(clean || silenced) in nats of the next
/// token's distribution, in the order given. Of `options`, targets, contrast and top are not read.
/// Everything else, and what is thrown, as for `predict`.
std::vector<double> output_divergences(const Model& model, const Prompt& prompt,
                                       std::span<const Intervention> interventions,
                                       PredictOptions options);

}  // namespace tacet
