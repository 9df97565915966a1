#include "hub/find_snapshot.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/made_cache.h"
#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace find_snapshot_test {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kCommitA;
using testing::kCommitB;
using ::testing::Not;
using testing::put_blob;
using testing::put_file;
using testing::put_repo;
namespace fs = std::filesystem;

class FindSnapshot : public ::testing::Test {
 protected:
  Snapshot find(std::string_view id, std::string_view revision = kMainRevision) const {
    return find_snapshot(cache.path(), RepoId(id), revision);
  }
  std::string error(std::string_view id, std::string_view revision = kMainRevision) const {
    try {
      find(id, revision);
    } catch (const ModelError& error) {
      return error.what();
    }
    return "";
  }
  fs::path repo(const std::string& id) const { return cache / folder_name(RepoId(id)); }
  fs::path snapshot(const std::string& id) const { return repo(id) / "snapshots" / kCommitA; }

  testing::TempDir cache;
};

TEST_F(FindSnapshot, ThroughTheReference) {
  put_repo(repo("org/name"), kCommitA);
  const Snapshot found = find("org/name");
  EXPECT_EQ(found.id, RepoId("org/name"));
  EXPECT_EQ(found.commit, kCommitA);
  EXPECT_EQ(found.folder, snapshot("org/name"));
}

TEST_F(FindSnapshot, UnderTheOtherNameOfAnOldModel) {
  put_repo(repo("openai-community/gpt2-medium"), kCommitA);
  EXPECT_EQ(find("gpt2-medium").id, RepoId("openai-community/gpt2-medium"));
  EXPECT_EQ(find("openai-community/gpt2-medium").id, RepoId("openai-community/gpt2-medium"));
  put_repo(repo("gpt2-medium"), kCommitB);
  EXPECT_EQ(find("gpt2-medium").commit, kCommitB);
  EXPECT_EQ(find("openai-community/gpt2-medium").commit, kCommitA);
}

TEST_F(FindSnapshot, WhereTheWeightsAreWins) {
  put_repo(repo("gpt2"), kCommitB);
  fs::remove(repo("gpt2") / "snapshots" / kCommitB / "model.safetensors");
  put_repo(repo("openai-community/gpt2"), kCommitA);
  EXPECT_EQ(find("gpt2").commit, kCommitA);
}

TEST_F(FindSnapshot, ByAnyKindOfRevision) {
  put_repo(repo("a/b"), kCommitA);
  put_file(repo("a/b") / "refs" / "v1.0", kCommitA);
  put_file(repo("a/b") / "refs" / "refs" / "pr" / "1", kCommitA);
  put_file(repo("a/b") / "refs" / "ab12345", kCommitA);
  for (const std::string_view revision : {"main", "v1.0", "refs/pr/1", "ab12345", kCommitA}) {
    EXPECT_EQ(find("a/b", revision).commit, kCommitA) << revision;
  }
  EXPECT_EQ(find("a/b", "607a3").commit, kCommitA);
  EXPECT_THAT(error("a/b", "607a"), HasSubstr("has no revision '607a' of it (there is: ab12345, "
                                              "main, refs/pr/1, v1.0)"));
  EXPECT_THAT(error("a/b", "refs/pr"), HasSubstr("has no revision 'refs/pr'"));
  EXPECT_THAT(error("a/b", kCommitB), HasSubstr("has no revision '607a30e0"));
  EXPECT_THROW(find("a/b", "../main"), UsageError);
}

TEST_F(FindSnapshot, ShortCommitsMustBeOfOneCommit) {
  put_repo(repo("a/b"), kCommitA);
  put_file(repo("a/b") / "snapshots" / kCommitB / "config.json", "{}");
  EXPECT_THAT(error("a/b", "607a30"),
              AllOf(HasSubstr(kCommitA), HasSubstr(kCommitB), HasSubstr("give more digits")));
  EXPECT_EQ(find("a/b", "607a30d").commit, kCommitA);
}

TEST_F(FindSnapshot, WithoutLinksBlobsAndReferences) {
  put_file(snapshot("a/b") / "config.json", "{}");
  put_file(snapshot("a/b") / "model.safetensors", "weights");
  EXPECT_EQ(find("a/b", kCommitA).folder, snapshot("a/b"));
  EXPECT_THAT(error("a/b"), AllOf(HasSubstr("no revision 'main'"), HasSubstr(kCommitA)));
}

TEST_F(FindSnapshot, ReferencesMayEndInALineBreak) {
  put_repo(repo("a/b"), kCommitA);
  put_file(repo("a/b") / "refs" / "main", std::string(kCommitA) + "\n");
  EXPECT_EQ(find("a/b").commit, kCommitA);
}

