/// @file
/// The columns of a page's document, read back.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "store/json_values.h"

namespace tacet::testing {

/// Plain inverse of base64, for what the tests read.
inline std::string decoded(const std::string& text) {
  static const std::string digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    buffer = buffer << 6U | static_cast<unsigned>(digits.find(c));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(buffer >> static_cast<unsigned>(bits) & 255U);
  }
  return bytes;
}

/// A column of float32.
inline std::vector<float> floats(const store::Json& column) {
  const std::string bytes = decoded(column.get<std::string>());
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace tacet::testing
