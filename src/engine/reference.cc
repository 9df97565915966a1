// What of tacet/reference.h looks into the model.
#include "tacet/reference.h"

#include <span>
#include <utility>

#include "model/fingerprint.h"
#include "model/weights.h"

namespace tacet {

SliceReference reference_of(const ReferenceCorpus& corpus) {
  model::Fingerprint fingerprint;
  for (const Prompt& prompt : corpus.prompts) {
    std::vector<std::int32_t> ids;
    for (const Token& token : prompt.tokens) ids.push_back(token.id);
    fingerprint.add(std::as_bytes(std::span(ids)));
  }
  return {.file = corpus.file.substr(corpus.file.rfind('/') + 1),
          .fingerprint = fingerprint.hex(),
          .n_prompts = static_cast<int>(corpus.prompts.size()),
          .seed = std::nullopt};
}

std::shared_ptr<const SliceValues> value_bias(const Model& model) {
  const ModelConfig& config = model.config();
  const auto width = static_cast<std::size_t>(config.d_model);
  std::vector<float> rows(static_cast<std::size_t>(config.n_layer) * width);
  for (std::size_t layer = 0; layer < static_cast<std::size_t>(config.n_layer); ++layer) {
    // c_attn's columns are queries, keys and values.
    model::copy_to_float(model.weights().blocks[layer].c_attn.bias,
                         std::int64_t{2} * config.d_model,
                         std::span(rows).subspan(layer * width, width));
  }
  return std::make_shared<const SliceValues>(std::string(kKeepsValueBias), config.n_layer,
                                             SliceValues::kEveryPosition, config.d_model,
                                             std::move(rows));
}

}  // namespace tacet