TEST_F(FindSnapshot, AModelThatIsNotThere) {
  EXPECT_EQ(
      error("gpt2-medium"),
      "the model 'gpt2-medium' is not in the Hugging Face cache " + cache.path().string() +
          " (looked for models--gpt2-medium and models--openai-community--gpt2-medium); fetch "
          "it with `tacet pull gpt2-medium`, or set HF_HUB_CACHE to the cache that has it");
  EXPECT_THAT(error("a/b", "v1"), HasSubstr("`tacet pull a/b --revision v1`"));
  fs::create_directories(repo("a"));
  EXPECT_THAT(error("a"), HasSubstr("nothing of it is there"));
  put_file(repo("b"), "a file");
  EXPECT_THAT(error("b"), HasSubstr("is not in the Hugging Face cache"));
}

TEST_F(FindSnapshot, DamagedReferences) {
  put_repo(repo("a/b"), kCommitA);
  const fs::path main = repo("a/b") / "refs" / "main";
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("main"), std::string("../../../etc"),
        std::string(kCommitA).substr(1), std::string(kCommitA) + "0", std::string(5000, 'a')}) {
    put_file(main, text);
    EXPECT_THAT(error("a/b"), AllOf(HasSubstr(main.string() + " does not hold a commit"),
                                    HasSubstr("`tacet pull a/b`")));
  }
  fs::remove(main);
  fs::create_symlink("main", main);
  EXPECT_THAT(error("a/b"), HasSubstr("does not hold a commit"));
  fs::remove(main);
  fs::create_directory(main);
  EXPECT_THAT(error("a/b"), HasSubstr("has no revision 'main'"));
}

TEST_F(FindSnapshot, AReferenceToACommitThatIsNotThere) {
  put_repo(repo("a/b"), kCommitA);
  put_file(repo("a/b") / "refs" / "main", kCommitB);
  EXPECT_THAT(error("a/b"), AllOf(HasSubstr("'main' stands at the commit " + std::string(kCommitB)),
                                  HasSubstr("no snapshot")));
  put_file(repo("a/b") / "snapshots" / kCommitB, "a file");
  EXPECT_THAT(error("a/b"), HasSubstr("no snapshot"));
}

TEST_F(FindSnapshot, LinksThatLeadNowhere) {
  put_repo(repo("a/b"), kCommitA);
  const fs::path blob = repo("a/b") / "blobs" / "3a";
  fs::remove(blob);
  EXPECT_THAT(
      error("a/b"),
      AllOf(HasSubstr("its model.safetensors is a link to ../../blobs/3a, which is not there"),
            HasSubstr("`tacet pull a/b` fetches what is missing")));
  fs::create_directory(blob);
  EXPECT_THAT(error("a/b"), HasSubstr("../../blobs/3a, which is a folder"));
  fs::remove(blob);
  fs::create_symlink("3a", blob);
  EXPECT_THAT(error("a/b"), HasSubstr("../../blobs/3a, which leads to no file"));
  fs::remove(snapshot("a/b") / "model.safetensors");
  EXPECT_THAT(error("a/b"), HasSubstr("its weights have not been fetched"));
  fs::remove(snapshot("a/b") / "config.json");
  EXPECT_THAT(error("a/b"), HasSubstr("its config.json has not been fetched"));
}

TEST_F(FindSnapshot, ABrokenLinkThatIsNotNeededDoesNoHarm) {
  put_repo(repo("a/b"), kCommitA);
  fs::create_symlink("nowhere", snapshot("a/b") / "pytorch_model.bin");
  EXPECT_EQ(find("a/b").commit, kCommitA);
}

TEST_F(FindSnapshot, PicklesAreNotRead) {
  put_repo(repo("a/b"), kCommitA);
  fs::remove(snapshot("a/b") / "model.safetensors");
  put_file(snapshot("a/b") / "pytorch_model.bin", "PK");
  EXPECT_THAT(error("a/b"), AllOf(HasSubstr("pickle"), HasSubstr("convert them"),
                                  HasSubstr("`tacet pull a/b` fetches")));
  put_file(repo("a/b") / ".no_exist" / kCommitA / "model.safetensors", "");
  EXPECT_THAT(error("a/b"), AllOf(HasSubstr("pickle"), Not(HasSubstr("tacet pull"))));
}

TEST_F(FindSnapshot, WhatTheRepositoryLacksIsNotFetchedInVain) {
  put_repo(repo("a/b"), kCommitA);
  fs::remove(snapshot("a/b") / "model.safetensors");
  put_file(repo("a/b") / ".no_exist" / kCommitA / "model.safetensors", "");
  EXPECT_THAT(error("a/b"), AllOf(HasSubstr("the repository has no model.safetensors"),
                                  Not(HasSubstr("tacet pull"))));
  fs::remove(snapshot("a/b") / "config.json");
  put_file(repo("a/b") / ".no_exist" / kCommitA / "config.json", "");
  EXPECT_THAT(error("a/b"),
              AllOf(HasSubstr("the repository has no config.json"), Not(HasSubstr("tacet pull"))));
}

}  // namespace find_snapshot_test
}  // namespace tacet::hub
