#include "cli/model_list.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "hub/cached_models.h"
#include "hub/environment.h"
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

void describe(const Model& model, store::ModelListing& listing) {
  const ModelConfig& config = model.config();
  const Total total = total_of(model.weights());
  listing.n_layer = config.n_layer;
  listing.n_head = config.n_head;
  listing.d_model = config.d_model;
  listing.n_positions = config.n_positions;
  listing.vocab_size = config.vocab_size;
  listing.dtype = model.dtype();
  listing.parameters = total.parameters();
  listing.bytes = total.bytes();
  listing.fingerprint = model.fingerprint();
  listing.sha256 = model.sha256();
  listing.official = model.official();
}

/// One model that cannot be used must not hide the others.
void describe_files(const fs::path& folder, store::ModelListing& listing) {
  try {
    describe(Model::load(folder), listing);
  } catch (const ModelError& error) {
    listing.error = error.what();
  }
}

store::ModelListing listing_of_mini() {
  store::ModelListing listing;
  listing.id = "mini";
  listing.source = "embedded";
  describe(Model::mini(), listing);
  return listing;
}

store::ModelListing listing_of_folder(const std::string& folder) {
  store::ModelListing listing;
  listing.id = folder;
  listing.source = "folder";
  describe_files(folder, listing);
  return listing;
}

/// The moment as ISO 8601 in UTC: the same text wherever it is read.
std::string utc(std::time_t moment) {
  std::tm parts = {};
  if (::gmtime_r(&moment, &parts) == nullptr) return {};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

store::ModelListing listing_of_cached(const hub::CachedModel& model) {
  store::ModelListing listing;
  listing.id = model.id.text();
  listing.source = "cache";
  listing.revisions = model.revisions;
  listing.commit = model.commit;
  listing.error = model.error;
  if (model.folder.empty()) return listing;
  listing.disk_bytes = static_cast<std::int64_t>(model.bytes);
  if (model.last_used) listing.last_used = utc(*model.last_used);
  if (listing.error.empty()) describe_files(model.folder, listing);
  return listing;
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
  std::vector<store::ModelListing> models = {listing_of_mini()};
  // What was last used is asked of all before the first is read.
  for (const hub::CachedModel& model : hub::list_cached_models(hub::read_cache_path())) {
    models.push_back(listing_of_cached(model));
  }
  for (const std::string& folder : folders) {
    for (const std::string& model : model_folders(folder)) {
      models.push_back(listing_of_folder(model));
    }
  }
  return models;
}

}  // namespace tacet::cli
