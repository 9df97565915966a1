#include "hub/cached_models.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/cache_layout.h"
#include "hub/made_cache.h"
#include "support/temp_dir.h"

namespace tacet::hub {
namespace cached_models_test {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kCommitA;
using testing::kCommitB;
using testing::put_blob;
using testing::put_file;
using testing::put_repo;

TEST(CachedModels, ACacheThatIsNotThereIsEmpty) {
  const testing::TempDir cache;
  EXPECT_THAT(list_cached_models(cache / "none"), IsEmpty());
  EXPECT_THAT(list_cached_models(cache.path()), IsEmpty());
}

TEST(CachedModels, OneForEachSnapshot) {
  const testing::TempDir cache;
  const auto repo = cache / "models--org--name";
  put_repo(repo, kCommitA);
  put_file(repo / "refs" / "v1", kCommitA);
  put_blob(repo, kCommitB, "config.json", "c1", "{ }");
  put_blob(repo, kCommitB, "sub/model.safetensors", "3b", "w");
  const std::vector<CachedModel> models = list_cached_models(cache.path());
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].id, RepoId("org/name"));
  EXPECT_EQ(models[0].commit, kCommitA);
  EXPECT_THAT(models[0].revisions, ElementsAre("main", "v1"));
  EXPECT_EQ(models[0].folder, repo / "snapshots" / kCommitA);
  EXPECT_EQ(models[0].bytes, std::string("{}weights").size());
  EXPECT_GT(models[0].last_used.value_or(0), 1'000'000'000);
  EXPECT_EQ(models[0].error, "");
  EXPECT_EQ(models[1].commit, kCommitB);
  EXPECT_THAT(models[1].revisions, IsEmpty());
  EXPECT_EQ(models[1].error, "its weights have not been fetched");
}

TEST(CachedModels, OtherRepositoriesAreLeftOut) {
  const testing::TempDir cache;
  put_repo(cache / "datasets--a--b", kCommitA);
  put_repo(cache / "spaces--a--b", kCommitA);
  put_file(cache / "models--a--file", "");
  put_file(cache / ".locks" / "models--a--b" / "x.lock", "");
  put_file(cache / "CACHEDIR.TAG", "");
  EXPECT_THAT(list_cached_models(cache.path()), IsEmpty());
}

TEST(CachedModels, WhatIsBrokenIsListedWithTheReason) {
  const testing::TempDir cache;
  std::filesystem::create_directories(cache / "models--empty");
  put_file(cache / "models--lost" / "refs" / "main", kCommitA);
  put_file(cache / "models--torn" / "refs" / "main", "");
  const std::vector<CachedModel> models = list_cached_models(cache.path());
  ASSERT_EQ(models.size(), 3U);
  EXPECT_EQ(models[0].error, "nothing of it has been fetched");
  EXPECT_EQ(models[1].error, "the cache has no snapshot of this commit");
  EXPECT_EQ(models[1].commit, kCommitA);
  EXPECT_THAT(models[1].revisions, ElementsAre("main"));
  EXPECT_EQ(models[2].error, "the reference 'main' does not hold a commit");
  EXPECT_EQ(models[2].commit, "");
  EXPECT_FALSE(models[2].last_used);
}

}  // namespace cached_models_test
}  // namespace tacet::hub
