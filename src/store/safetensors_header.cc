#include "store/safetensors_header.h"

#include <functional>
#include <numeric>

#include "store/json_values.h"

namespace tacet::store {

std::string safetensors_header(std::span<const TensorEntry> tensors,
                               std::span<const MetadataEntry> metadata) {
  Json json = Json::object();
  for (const auto& [key, value] : metadata) json["__metadata__"][key] = value;
  std::uint64_t begin = 0;
  for (const TensorEntry& tensor : tensors) {
    const std::uint64_t values = std::accumulate(tensor.shape.begin(), tensor.shape.end(),
                                                 std::uint64_t{1}, std::multiplies<>());
    const std::uint64_t end = begin + values * sizeof(float);
    json[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = json.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::string out;
  for (unsigned byte = 0; byte < 8; ++byte) {
    out += static_cast<char>((text.size() >> (8 * byte)) & 0xFFU);
  }
  return out + text;
}

}  // namespace tacet::store
