#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tacet::model {

/// One tensor of a safetensors file: what the header says, and where its bytes are.
struct StoredTensor {
  std::string name;
  std::string_view dtype;            ///< one of the format's names, e.g. "F32" or "BF16"
  std::vector<std::uint64_t> shape;  ///< empty for a scalar
  std::span<const std::byte> data;   ///< exactly the tensor's bytes, at any alignment
};

/// A parsed safetensors file. The tensors are views: the file's bytes must outlive them.
struct SafetensorsFile {
  std::size_t data_offset = 0;        ///< first byte of the data section: 8 + header length
  std::vector<StoredTensor> tensors;  ///< in the order of their data
  /// Keys and values of the header's `__metadata__`, in no order; empty where there are none.
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// Reads the header of the safetensors file whose bytes are `file`. Its content is not trusted:
/// sizes are checked before anything is allocated, products and sums cannot overflow, and the
/// tensors must cover the data section exactly, without a hole or an overlap. Only the header's
/// bytes are touched. `where` names the file in messages. Throws ModelError. Thread safe.
SafetensorsFile parse_safetensors(std::span<const std::byte> file, std::string_view where);

/// A shape as messages show it: `[50257, 768]`, `[]` for a scalar; long ones are cut short.
std::string format_shape(std::span<const std::uint64_t> shape);

}  // namespace tacet::model
