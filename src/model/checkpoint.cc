#include "model/checkpoint.h"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/blob_hash.h"
#include "model/config.h"
#include "model/mapped_file.h"
#include "model/shown.h"
#include "support/file.h"
#include "support/strict_json.h"
#include "tacet/error.h"

namespace tacet::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfigFile = "config.json";
constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";
constexpr std::string_view kExtension = ".safetensors";
constexpr std::uint64_t kMaxConfigBytes = 16'000'000;
constexpr std::uint64_t kMaxIndexBytes = 100'000'000;
// Weights in formats that are not read: some can run code, none can be mapped.
constexpr std::array<const char*, 6> kOtherWeights{
    "pytorch_model.bin", "pytorch_model.bin.index.json",
    "tf_model.h5",       "flax_model.msgpack",
    "model.ckpt.index",  "rust_model.ot"};

// Which shard each tensor is in; shards and tensors in the order of their names.
using ShardMap = std::map<std::string, std::set<std::string>>;

// Also true for a symbolic link that leads nowhere: opening it then says what is wrong with it.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() > fs::file_type::not_found;
}

void check_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_type type = fs::status(folder, error).type();
  if (type == fs::file_type::not_found) {
    throw ModelError(fmt::format("model folder '{}': does not exist; give a folder that holds {}",
                                 shown_path(folder), kConfigFile));
  }
  if (type == fs::file_type::none) {
    throw ModelError(
        fmt::format("model folder '{}': cannot be looked at: {}; check its name and "
                    "permissions",
                    shown_path(folder), error.message()));
  }
  if (type != fs::file_type::directory) {
    throw ModelError(fmt::format("'{}': is not a folder; give the folder that holds {}",
                                 shown_path(folder), kConfigFile));
  }
  if (!is_there(folder / kConfigFile)) {
    throw ModelError(
        fmt::format("model folder '{}': has no {}; give a folder in Hugging Face "
                    "layout",
                    shown_path(folder), kConfigFile));
  }
}

// A name of the index is joined to a path: it must stay in the folder on every system.
void check_shard_name(std::string_view name, std::string_view index) {
  const bool plain = name.find_first_of(std::string_view("/\\:\0", 4)) == std::string_view::npos;
  if (!plain || !name.ends_with(kExtension) || name.size() == kExtension.size()) {
    throw ModelError(fmt::format(
        "{}: {} cannot be the name of a shard, which is a {} file beside the index; get the "
        "index again from where the model was published",
        index, shown(name), kExtension));
  }
}

ShardMap parse_index(std::string_view text, std::string_view index) {
  const nlohmann::json root = support::parse_strict_json(text, index);
  const auto map = root.is_object() ? root.find("weight_map") : root.end();
  if (map == root.end() || !map->is_object() || map->empty()) {
    throw ModelError(fmt::format(
        "{}: has no 'weight_map' from tensors to shards; get the index again from where the model "
        "was published",
        index));
  }
  ShardMap shards;
  for (const auto& [tensor, shard] : map->items()) {
    if (!shard.is_string()) {
      throw ModelError(
          fmt::format("{}: the shard of tensor {} is not a string; get the index "
                      "again from where the model was published",
                      index, shown(tensor)));
    }
    const auto& name = shard.get_ref<const std::string&>();
    check_shard_name(name, index);
    shards[name].insert(tensor);
  }
  return shards;
}

// Maps a file and reads its header. A file that shrinks meanwhile reads as zeros, which makes no
// sense as a header: what happened to the file is then the better message.
void add_file(const fs::path& path, Checkpoint& checkpoint) {
  auto file = std::make_unique<const MappedFile>(path);
  WeightFile added{shown_path(path), {}};
  try {
    added.contents = parse_safetensors(file->bytes(), added.where);
  } catch (const ModelError&) {
    file->check_unchanged();
    throw;
  }
  file->read_sparsely(
      [&] { checkpoint.fingerprint.add_file(file->bytes(), added.contents.data_offset); });
  checkpoint.files.push_back(std::move(added));
  checkpoint.storage.push_back(std::move(file));
}

