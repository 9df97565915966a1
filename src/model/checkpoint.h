#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/fingerprint.h"
#include "model/safetensors.h"
#include "model/weights.h"
#include "tacet/model.h"

namespace tacet::model {

/// One safetensors file of a checkpoint.
struct WeightFile {
  std::string where;  ///< for messages: its path, safe to print
  SafetensorsFile contents;
};

/// The parts of a checkpoint as they are stored; the tensors are not yet compared with the config.
struct Checkpoint {
  std::string where;                            ///< for messages: the folder
  std::optional<std::filesystem::path> folder;  ///< nullopt for one in memory
  std::string sha256;  ///< of the one file of weights, where the cache states it; else empty
  ModelConfig config;  ///< what `config.json` says
  /// In the order of their names. The tensors that an index leaves out are gone from `contents`.
  std::vector<WeightFile> files;
  std::vector<std::unique_ptr<const Storage>> storage;  ///< keeps `files` in memory
  Fingerprint fingerprint;                              ///< of config.json, then of each file
  std::vector<std::string> warnings;
};

/// Finds and opens the files of a folder in Hugging Face layout: `config.json`, and
/// `model.safetensors` or else the shards that `model.safetensors.index.json` names. The weights
/// are mapped; of these only headers and samples are read, and only after the config was found to
/// be one that can be used. Throws ModelError naming the folder, file, setting or tensor when
/// something is missing, damaged, or stored in a way that cannot be used. Thread safe.
Checkpoint open_checkpoint(const std::filesystem::path& folder);

/// A checkpoint of one file that is in memory for as long as the program runs. `where` names it in
/// messages. Throws ModelError when config or file are not valid. Thread safe.
Checkpoint checkpoint_in_memory(std::string_view config_text, std::span<const std::byte> weights,
                                std::string_view where);

}  // namespace tacet::model
