#include "model/fingerprint.h"

#include <fmt/format.h>

namespace tacet::model {
namespace {

constexpr std::uint64_t kFnvPrime = 0x100000001b3;
constexpr std::size_t kReadWhole = 1 << 20;
constexpr std::size_t kSamples = 64;
constexpr std::size_t kSampleBytes = 64;

}  // namespace

void Fingerprint::mix(std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes) {
    state_ = (state_ ^ std::to_integer<std::uint64_t>(byte)) * kFnvPrime;
  }
}

void Fingerprint::mix(std::uint64_t number) {
  mix(std::as_bytes(std::span(&number, 1)));
}

void Fingerprint::add(std::span<const std::byte> bytes) {
  mix(std::uint64_t{bytes.size()});
  mix(bytes);
}

void Fingerprint::add_file(std::span<const std::byte> file, std::size_t data_offset) {
  mix(std::uint64_t{file.size()});
  add(file.first(data_offset));
  const std::span<const std::byte> data = file.subspan(data_offset);
  if (data.size() <= kReadWhole) {
    mix(data);
    return;
  }
  const std::size_t step = (data.size() - kSampleBytes) / (kSamples - 1);
  for (std::size_t i = 0; i < kSamples; ++i) mix(data.subspan(i * step, kSampleBytes));
}

// FNV-1a leaves the low bits of its last bytes poorly spread; MurmurHash3's finaliser spreads them.
std::string Fingerprint::hex() const {
  std::uint64_t h = state_;
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return fmt::format("{:016x}", h ^ (h >> 33));
}

}  // namespace tacet::model
