/// @file
/// Whether a model does what has been published of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/model.h"
#include "tacet/tokenizer.h"

namespace tacet {

/// What a published fact is about.
enum class FactKind {
  tokens,        ///< the token ids of `text`
  continuation,  ///< what the model says after `text` when it always takes the likeliest token
  loss,          ///< the mean of −log P (nats) over all tokens of `text` but the first
  silencing,     ///< whether silencing `heads` raises or lowers logit(target) − logit(contrast)
};

/// One fact that somebody has published of a model.
struct ModelFact {
  FactKind kind = FactKind::tokens;
  std::string name;                 ///< what it says, in a few words
  std::vector<std::string> models;  ///< those it holds for, by their published names: "gpt2"
  std::string source;               ///< where it was published
  std::string text;
  bool prepend_bos = false;                ///< <|endoftext|> first; not for `tokens`
  std::vector<std::int32_t> expected_ids;  ///< tokens, continuation
  std::string expected_text;               ///< continuation: in place of the ids
  double expected = 0.0;                   ///< loss
  double tolerance = 0.0;                  ///< loss: largest |difference|
  std::string heads;                       ///< silencing: SPEC of one intervention
  std::string target;                      ///< silencing: one token
  std::string contrast;                    ///< silencing: one token
  bool raises = false;                     ///< silencing: the expected sign
};

/// What became of a fact.
enum class FactOutcome { pass, fail, not_applicable };

/// A fact that was looked at.
struct CheckedFact {
  ModelFact fact;
  FactOutcome outcome = FactOutcome::not_applicable;
  std::string expected;  ///< as text; empty where it is not applicable
  std::string found;     ///< as text; empty where it is not applicable
  std::string reason;    ///< why it is not applicable; else empty
};

/// The words `tokens`, `continuation`, `loss`, `silencing`.
std::string_view to_string(FactKind kind);
/// The words `pass`, `fail`, `not_applicable`.
std::string_view to_string(FactOutcome outcome);

/// Compares the model with each fact, in order. `name` is the published model that it is taken for;
/// facts of other models are not applicable, nor are any when it is empty, nor those whose text the
/// model cannot read (no tokenizer, too few positions). `threads` as in forward().
/// Throws what forward() throws, and UsageError for facts that make no sense for the model: heads
/// outside its shape, targets that are not one token.
std::vector<CheckedFact> check_model(const Model& model, const std::optional<Tokenizer>& tokenizer,
                                     const std::vector<ModelFact>& facts, std::string_view name,
                                     int threads = 0);

}  // namespace tacet
