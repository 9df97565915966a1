// Means over a corpus that are kept between runs: their files, and when one is not used.
#include "cli/reference_cache.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/safetensors_header.h"
#include "support/compare.h"
#include "support/temp_dir.h"
#include "tacet/error.h"
#include "tacet/forward.h"
#include "tacet/version.h"

namespace tacet::cli {
namespace reference_cache_test {

namespace fs = std::filesystem;
using tacet::testing::same_bits;
using tacet::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Values = std::shared_ptr<const SliceValues>;

constexpr int kLayers = 2;
constexpr int kWidth = 3;

ReferenceKey made_key(std::string_view kind) {
  return {.model = "org/tiny model",
          .model_fingerprint = "0123456789abcdef",
          .corpus = {.file = "usual.txt",
                     .fingerprint = "fedcba9876543210",
                     .n_prompts = 5,
                     .seed = std::nullopt},
          .kind = std::string(kind),
          .n_layer = kLayers,
          .n_positions = 8,
          .d_model = kWidth};
}

/// Rows whose every number is another one, some of them awkward.
Values made_values(std::string_view kind, int n_positions) {
  const int rows = kLayers * std::max(n_positions, 1);
  std::vector<float> numbers;
  for (int i = 0; i < rows * kWidth; ++i) numbers.push_back(0.1F * static_cast<float>(i) - 1);
  numbers[1] = -0.0F;
  numbers[2] = std::numeric_limits<float>::denorm_min();
  numbers[3] = std::numeric_limits<float>::max();
  return std::make_shared<const SliceValues>(std::string(kind), kLayers, n_positions, kWidth,
                                             numbers, made_key(kind).corpus);
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void put_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

class ReferenceFile : public ::testing::Test {
 protected:
  /// Why the file is not used; empty where it is.
  std::string refusal(const ReferenceKey& key, std::size_t n_positions = 2) const {
    try {
      read_reference(file_, key, n_positions);
    } catch (const ModelError& error) {
      return error.what();
    }
    return "";
  }

  TempDir folder_;
  fs::path file_ = folder_ / "means.safetensors";
  ReferenceKey corpus_ = made_key(kCorpusMean);
  ReferenceKey position_ = made_key(kPositionMean);
};

TEST_F(ReferenceFile, GivesBackEveryBit) {
  const Values written = made_values(kCorpusMean, SliceValues::kEveryPosition);
  write_reference(file_, corpus_, *written);
  const Values found = read_reference(file_, corpus_, 100);
  EXPECT_TRUE(same_bits(found->rows(), written->rows()));
  EXPECT_EQ(found->name(), "corpus-mean");
  EXPECT_EQ(found->n_positions(), SliceValues::kEveryPosition);
  EXPECT_EQ(found->reference(), written->reference());
}

TEST_F(ReferenceFile, ALongerOneServesTheFirstPositions) {
  const Values written = made_values(kPositionMean, 5);
  write_reference(file_, position_, *written);
  for (const std::size_t n : {1U, 3U, 5U}) {
    const Values found = read_reference(file_, position_, n);
    EXPECT_EQ(found->n_positions(), static_cast<int>(n));
    for (int layer = 0; layer < kLayers; ++layer) {
      for (std::size_t t = 0; t < n; ++t) {
        EXPECT_TRUE(same_bits(found->row(layer, t), written->row(layer, t)));
      }
    }
  }
  EXPECT_THAT(refusal(position_, 6), HasSubstr("it ends at position 4, and the prompt at 5"));
}

TEST_F(ReferenceFile, SaysWhatItIs) {
  write_reference(file_, position_, *made_values(kPositionMean, 2));
  const std::string bytes = bytes_of(file_);
  for (const std::string& part :
       {std::string(R"("schema":"tacet.reference/1")"),
        fmt::format(R"("tacet_version":"{}")", kVersion),
        fmt::format(R"("vector_unit":"{}")", vector_unit()),
        std::string(R"("kind":"position-mean")"), std::string(R"("model":"org/tiny model")"),
        std::string(R"("model_fingerprint":"0123456789abcdef")"),
        std::string(R"("corpus":"usual.txt")"),
        std::string(R"("corpus_fingerprint":"fedcba9876543210")"),
        std::string(R"("n_prompts":"5")"),
        std::string(R"("rows":{"dtype":"F32","shape":[2,2,3])")}) {
    EXPECT_THAT(bytes, HasSubstr(part));
  }
}

TEST_F(ReferenceFile, NoByteOfItCanBeAnother) {
  write_reference(file_, corpus_, *made_values(kCorpusMean, SliceValues::kEveryPosition));
  const std::string whole = bytes_of(file_);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(~bytes[i]);
    put_bytes(file_, bytes);
    EXPECT_NE(refusal(corpus_), "") << "byte " << i;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put_bytes(file_, whole.substr(0, size));
    EXPECT_NE(refusal(corpus_), "") << "the first " << size << " bytes";
  }
  put_bytes(file_, whole + '\0');
  EXPECT_THAT(refusal(corpus_), HasSubstr("damaged"));
  put_bytes(file_, whole);
  EXPECT_EQ(refusal(corpus_), "");
}

TEST_F(ReferenceFile, OfSomethingElseIsNotUsed) {
  write_reference(file_, corpus_, *made_values(kCorpusMean, SliceValues::kEveryPosition));
  const std::vector<std::pair<std::function<void(ReferenceKey&)>, std::string>> changes = {
      {[](ReferenceKey& key) { key.model = "another"; }, "of another model (model is 'org/tiny"},
      {[](ReferenceKey& key) { key.model_fingerprint.back() = '0'; }, "of another model"},
      {[](ReferenceKey& key) { key.corpus.file = "other.txt"; }, "of another corpus"},
      {[](ReferenceKey& key) { key.corpus.fingerprint.back() = '1'; }, "of other prompts"},
      {[](ReferenceKey& key) { key.corpus.n_prompts = 6; }, "of other prompts"},
      {[](ReferenceKey& key) { key.kind = kPositionMean; }, "of another kind"},
      {[](ReferenceKey& key) { key.n_layer = 3; }, "no 'rows' of F32 and shape [3, 3]"},
      {[](ReferenceKey& key) { key.d_model = 4; }, "no 'rows' of F32 and shape [2, 4]"}};
  for (const auto& [change, says] : changes) {
    ReferenceKey other = corpus_;
    change(other);
    EXPECT_THAT(refusal(other), HasSubstr(says));
  }
}

/// A file with this header and these values, its hash of `hashed` ones.
std::string made_file(std::vector<store::MetadataEntry> metadata,
                      const std::vector<store::TensorEntry>& tensors,
                      const std::vector<float>& values) {
  return store::safetensors_header(tensors, metadata) +
         std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

std::vector<store::MetadataEntry> metadata_of(const ReferenceKey& key, const std::string& hash) {
  return {{"schema", "tacet.reference/1"},
          {"tacet_version", kVersion},
          {"vector_unit", vector_unit()},
          {"kind", key.kind},
          {"model", key.model},
          {"model_fingerprint", key.model_fingerprint},
          {"corpus", key.corpus.file},
          {"corpus_fingerprint", key.corpus.fingerprint},
          {"n_prompts", std::to_string(key.corpus.n_prompts)},
          {"values_hash", hash}};
}

/// FNV-1a of the number of bytes and the bytes, finished as MurmurHash3 does: by hand.
std::string hash_of(const std::vector<float>& values) {
  std::uint64_t state = 0xcbf29ce484222325;
  const auto mix = [&state](const void* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      state = (state ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3;
    }
  };
  const std::uint64_t size = values.size() * sizeof(float);
  mix(&size, sizeof size);
  mix(values.data(), size);
  state = (state ^ (state >> 33)) * 0xff51afd7ed558ccd;
  state = (state ^ (state >> 33)) * 0xc4ceb9fe1a85ec53;
  return fmt::format("{:016x}", state ^ (state >> 33));
}

TEST_F(ReferenceFile, FromAnotherHandIsCheckedAsAnyOther) {
  const std::vector<float> numbers(kLayers * kWidth, 0.5F);
  const std::vector<store::TensorEntry> one = {{"rows", {kLayers, kWidth}}};
  put_bytes(file_, made_file(metadata_of(corpus_, hash_of(numbers)), one, numbers));
  EXPECT_EQ(refusal(corpus_), "");
  // Numbers that no mean can be, with a hash that fits them.
  std::vector<float> bad = numbers;
  bad[4] = std::numeric_limits<float>::quiet_NaN();
  put_bytes(file_, made_file(metadata_of(corpus_, hash_of(bad)), one, bad));
  EXPECT_THAT(refusal(corpus_), HasSubstr("damaged"));
  // Two tensors, one of another name, one of another shape, no metadata.
  put_bytes(file_, made_file(metadata_of(corpus_, hash_of(numbers)),
                             {{"rows", {1, kWidth}}, {"more", {1, kWidth}}}, numbers));
  EXPECT_THAT(refusal(corpus_), HasSubstr("2 tensors"));
  put_bytes(file_, made_file(metadata_of(corpus_, hash_of(numbers)), {{"lines", {kLayers, kWidth}}},
                             numbers));
  EXPECT_THAT(refusal(corpus_), HasSubstr("no 'rows'"));
  put_bytes(file_, made_file(metadata_of(corpus_, hash_of(numbers)), {{"rows", {kWidth, kLayers}}},
                             numbers));
  EXPECT_THAT(refusal(corpus_), HasSubstr("no 'rows'"));
  put_bytes(file_, made_file({}, one, numbers));
  EXPECT_THAT(refusal(corpus_), HasSubstr("no means over a corpus (schema is ''"));
  // Of another version, and of another processor.
  auto metadata = metadata_of(corpus_, hash_of(numbers));
  metadata[1].second = "0.0.9";
  put_bytes(file_, made_file(metadata, one, numbers));
  EXPECT_THAT(refusal(corpus_), AllOf(HasSubstr("another version of tacet"), HasSubstr("0.0.9")));
  metadata = metadata_of(corpus_, hash_of(numbers));
  metadata[2].second = "PDP-11";
  put_bytes(file_, made_file(metadata, one, numbers));
  EXPECT_THAT(refusal(corpus_), AllOf(HasSubstr("another kind of processor"), HasSubstr("PDP-11")));
}

TEST_F(ReferenceFile, OfAnUnreasonableShapeIsRefused) {
  // No position at all, and more than the model has.
  for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{9}}) {
    const std::vector<float> numbers(kLayers * n * kWidth, 0.5F);
    put_bytes(file_, made_file(metadata_of(position_, hash_of(numbers)),
                               {{"rows", {kLayers, n, kWidth}}}, numbers));
    EXPECT_NE(refusal(position_, 1), "") << n;
  }
  put_bytes(file_, std::string(1U << 20U, 'x'));  // larger than any can be
  EXPECT_THAT(refusal(position_), HasSubstr("more than the"));
}

TEST_F(ReferenceFile, HasANameForEveryKeyThatAnyFileSystemTakes) {
  std::vector<ReferenceKey> keys(6, corpus_);
  keys[1].model_fingerprint.back() = '0';
  keys[2].corpus.fingerprint.back() = '1';
  keys[3].kind = kPositionMean;
  keys[4].model = "../../etc/passwd\n\xff";
  keys[5].corpus.file = std::string(500, 'x');
  std::set<std::string> names;
  for (const ReferenceKey& key : keys) {
    const std::string name = file_name(key);
    EXPECT_LE(name.size(), 250U);
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-_."),
              std::string::npos)
        << name;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), keys.size());
  EXPECT_EQ(file_name(corpus_),
            fmt::format("corpus-mean.org_tiny_model-0123456789abcdef.usual.txt-fedcba9876543210.{}."
                        "safetensors",
                        vector_unit()));
}

