#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tacet/check.h"
#include "tacet/error.h"
#include "tacet/forward.h"
#include "tacet/intervention.h"

namespace tacet {
namespace {

using Ids = std::vector<std::int32_t>;

/// Runs facts on one model.
class Checker {
 public:
  Checker(const Model& model, const Tokenizer& tokenizer, int threads)
      : model_(model), tokenizer_(tokenizer), threads_(threads) {}

  /// Why the model cannot read what the fact needs; empty when it can.
  std::string obstacle(const ModelFact& fact) const {
    if (fact.kind == FactKind::tokens) return {};
    if (fact.prepend_bos && !first_id()) return "the model has no <|endoftext|>";
    const std::size_t n_tokens = prompt(fact).size() + continued(fact);
    if (n_tokens > static_cast<std::size_t>(model_.config().n_positions)) {
      return fmt::format("it needs {} tokens, and the model has {} positions", n_tokens,
                         model_.config().n_positions);
    }
    return {};
  }

  void check(CheckedFact& checked) const {
    bool holds = false;
    switch (checked.fact.kind) {
      case FactKind::tokens:
        holds = check_tokens(checked);
        break;
      case FactKind::continuation:
        holds = check_continuation(checked);
        break;
      case FactKind::loss:
        holds = check_loss(checked);
        break;
      case FactKind::silencing:
        holds = check_silencing(checked);
        break;
    }
    checked.outcome = holds ? FactOutcome::pass : FactOutcome::fail;
  }

 private:
  std::optional<std::int32_t> first_id() const {
    const auto& bos = model_.config().bos_token_id;
    return bos ? bos : tokenizer_.end_of_text();
  }

  Ids prompt(const ModelFact& fact) const {
    Ids ids = tokenizer_.encode(fact.text);
    if (fact.prepend_bos) ids.insert(ids.begin(), first_id().value());
    return ids;
  }

  Ids continuation(const ModelFact& fact) const {
    return fact.expected_text.empty() ? fact.expected_ids : tokenizer_.encode(fact.expected_text);
  }

  std::size_t continued(const ModelFact& fact) const {
    return fact.kind == FactKind::continuation ? continuation(fact).size() : 0;
  }

  /// Logits after token `position`.
  std::vector<float> logits(const States& states, int position) const {
    const auto width = static_cast<std::size_t>(states.d_model());
    return unembed(model_,
                   states.final_norm().subspan(static_cast<std::size_t>(position) * width, width),
                   threads_);
  }

  bool check_tokens(CheckedFact& checked) const {
    const Ids found = tokenizer_.encode(checked.fact.text);
    checked.expected = fmt::format("{}", fmt::join(checked.fact.expected_ids, " "));
    checked.found = fmt::format("{}", fmt::join(found, " "));
    return found == checked.fact.expected_ids;
  }

  bool check_continuation(CheckedFact& checked) const {
    const Ids expected = continuation(checked.fact);
    Ids ids = prompt(checked.fact);
    const std::size_t begin = ids.size();
    while (ids.size() < begin + expected.size()) {
      const States states = forward(model_, ids, {}, threads_).clean;
      const std::vector<float> next = logits(states, states.n_tokens() - 1);
      ids.push_back(
          static_cast<std::int32_t>(std::max_element(next.begin(), next.end()) - next.begin()));
    }
    const Ids found(ids.begin() + static_cast<std::ptrdiff_t>(begin), ids.end());
    checked.expected = text_of(expected);
    checked.found = text_of(found);
    return found == expected;
  }

  bool check_loss(CheckedFact& checked) const {
    const Ids ids = prompt(checked.fact);
    const States states = forward(model_, ids, {}, threads_).clean;
    double sum = 0.0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      sum += surprise(logits(states, static_cast<int>(i)), ids[i + 1]);
    }
    const double loss = sum / static_cast<double>(ids.size() - 1);
    checked.expected = fmt::format("{:.6f} ± {:g}", checked.fact.expected, checked.fact.tolerance);
    checked.found = fmt::format("{:.6f}", loss);
    return std::abs(loss - checked.fact.expected) <= checked.fact.tolerance;
  }

