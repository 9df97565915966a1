#include "tacet/forward.h"

#include "engine/collect.h"
#include "engine/forward_pass.h"
#include "support/parallel.h"

namespace tacet {

ForwardResult forward(const Model& model, std::span<const std::int32_t> token_ids,
                      std::span<const Intervention> interventions, int threads) {
  const ModelConfig& config = model.config();
  engine::check_request(config, token_ids, interventions);
  const States empty(config.n_layer, static_cast<int>(token_ids.size()), config.d_model);
  ForwardResult result{.clean = empty, .silenced = {}, .values_changed = {}};
  result.silenced.assign(interventions.size(), empty);
  result.values_changed =
      engine::forward_pass(model.weights(), token_ids, interventions,
                           support::resolve_threads(threads), [&](const engine::StateView& view) {
                             engine::collect_clean(view, result.clean);
                             for (std::size_t k = 0; k < interventions.size(); ++k) {
                               engine::collect_silenced(view, k, result.silenced[k]);
                             }
                           });
  return result;
}

std::vector<float> unembed(const Model& model, std::span<const float> normed, int threads) {
  return engine::unembed(model.weights(), normed, support::resolve_threads(threads));
}

}  // namespace tacet
