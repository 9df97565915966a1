#include "cli/model_list.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "model/weights.h"
#include "tacet/error.h"
#include "tacet/model.h"

namespace tacet::cli {
namespace {

namespace fs = std::filesystem;

/// Adds up the tensors of a model; a tensor that stands in two places (tied embeddings) counts
/// once.
class Total {
 public:
  void add(const model::Tensor& tensor) {
    const std::int64_t count = tensor.rows * tensor.cols;
    parameters_ += count;
    bytes_ += count * static_cast<std::int64_t>(model::size_of(tensor.dtype));
  }
  void add(const model::Norm& norm) {
    add(norm.weight);
    add(norm.bias);
  }
  void add(const model::Linear& linear) {
    add(linear.weight);
    add(linear.bias);
  }
  std::int64_t parameters() const { return parameters_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  std::int64_t parameters_ = 0;
  std::int64_t bytes_ = 0;
};

Total total_of(const model::Weights& weights) {
  Total total;
  total.add(weights.wte);
  total.add(weights.wpe);
  for (const model::Block& block : weights.blocks) {
    total.add(block.ln_1);
    total.add(block.c_attn);
    total.add(block.attn_c_proj);
    total.add(block.ln_2);
    total.add(block.c_fc);
    total.add(block.mlp_c_proj);
  }
  total.add(weights.ln_f);
  if (weights.unembedding.data != weights.wte.data) total.add(weights.unembedding);
  return total;
}

store::ModelListing listing_of(const Model& model, const std::string& source) {
  const ModelConfig& config = model.config();
  const Total total = total_of(model.weights());
  store::ModelListing listing;
  listing.id = model.id();
  listing.source = source;
  listing.n_layer = config.n_layer;
  listing.n_head = config.n_head;
  listing.d_model = config.d_model;
  listing.n_positions = config.n_positions;
  listing.vocab_size = config.vocab_size;
  listing.dtype = model.dtype();
  listing.parameters = total.parameters();
  listing.bytes = total.bytes();
  listing.fingerprint = model.fingerprint();
  return listing;
}

store::ModelListing listing_of_folder(const std::string& folder) {
  try {
    return listing_of(Model::load(folder), "folder");
  } catch (const ModelError& error) {
    // One folder that cannot be used must not hide the others.
    store::ModelListing listing;
    listing.id = folder;
    listing.source = "folder";
    listing.error = error.what();
    return listing;
  }
}

bool has_config(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "config.json", ignored);
}

/// `folder` itself, or its direct sub-folders with models where it is not one.
std::vector<std::string> model_folders(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw ModelError(
        fmt::format("there is no folder '{}'; give a model's folder, or one that "
                    "holds such folders",
                    folder));
  }
  if (has_config(folder)) return {folder};
  std::vector<std::string> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (has_config(entry->path())) found.push_back(entry->path().string());
  }
  std::ranges::sort(found);
  if (found.empty()) return {folder};  // listed with the reason why it is none
  return found;
}

}  // namespace

std::vector<store::ModelListing> list_models(const std::vector<std::string>& folders) {
  std::vector<store::ModelListing> models = {listing_of(Model::mini(), "embedded")};
  for (const std::string& folder : folders) {
    for (const std::string& model : model_folders(folder)) {
      models.push_back(listing_of_folder(model));
    }
  }
  return models;
}

}  // namespace tacet::cli
