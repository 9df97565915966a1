#include "model/fingerprint.h"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tacet::model {
namespace fingerprint_test {

std::string fingerprint_of_file(const std::vector<std::byte>& file, std::size_t data_offset) {
  Fingerprint fingerprint;
  fingerprint.add_file(file, data_offset);
  return fingerprint.hex();
}

std::vector<std::byte> patterned_file(std::size_t bytes) {
  std::vector<std::byte> file(bytes);
  for (std::size_t i = 0; i < bytes; ++i) file[i] = static_cast<std::byte>(i % 251);
  return file;
}

TEST(Fingerprint, IsSixteenDigits) {
  const std::string hex = Fingerprint().hex();
  EXPECT_EQ(hex.size(), 16U);
  EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
}

// The value is part of results that are kept: it must not change between versions or machines.
TEST(Fingerprint, IsTheSameForEver) {
  EXPECT_EQ(fingerprint_of_file(patterned_file(10'000), 100), "fda7e567f5fd1bc3");
  EXPECT_EQ(fingerprint_of_file(patterned_file(2'000'000), 100), "c025ad4f760230de");
}

TEST(Fingerprint, EveryByteOfASmallFileCounts) {
  std::vector<std::byte> file(3000);
  std::set<std::string> seen{fingerprint_of_file(file, 100)};
  for (std::size_t i = 0; i < file.size(); ++i) {
    file[i] = std::byte{1};
    EXPECT_TRUE(seen.insert(fingerprint_of_file(file, 100)).second) << i;
    file[i] = std::byte{0};
  }
}

TEST(Fingerprint, HeaderSizeAndSamplesOfALargeFileCount) {
  constexpr std::size_t kHeader = 100;
  constexpr std::size_t kData = 2'000'000;
  constexpr std::size_t kSampleDistance = (kData - 64) / 63;
  std::vector<std::byte> file(kHeader + kData);
  const std::string before = fingerprint_of_file(file, kHeader);
  const auto counts = [&](std::size_t index) {
    file[index] = std::byte{1};
    const bool result = fingerprint_of_file(file, kHeader) != before;
    file[index] = std::byte{0};
    return result;
  };
  for (std::size_t i = 0; i < kHeader; ++i) EXPECT_TRUE(counts(i)) << i;
  for (std::size_t sample = 0; sample < 64; ++sample) {
    const std::size_t begin = kHeader + sample * kSampleDistance;
    EXPECT_TRUE(counts(begin)) << sample;
    EXPECT_TRUE(counts(begin + 63)) << sample;
    // Between the samples nothing is read.
    if (begin + 64 < file.size()) {
      EXPECT_FALSE(counts(begin + 64)) << sample;
    }
  }
  EXPECT_NE(fingerprint_of_file(std::vector<std::byte>(kHeader + kData + 1), kHeader), before);
  EXPECT_NE(fingerprint_of_file(file, kHeader + 1), before);
}

TEST(Fingerprint, BoundariesBetweenPartsCount) {
  const std::vector<std::byte> bytes(10);
  Fingerprint one;
  one.add(std::span(bytes).first(4));
  one.add(std::span(bytes).subspan(4));
  Fingerprint other;
  other.add(std::span(bytes).first(5));
  other.add(std::span(bytes).subspan(5));
  EXPECT_NE(one.hex(), other.hex());
}

}  // namespace fingerprint_test
}  // namespace tacet::model
