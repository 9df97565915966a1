#include "hub/content_hash.h"

#include <fstream>

#include <gtest/gtest.h>

namespace tacet::hub {
namespace content_hash_test {

std::string hash_of(EtagKind kind, std::string_view text) {
  ContentHash hash(kind, text.size());
  for (const char c : text) hash.update(std::string_view(&c, 1));
  return hash.finish();
}

TEST(ContentHash, IsWhatGitAndSha256sumSay) {
  EXPECT_EQ(hash_of(EtagKind::git_sha1, "Hello, World!"),
            "b45ef6fec89518d314f546fd6c3025367b721684");
  EXPECT_EQ(hash_of(EtagKind::git_sha1, ""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(hash_of(EtagKind::sha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of(EtagKind::other, "abc"), "");
}

TEST(HasContent, ComparesSizeAndHash) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "has_content";
  std::filesystem::create_directories(folder);
  const std::filesystem::path file = folder / "file";
  std::ofstream(file) << "Hello, World!";
  const ContentId id{13, EtagKind::git_sha1, "b45ef6fec89518d314f546fd6c3025367b721684"};
  EXPECT_TRUE(has_content(file, id));
  EXPECT_FALSE(has_content(file, {12, id.kind, id.hash}));
  EXPECT_FALSE(has_content(file, {13, id.kind, std::string(40, '0')}));
  EXPECT_TRUE(has_content(file, {13, EtagKind::other, ""}));
  EXPECT_FALSE(has_content(folder / "none", id));
  EXPECT_FALSE(has_content(folder, id));
  std::filesystem::remove_all(folder);
}

}  // namespace content_hash_test
}  // namespace tacet::hub
