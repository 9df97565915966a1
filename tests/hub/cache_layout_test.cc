#include "hub/cache_layout.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::hub {
namespace cache_layout_test {

constexpr const char* kCommit = "607a30d783dfa663caf39e06633721c8d4cfcd7e";

TEST(CacheLayout, FoldersAreNamedAfterTheId) {
  EXPECT_EQ(folder_name(RepoId("gpt2")), "models--gpt2");
  EXPECT_EQ(folder_name(RepoId("openai-community/gpt2")), "models--openai-community--gpt2");
}

TEST(CacheLayout, AndTheIdAfterTheFolder) {
  for (const char* id : {"gpt2", "openai-community/gpt2-medium", "a_b/c.d"}) {
    EXPECT_EQ(repo_of_folder(folder_name(RepoId(id))), RepoId(id));
  }
  for (const char* name :
       {"datasets--a--b", "spaces--a--b", "models", "models--", "models--a--b--c", "models---a",
        "models--a--", "models--a b", ".locks", "version.txt"}) {
    EXPECT_EQ(repo_of_folder(name), std::nullopt) << name;
  }
}

TEST(CacheLayout, Paths) {
  const RepoFolder repo("/hub", RepoId("org/name"));
  const std::string root = "/hub/models--org--name";
  EXPECT_EQ(repo.path(), root);
  EXPECT_EQ(repo.blob("abc"), root + "/blobs/abc");
  EXPECT_EQ(repo.incomplete_blob("abc"), root + "/blobs/abc.incomplete");
  EXPECT_EQ(repo.lock("abc"), "/hub/.locks/models--org--name/abc.lock");
  EXPECT_EQ(repo.ref("main"), root + "/refs/main");
  EXPECT_EQ(repo.ref("refs/pr/1"), root + "/refs/refs/pr/1");
  EXPECT_EQ(repo.snapshot(kCommit), root + "/snapshots/" + kCommit);
  EXPECT_EQ(repo.snapshot_file(kCommit, "a/b.json"), root + "/snapshots/" + kCommit + "/a/b.json");
  EXPECT_EQ(repo.no_exist(kCommit, "x"), root + "/.no_exist/" + kCommit + "/x");
}

TEST(CacheLayout, LinksLeadFromTheSnapshotToTheBlob) {
  const RepoFolder repo("/hub", RepoId("org/name"));
  EXPECT_EQ(repo.link_target("config.json", "abc"), "../../blobs/abc");
  EXPECT_EQ(repo.link_target("a/b/c.json", "abc"), "../../../../blobs/abc");
  const auto link = repo.snapshot_file(kCommit, "a/b/c.json");
  EXPECT_EQ((link.parent_path() / repo.link_target("a/b/c.json", "abc")).lexically_normal(),
            repo.blob("abc"));
}

TEST(CacheLayout, NothingLeadsOutOfTheFolder) {
  const RepoFolder repo("/hub", RepoId("org/name"));
  for (const std::string_view name : std::initializer_list<std::string_view>{
           "", ".", "..", "../a", "a/../b", "a/..", "/a", "a//b", "a/", "./a", "a/./b", "a\\b",
           "..\\a", "C:a", "\\\\host\\a", "a\nb", "a\x7f", std::string_view("a\0b", 3)}) {
    EXPECT_FALSE(is_safe_path(name)) << name;
    EXPECT_THROW(repo.snapshot_file(kCommit, name), ModelError) << name;
    EXPECT_THROW(repo.no_exist(kCommit, name), ModelError) << name;
    EXPECT_THROW(repo.link_target(name, "abc"), ModelError) << name;
    EXPECT_THROW(repo.blob(name), ModelError) << name;
  }
  EXPECT_THROW(repo.blob("a/b"), ModelError);
  EXPECT_THROW(repo.incomplete_blob("a/b"), ModelError);
  EXPECT_THROW(repo.lock("../a"), ModelError);
  EXPECT_THROW(repo.snapshot("main"), ModelError);
  EXPECT_THROW(repo.snapshot("../../etc"), ModelError);
  EXPECT_THROW(repo.ref("../main"), UsageError);
  for (const char* name : {"config.json", "a/b/c", "..a", "a..", "...", ".gitattributes", "a b"}) {
    EXPECT_TRUE(is_safe_path(name)) << name;
  }
}

TEST(CacheLayout, EtagsSayHowTheyCanBeChecked) {
  EXPECT_EQ(kind_of("248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"),
            EtagKind::sha256);
  EXPECT_EQ(kind_of("a16a55fda99d2f2e7b69cce5cf93ff4ad3049930"), EtagKind::git_sha1);
  EXPECT_EQ(kind_of("A16a55fda99d2f2e7b69cce5cf93ff4ad3049930"), EtagKind::other);
  EXPECT_EQ(kind_of(""), EtagKind::other);
  EXPECT_EQ(kind_of("\"abc\""), EtagKind::other);
}

}  // namespace cache_layout_test
}  // namespace tacet::hub
