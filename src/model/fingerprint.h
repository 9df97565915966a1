#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tacet::model {

/// Collects what tells one model from another and makes 16 hexadecimal digits of it. Not a
/// cryptographic hash: it tells apart what differs by accident or by training, not by intent.
class Fingerprint {
 public:
  /// Adds all of `bytes`, and their number.
  void add(std::span<const std::byte> bytes);

  /// Adds a weight file: its size, everything before `data_offset`, and all of the data up to 1
  /// MiB. Of more data only 64 samples of 64 bytes each are read, at places that the size alone
  /// decides. Needs data_offset <= file.size().
  void add_file(std::span<const std::byte> file, std::size_t data_offset);

  /// The digits, lower case.
  std::string hex() const;

 private:
  void mix(std::span<const std::byte> bytes);
  void mix(std::uint64_t number);

  std::uint64_t state_ = 0xcbf29ce484222325;  // FNV-1a's offset basis
};

}  // namespace tacet::model
