/// @file
/// Small files, whole and broken, for the tests of src/model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "tacet/error.h"

namespace tacet::testing {

/// Writes `bytes` to `file`, in place of what is there.
inline void write_file(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// The bytes of `file`.
inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// `length` as safetensors files begin with it.
inline std::string length_field(std::uint64_t length) {
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes;
}

/// A safetensors file with this header and `data_bytes` zeros.
inline std::string safetensors_bytes(std::string_view header, std::size_t data_bytes) {
  return length_field(header.size()) + std::string(header) + std::string(data_bytes, '\0');
}

/// The same bytes as the library takes them.
inline std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// The text of the ModelError that `call` throws; empty when it throws nothing.
template <typename Call>
std::string model_error_of(Call&& call) {
  try {
    call();
  } catch (const ModelError& error) {
    return error.what();
  }
  return {};
}

}  // namespace tacet::testing
