#include "tacet/forward.h"

#include <utility>

#include "engine/collect.h"
#include "engine/forward_pass.h"
#include "engine/matmul_kernel.h"
#include "support/parallel.h"

namespace tacet {

ForwardResult forward(const Model& model, std::span<const std::int32_t> token_ids,
                      std::span<const Intervention> interventions, int threads) {
  const ModelConfig& config = model.config();
  const engine::PassPrompt prompt{.token_ids = token_ids, .interventions = interventions};
  engine::check_request(config, prompt);
  const States empty(config.n_layer, static_cast<int>(token_ids.size()), config.d_model);
  ForwardResult result{.clean = empty, .silenced = {}, .values_changed = {}};
  result.silenced.assign(interventions.size(), empty);
  const auto observe = [&](const engine::StateView& view) {
    const engine::PromptView& states = view.prompts.front();
    engine::collect(view.index, states.clean, result.clean);
    for (std::size_t k = 0; k < interventions.size(); ++k) {
      engine::collect(view.index, engine::rows_of(states, k), result.silenced[k]);
    }
  };
  const int team = support::resolve_threads(threads);
  result.values_changed =
      engine::forward_pass(model.weights(), {&prompt, 1}, team, observe).front();
  return result;
}

SliceValues head_outputs(const Model& model, std::span<const std::int32_t> token_ids,
                         std::string name, int threads) {
  const ModelConfig& config = model.config();
  const engine::PassPrompt prompt{.token_ids = token_ids, .interventions = {}};
  std::vector<float> rows;
  const auto keep = [&rows](int, std::span<const engine::RowsView> clean) {
    for (std::size_t t = 0; t < clean.front().size(); ++t) {
      const std::span<const float> row = clean.front().row(t);
      rows.insert(rows.end(), row.begin(), row.end());
    }
  };
  engine::forward_pass(
      model.weights(), {&prompt, 1}, support::resolve_threads(threads),
      [](const engine::StateView&) {}, keep);
  return {std::move(name), config.n_layer, static_cast<int>(token_ids.size()), config.d_model,
          std::move(rows)};
}

std::string vector_unit() {
  return engine::vector_unit();
}

std::vector<float> unembed(const Model& model, std::span<const float> normed, int threads) {
  return engine::unembed(model.weights(), normed, support::resolve_threads(threads));
}

}  // namespace tacet