class Cache : public ReferenceFile {
 protected:
  /// What comes of asking for the means in `folder`, how often they were made for it, and what was
  /// said.
  struct Asked {
    Values values;
    int made = 0;
    std::string said;
  };

  Asked ask(const std::string& folder, bool quiet = false, bool verbose = false) const {
    const ReferenceCache cache(folder, quiet, verbose);
    Asked asked;
    ::testing::internal::CaptureStderr();
    asked.values = cache.find_or_make(corpus_, 4, [&asked] {
      ++asked.made;
      return made_values(kCorpusMean, SliceValues::kEveryPosition);
    });
    asked.said = ::testing::internal::GetCapturedStderr();
    return asked;
  }

  fs::path kept() const { return folder_ / "a" / "b" / file_name(corpus_); }
  std::string cache_ = folder_ / "a" / "b";
};

TEST_F(Cache, MakesOnceAndFindsThen) {
  const Asked first = ask(cache_);
  EXPECT_EQ(first.made, 1);
  EXPECT_TRUE(fs::exists(kept()));
  const Asked second = ask(cache_, false, /*verbose=*/true);
  EXPECT_EQ(second.made, 0);
  EXPECT_TRUE(same_bits(second.values->rows(), first.values->rows()));
  EXPECT_THAT(second.said, AllOf(HasSubstr("corpus-mean of usual.txt (5 prompts): from "),
                                 HasSubstr(kept().string())));
  EXPECT_THAT(first.said, IsEmpty());
}

