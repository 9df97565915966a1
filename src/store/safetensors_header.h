/// @file
/// The beginning of a safetensors file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tacet::store {

/// One float32 tensor of a file to be written.
struct TensorEntry {
  std::string name;
  std::vector<std::uint64_t> shape;
};

/// A string of the file's `__metadata__`, by key. Both must be UTF-8.
using MetadataEntry = std::pair<std::string, std::string>;

/// What stands before the tensors' data: the length, and the JSON header padded with spaces so
/// that the data begins at a multiple of 8. The data follows in the order of `tensors`, float32,
/// little-endian, without gaps.
std::string safetensors_header(std::span<const TensorEntry> tensors,
                               std::span<const MetadataEntry> metadata);

}  // namespace tacet::store