  bool check_silencing(CheckedFact& checked) const {
    const ModelFact& fact = checked.fact;
    const auto interventions =
        parse_heads(fact.heads, model_.config().n_layer, model_.config().n_head);
    if (interventions.size() != 1) {
      throw UsageError(fmt::format("'{}': '{}' names several interventions; join the heads by +",
                                   fact.name, fact.heads));
    }
    const Ids ids = prompt(fact);
    const auto target = static_cast<std::size_t>(one_token(fact, fact.target));
    const auto contrast = static_cast<std::size_t>(one_token(fact, fact.contrast));
    const ForwardResult result = forward(model_, ids, interventions, threads_);
    const auto difference = [&](const States& states) {
      const std::vector<float> last = logits(states, states.n_tokens() - 1);
      return static_cast<double>(last.at(target)) - static_cast<double>(last.at(contrast));
    };
    const double clean = difference(result.clean);
    const double silenced = difference(result.silenced.front());
    checked.expected = fact.raises ? "raised" : "lowered";
    checked.found = fmt::format("{:.4f} to {:.4f}", clean, silenced);
    return fact.raises ? silenced > clean : silenced < clean;
  }

  /// −log P of `id` in nats; the sum in double, from the largest logit down to avoid overflow.
  static double surprise(const std::vector<float>& logits, std::int32_t id) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0.0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
    return largest + std::log(sum) - static_cast<double>(logits.at(static_cast<std::size_t>(id)));
  }

  std::int32_t one_token(const ModelFact& fact, const std::string& text) const {
    const Ids ids = tokenizer_.encode(text);
    if (ids.size() == 1) return ids.front();
    throw UsageError(fmt::format("'{}': '{}' is {} tokens of this model; name one", fact.name, text,
                                 ids.size()));
  }

  /// What the ids say; an id that the vocabulary lacks as a number.
  std::string text_of(const Ids& ids) const {
    std::string text;
    for (const std::int32_t id : ids) {
      const bool is_known = id >= 0 && id < tokenizer_.vocab_size();
      text += is_known ? std::string(tokenizer_.piece(id)) : fmt::format("<{}>", id);
    }
    return text;
  }

  const Model& model_;
  const Tokenizer& tokenizer_;
  int threads_;
};

std::string why_not_applicable(const ModelFact& fact, std::string_view name, bool has_tokenizer) {
  if (name.empty()) return "not known to be a published model";
  if (std::ranges::find(fact.models, name) == fact.models.end()) {
    return fmt::format("published for {}", fmt::join(fact.models, ", "));
  }
  return has_tokenizer ? "" : "the model has no tokenizer files";
}

}  // namespace

std::string_view to_string(FactKind kind) {
  switch (kind) {
    case FactKind::tokens:
      return "tokens";
    case FactKind::continuation:
      return "continuation";
    case FactKind::loss:
      return "loss";
    case FactKind::silencing:
      return "silencing";
  }
  return "";
}

std::string_view to_string(FactOutcome outcome) {
  switch (outcome) {
    case FactOutcome::pass:
      return "pass";
    case FactOutcome::fail:
      return "fail";
    case FactOutcome::not_applicable:
      return "not_applicable";
  }
  return "";
}

std::vector<CheckedFact> check_model(const Model& model, const std::optional<Tokenizer>& tokenizer,
                                     const std::vector<ModelFact>& facts, std::string_view name,
                                     int threads) {
  std::vector<CheckedFact> checked;
  for (const ModelFact& fact : facts) {
    CheckedFact one;
    one.fact = fact;
    one.reason = why_not_applicable(fact, name, tokenizer.has_value());
    if (one.reason.empty()) {
      const Checker checker(model, *tokenizer, threads);
      one.reason = checker.obstacle(fact);
      if (one.reason.empty()) checker.check(one);
    }
    checked.push_back(std::move(one));
  }
  return checked;
}

}  // namespace tacet
