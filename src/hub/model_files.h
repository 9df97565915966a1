#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tacet::hub {

/// The small files that a GPT-2 model is read by, here and by transformers: config and tokenizer.
/// Repositories need not have all of them.
std::span<const std::string_view> small_files();

inline constexpr std::string_view kConfig = "config.json";
inline constexpr std::string_view kWeights = "model.safetensors";
inline constexpr std::string_view kWeightsIndex = "model.safetensors.index.json";

/// The weight files that the index names, each once. Throws ModelError naming the index when it is
/// no such index, or names a file that is no `.safetensors` beside it.
std::vector<std::string> shards_of(const std::filesystem::path& index);

/// Whether a file of this name holds weights in a form that tacet does not read: a pickle, or
/// another framework's.
bool is_other_weights(std::string_view path);

}  // namespace tacet::hub
