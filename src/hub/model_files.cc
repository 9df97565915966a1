#include "hub/model_files.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "hub/cache_layout.h"
#include "support/file.h"
#include "support/strict_json.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

constexpr std::uint64_t kMaxIndexBytes = 64 << 20;

constexpr std::array<std::string_view, 8> kSmallFiles{
    kConfig,          "generation_config.json", "vocab.json",        "merges.txt",
    "tokenizer.json", "tokenizer_config.json",  "added_tokens.json", "special_tokens_map.json"};

}  // namespace

std::span<const std::string_view> small_files() {
  return kSmallFiles;
}

std::vector<std::string> shards_of(const std::filesystem::path& index) {
  const auto json =
      support::parse_strict_json(support::read_file(index, kMaxIndexBytes), index.string());
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (!json.is_object() || map == json.end() || !map->is_object() || map->empty()) {
    throw ModelError(
        fmt::format("{}: has no 'weight_map' that names the files of the weights; the "
                    "repository is damaged, take another revision",
                    index.string()));
  }
  std::set<std::string> names;
  for (const auto& shard : *map) {
    const std::string name = shard.is_string() ? shard.get<std::string>() : shard.dump();
    if (!is_safe_path(name) || name.find('/') != std::string::npos ||
        !name.ends_with(".safetensors")) {
      throw ModelError(
          fmt::format("{}: names '{}' as a file of weights, which is no .safetensors beside it; do "
                      "not trust this repository",
                      index.string(), support::escape_for_display(name.substr(0, 100))));
    }
    names.insert(name);
  }
  return {names.begin(), names.end()};
}

bool is_other_weights(std::string_view path) {
  constexpr std::array<std::string_view, 6> kEndings{".bin", ".pt",      ".pth",
                                                     ".h5",  ".msgpack", ".ckpt"};
  return std::ranges::any_of(kEndings, [path](auto ending) { return path.ends_with(ending); });
}

}  // namespace tacet::hub