// Compares a shard with what the index says about it, and removes what the index does not name.
void match_index(WeightFile& file, std::set<std::string> expected,
                 std::vector<std::string>& warnings) {
  const std::size_t removed = std::erase_if(
      file.contents.tensors, [&](const StoredTensor& t) { return expected.erase(t.name) == 0; });
  if (removed > 0) {
    warnings.push_back(fmt::format("{}: {} of its tensors are not in {} and are ignored",
                                   file.where, removed, kIndexFile));
  }
  if (!expected.empty()) {
    throw ModelError(fmt::format(
        "{}: tensor {} is not there, although {} says so ({} in all); download the shard again",
        file.where, shown(*expected.begin()), kIndexFile, expected.size()));
  }
}

// The same tensor in two shards: which one is meant cannot be known, even if the index names one.
void check_unique(const std::vector<WeightFile>& files) {
  std::unordered_map<std::string_view, const WeightFile*> first;
  for (const WeightFile& file : files) {
    for (const StoredTensor& tensor : file.contents.tensors) {
      const auto [found, is_new] = first.emplace(tensor.name, &file);
      if (is_new) continue;
      throw ModelError(
          fmt::format("{}: tensor {} is in {} too; every tensor must be in one "
                      "shard only, download the model again",
                      file.where, shown(tensor.name), found->second->where));
    }
  }
}

void add_shards(const fs::path& folder, Checkpoint& checkpoint) {
  const fs::path index = folder / kIndexFile;
  const std::string text = support::read_file(index, kMaxIndexBytes);
  const ShardMap shards = parse_index(text, shown_path(index));
  for (const auto& [name, tensors] : shards) add_file(folder / name, checkpoint);
  check_unique(checkpoint.files);
  auto file = checkpoint.files.begin();
  for (const auto& [name, tensors] : shards) match_index(*file++, tensors, checkpoint.warnings);
}

// The beginnings of a checkpoint: the config first, so that a model of another family is called
// that, and not by what its weights lack.
Checkpoint with_config(std::string_view where, std::string_view config_text) {
  ParsedConfig parsed = parse_config(config_text, fmt::format("{}/{}", where, kConfigFile));
  Checkpoint checkpoint;
  checkpoint.where = where;
  checkpoint.config = parsed.config;
  checkpoint.fingerprint.add(std::as_bytes(std::span(config_text)));
  checkpoint.warnings = std::move(parsed.warnings);
  return checkpoint;
}

[[noreturn]] void throw_no_weights(const fs::path& folder) {
  for (const char* name : kOtherWeights) {
    if (!is_there(folder / name)) continue;
    throw ModelError(fmt::format(
        "model folder '{}': has its weights only as {}, which is not read; convert them to "
        "safetensors (`save_pretrained` with `safe_serialization=True`)",
        shown_path(folder), name));
  }
  throw ModelError(
      fmt::format("model folder '{}': has no weights, neither {} nor {}; download them",
                  shown_path(folder), kSingleFile, kIndexFile));
}

}  // namespace

Checkpoint open_checkpoint(const fs::path& folder) {
  check_folder(folder);
  Checkpoint checkpoint =
      with_config(shown_path(folder), support::read_file(folder / kConfigFile, kMaxConfigBytes));
  checkpoint.folder = folder;
  if (is_there(folder / kSingleFile)) {
    add_file(folder / kSingleFile, checkpoint);
    checkpoint.sha256 = stated_sha256(folder / kSingleFile);
  } else if (is_there(folder / kIndexFile)) {
    add_shards(folder, checkpoint);
  } else {
    throw_no_weights(folder);
  }
  return checkpoint;
}

Checkpoint checkpoint_in_memory(std::string_view config_text, std::span<const std::byte> weights,
                                std::string_view where) {
  Checkpoint checkpoint = with_config(where, config_text);
  checkpoint.files.push_back({std::string(where), parse_safetensors(weights, where)});
  checkpoint.fingerprint.add_file(weights, checkpoint.files.front().contents.data_offset);
  return checkpoint;
}

}  // namespace tacet::model
