#include "model/official.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "model/blob_hash.h"
#include "support/temp_dir.h"
#include "support/tiny_model.h"

namespace tacet::model {
namespace official_test {

constexpr const char* kMedium = "fc5a354a19255ad494f3d71549390baca1ccf61d1d822b9408971705c687c9cd";
constexpr const char* kXl = "0f8b28eb05a8075f48b61b6f35332978c74fc7763fa9fb4051a1c30511736a6a";

ModelConfig shape(int n_layer, int n_head, int d_model) {
  ModelConfig config;
  config.n_layer = n_layer;
  config.n_head = n_head;
  config.d_model = d_model;
  return config;
}

TEST(Official, ByHashSizeAndShape) {
  const ModelConfig medium = shape(24, 16, 1024);
  EXPECT_EQ(official_name(kMedium, 1'519'984'962, medium), "gpt2-medium");
  EXPECT_EQ(official_name(kMedium, 1'519'984'961, medium), "");
  EXPECT_EQ(official_name(kMedium, 1'519'984'962, shape(24, 8, 1024)), "");
  EXPECT_EQ(official_name("", 1'519'984'962, medium), "");
  EXPECT_EQ(official_name(kXl, 1'519'984'962, medium), "");
  // The size of this one was never published.
  EXPECT_EQ(official_name(kXl, 1, shape(48, 25, 1600)), "gpt2-xl");
}

TEST(BlobHash, IsTheNameOfTheBlobThatALinkLeadsTo) {
  const testing::TempDir folder;
  const auto file = folder / "model.safetensors";
  const auto stated = [&](const std::string& target) {
    std::filesystem::remove(file);
    std::filesystem::create_symlink(target, file);
    return stated_sha256(file);
  };
  EXPECT_EQ(stated_sha256(file), "");
  EXPECT_EQ(stated(std::string("../../blobs/") + kMedium), kMedium);
  EXPECT_EQ(stated(std::string("/hub/blobs/") + kMedium), kMedium);
  EXPECT_EQ(stated(std::string("../../files/") + kMedium), "");
  EXPECT_EQ(stated(std::string("../../blobs/") + (kMedium + 1)), "");
  EXPECT_EQ(stated(std::string("../../blobs/G") + (kMedium + 1)), "");
  EXPECT_EQ(stated("../../blobs/a16a55fda99d2f2e7b69cce5cf93ff4ad3049930"), "");
}

TEST(BlobHash, ModelsCarryIt) {
  const testing::TempDir cache;
  const auto plain = cache / "plain";
  testing::write_tiny_model(plain, {});
  const auto blob = cache / "blobs" / kMedium;
  const auto snapshot = cache / "snapshots" / "x";
  std::filesystem::create_directories(blob.parent_path());
  std::filesystem::create_directories(snapshot);
  std::filesystem::copy(plain / "model.safetensors", blob);
  std::filesystem::copy(plain / "config.json", snapshot / "config.json");
  std::filesystem::create_symlink(std::string("../../blobs/") + kMedium,
                                  snapshot / "model.safetensors");
  const Model in_folder = Model::load(plain);
  const Model in_cache = Model::load(snapshot, "org/name");
  EXPECT_EQ(in_cache.id(), "org/name");
  EXPECT_EQ(in_cache.folder(), snapshot);
  EXPECT_EQ(in_cache.fingerprint(), in_folder.fingerprint());
  EXPECT_EQ(in_cache.sha256(), kMedium);
  EXPECT_EQ(in_cache.official(), "");
  EXPECT_EQ(in_folder.id(), plain);
  EXPECT_EQ(in_folder.sha256(), "");
  EXPECT_EQ(Model::mini().folder(), std::nullopt);
}

}  // namespace official_test
}  // namespace tacet::model
