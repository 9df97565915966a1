#include "tacet/model.h"

#include <string_view>
#include <utility>

#include "model/assemble.h"
#include "model/checkpoint.h"
#include "model/embedded.h"
#include "model/weights.h"

namespace tacet {

Model::Model(std::shared_ptr<const model::Weights> weights) : weights_(std::move(weights)) {}

Model Model::load(const std::filesystem::path& folder) {
  return load(folder, folder.string());
}

Model Model::load(const std::filesystem::path& folder, std::string id) {
  return Model(model::assemble_weights(model::open_checkpoint(folder), std::move(id)));
}

Model Model::mini() {
  const std::span<const std::byte> config = model::embedded_config();
  const std::string_view text(reinterpret_cast<const char*>(config.data()), config.size());
  return Model(model::assemble_weights(
      model::checkpoint_in_memory(text, model::embedded_weights(), "mini"), "mini"));
}

const ModelConfig& Model::config() const {
  return weights_->config;
}

const std::string& Model::id() const {
  return weights_->id;
}

const std::string& Model::dtype() const {
  return weights_->dtype;
}

const std::string& Model::fingerprint() const {
  return weights_->fingerprint;
}

const std::optional<std::filesystem::path>& Model::folder() const {
  return weights_->folder;
}

const std::string& Model::sha256() const {
  return weights_->sha256;
}

const std::string& Model::official() const {
  return weights_->official;
}

}  // namespace tacet
