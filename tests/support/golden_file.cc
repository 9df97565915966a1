#include "support/golden_file.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "tacet/reference.h"

namespace tacet::testing {
namespace {

/// The values of a tensor of 8-byte numbers.
template <typename T>
std::vector<T> values_of(const nlohmann::json& header, const std::string& data,
                         const std::string& name, const char* dtype) {
  static_assert(sizeof(T) == 8);
  const nlohmann::json& entry = header.at(name);
  const auto begin = entry.at("data_offsets").at(0).get<std::size_t>();
  const auto end = entry.at("data_offsets").at(1).get<std::size_t>();
  if (entry.at("dtype") != dtype || end > data.size()) {
    throw std::runtime_error("golden tensor " + name + " is not as expected");
  }
  std::vector<T> out((end - begin) / sizeof(T));
  std::memcpy(out.data(), data.data() + begin, end - begin);
  return out;
}

/// The mode, with its table made of the checkpoint's own weights.
SliceMode to_mode(const nlohmann::json& json, const std::filesystem::path& folder) {
  if (!json.contains("mode")) return {.scale = json.at("scale").get<float>()};
  SliceMode mode = parse_slice_mode(json.at("mode").get<std::string>());
  if (mode.kind != SliceKind::values) return mode;
  const Model model = Model::load(folder);
  if (mode.name == kKeepsValueBias) return replace_by(value_bias(model));
  ReferenceCorpus corpus{.file = "golden", .prompts = {}};
  std::size_t longest = 0;
  for (const nlohmann::json& ids : json.at("reference")) {
    corpus.prompts.push_back(make_prompt(ids.get<std::vector<std::int32_t>>(), nullptr));
    longest = std::max(longest, ids.size());
  }
  return replace_by(mode.name == kCorpusMean ? corpus_mean(model, corpus)
                                             : position_mean(model, corpus, longest));
}

Intervention to_intervention(const nlohmann::json& json, const std::filesystem::path& folder) {
  Intervention out;
  for (const auto& head : json.at("heads")) {
    out.heads.push_back({head.at(0).get<int>(), head.at(1).get<int>()});
  }
  std::sort(out.heads.begin(), out.heads.end());
  out.positions = json.at("positions").get<std::vector<int>>();
  out.mode = to_mode(json, folder);
  return out;
}

}  // namespace

GoldenFile::GoldenFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::uint64_t size = 0;
  if (bytes.size() < 8) throw std::runtime_error("cannot read " + file.string());
  std::memcpy(&size, bytes.data(), 8);
  const nlohmann::json header = nlohmann::json::parse(bytes.substr(8, size));
  const std::string data = bytes.substr(8 + size);

  for (const std::int64_t id : values_of<std::int64_t>(header, data, "golden.token_ids", "I64")) {
    token_ids.push_back(static_cast<std::int32_t>(id));
  }
  clean = values_of<double>(header, data, "golden.clean.states", "F64");
  logits = values_of<double>(header, data, "golden.clean.logits", "F64");
  const nlohmann::json& metadata = header.at("__metadata__");
  std::filesystem::copy_file(file, folder / "model.safetensors");
  std::ofstream config(folder / "config.json");
  config << metadata.at("config").get<std::string>();
  config.close();
  if (!config) throw std::runtime_error("cannot write " + (folder / "config.json").string());

  const auto list = nlohmann::json::parse(metadata.at("interventions").get<std::string>());
  for (const nlohmann::json& intervention : list) {
    const std::string name = "golden." + std::to_string(interventions.size()) + ".states";
    silenced.push_back(values_of<double>(header, data, name, "F64"));
    interventions.push_back(to_intervention(intervention, folder.path()));
  }
}

}  // namespace tacet::testing
