#include <fmt/format.h>

#include "engine/forward_pass.h"
#include "tacet/error.h"

namespace tacet::engine {
namespace {

void check_tokens(const ModelConfig& config, std::span<const std::int32_t> token_ids) {
  if (token_ids.empty()) throw InputError("the prompt has no tokens: give some text or token ids");
  if (token_ids.size() > static_cast<std::size_t>(config.n_positions)) {
    throw InputError(
        fmt::format("the prompt has {} tokens, but the model has only {} positions: "
                    "shorten the prompt",
                    token_ids.size(), config.n_positions));
  }
  for (std::size_t i = 0; i < token_ids.size(); ++i) {
    if (token_ids[i] >= 0 && token_ids[i] < config.vocab_size) continue;
    throw UsageError(
        fmt::format("token id {} (number {} of the prompt) is outside the model's "
                    "vocabulary: ids go from 0 to {}",
                    token_ids[i], i, config.vocab_size - 1));
  }
}

void check_mode(const ModelConfig& config, const SliceMode& mode, std::size_t n_tokens) {
  if (mode.kind != SliceKind::values) return;
  if (!mode.values)
    throw UsageError("slices are to become given values (" + mode.name + "), but none are given");
  const SliceValues& values = *mode.values;
  if (values.n_layer() != config.n_layer || values.d_model() != config.d_model) {
    throw UsageError(fmt::format(
        "the values of {} are for {} blocks of width {}, but the model has {} of "
        "width {}: make them with this model",
        values.name(), values.n_layer(), values.d_model(), config.n_layer, config.d_model));
  }
  if (!values.covers(n_tokens)) {
    throw UsageError(
        fmt::format("the values of {} end at position {}, but the prompt has {} tokens",
                    values.name(), values.n_positions() - 1, n_tokens));
  }
}

void check_intervention(const ModelConfig& config, const Intervention& intervention,
                        std::size_t n_tokens) {
  if (intervention.heads.empty()) throw UsageError("an intervention needs at least one head");
  for (const Head head : intervention.heads) {
    if (head.layer >= 0 && head.layer < config.n_layer && head.head >= 0 &&
        head.head < config.n_head) {
      continue;
    }
    throw UsageError(
        fmt::format("head {} does not exist: the model has blocks 0 to {} with "
                    "heads 0 to {}",
                    to_string(head), config.n_layer - 1, config.n_head - 1));
  }
  check_mode(config, intervention.mode, n_tokens);
  for (const int position : intervention.positions) {
    if (position >= 0 && static_cast<std::size_t>(position) < n_tokens) continue;
    throw UsageError(fmt::format("position {} is outside the prompt: its tokens are 0 to {}",
                                 position, n_tokens - 1));
  }
}

void check_push(const ModelConfig& config, const Push& push, std::size_t n_tokens) {
  if (push.layer < 0 || push.layer >= config.n_layer) {
    throw UsageError(fmt::format("a push in block {}: the model has blocks 0 to {}", push.layer,
                                 config.n_layer - 1));
  }
  if (push.first_position < 0 || static_cast<std::size_t>(push.first_position) >= n_tokens) {
    throw UsageError(fmt::format("position {} is outside the prompt: its tokens are 0 to {}",
                                 push.first_position, n_tokens - 1));
  }
  const std::size_t values = (n_tokens - static_cast<std::size_t>(push.first_position)) *
                             static_cast<std::size_t>(config.d_model);
  if (push.rows.size() != values) {
    throw UsageError(fmt::format("a push has {} values, but needs {}", push.rows.size(), values));
  }
}

void check_patch(const ModelConfig& config, const StreamPatch& patch, std::size_t n_tokens) {
  if (patch.layer < 0 || patch.layer >= config.n_layer) {
    throw UsageError(
        fmt::format("a patch of the stream into block {}: the model has blocks 0 to {}",
                    patch.layer, config.n_layer - 1));
  }
  const auto d_model = static_cast<std::size_t>(config.d_model);
  const std::size_t count = patch.rows.size() / d_model;
  if (count == 0 || patch.rows.size() != count * d_model) {
    throw UsageError(fmt::format("a patch of the stream has {} values, but needs whole rows of {}",
                                 patch.rows.size(), d_model));
  }
  if (patch.first_position < 0 ||
      static_cast<std::size_t>(patch.first_position) + count > n_tokens) {
    throw UsageError(fmt::format(
        "a patch of {} positions from position {} on is outside the prompt: its tokens are 0 to {}",
        count, patch.first_position, n_tokens - 1));
  }
}

}  // namespace

void check_request(const ModelConfig& config, const PassPrompt& prompt) {
  check_tokens(config, prompt.token_ids);
  for (const Intervention& intervention : prompt.interventions) {
    check_intervention(config, intervention, prompt.token_ids.size());
  }
  for (const Push& push : prompt.pushes) check_push(config, push, prompt.token_ids.size());
  for (const StreamPatch& patch : prompt.patches) {
    check_patch(config, patch, prompt.token_ids.size());
  }
}

}  // namespace tacet::engine