TEST_F(Cache, MakesWhatCannotBeUsedAnewAndSaysWhy) {
  ask(cache_);
  const std::string whole = bytes_of(kept());
  put_bytes(kept(), whole.substr(0, whole.size() - 2));
  const Asked again = ask(cache_);
  EXPECT_EQ(again.made, 1);
  EXPECT_THAT(again.said, AllOf(HasSubstr("tacet: warning: the means kept in"),
                                HasSubstr("are not used and made again: it is damaged")));
  EXPECT_EQ(bytes_of(kept()), whole);
  put_bytes(kept(), "");
  EXPECT_THAT(ask(cache_, /*quiet=*/true).said, IsEmpty());
  EXPECT_EQ(bytes_of(kept()), whole);
}

TEST_F(Cache, AFolderThatCannotBeWrittenIsAWarning) {
  put_bytes(folder_ / "file", "mine");
  const Asked asked = ask(folder_ / "file" / "below");
  EXPECT_EQ(asked.made, 1);
  EXPECT_TRUE(asked.values);
  EXPECT_THAT(asked.said,
              AllOf(HasSubstr("warning: the means over usual.txt are not kept"),
                    HasSubstr("cannot make the folder"), HasSubstr("--reference-cache")));
  EXPECT_EQ(bytes_of(folder_ / "file"), "mine");
  // A folder where the file should stand.
  fs::create_directories(kept());
  const Asked blocked = ask(cache_);
  EXPECT_EQ(blocked.made, 1);
  EXPECT_THAT(blocked.said, AllOf(HasSubstr("is a folder"), HasSubstr("are not kept")));
  EXPECT_TRUE(fs::is_directory(kept()));
}

TEST_F(Cache, NoneKeepsNothing) {
  EXPECT_EQ(ask(kNoCache).made, 1);
  const Asked again = ask(kNoCache, false, /*verbose=*/true);
  EXPECT_EQ(again.made, 1);
  EXPECT_THAT(again.said, HasSubstr("made, and not kept"));
  EXPECT_FALSE(fs::exists(kNoCache));
}

TEST_F(Cache, AFailureOfTheMakingIsTheCallers) {
  const ReferenceCache cache(cache_, false, false);
  EXPECT_THROW(cache.find_or_make(corpus_, 4, []() -> Values { throw InputError("no prompts"); }),
               InputError);
  EXPECT_FALSE(fs::exists(kept()));
}

}  // namespace reference_cache_test
}  // namespace tacet::cli
