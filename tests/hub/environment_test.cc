#include "hub/environment.h"

#include <fstream>
#include <map>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace environment_test {

using ::testing::HasSubstr;
using ::testing::Not;
using Variables = std::map<std::string, std::string>;

Environment read(Variables variables) {
  variables.emplace("HOME", "/home/me");
  return read_environment([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(Environment, Defaults) {
  const Environment environment = read({});
  EXPECT_EQ(environment.cache, "/home/me/.cache/huggingface/hub");
  EXPECT_EQ(environment.token_path, "/home/me/.cache/huggingface/token");
  EXPECT_EQ(environment.endpoint, "https://huggingface.co");
  EXPECT_FALSE(environment.offline);
  EXPECT_EQ(environment.token, std::nullopt);
  EXPECT_TRUE(environment.send_token);
  EXPECT_TRUE(environment.symlinks);
  EXPECT_EQ(environment.progress, std::nullopt);
  EXPECT_EQ(environment.certificates, std::nullopt);
  EXPECT_EQ(environment.etag_timeout_s, 10);
  EXPECT_EQ(environment.download_timeout_s, 10);
}

TEST(Environment, CertificatesOfOnesOwn) {
  EXPECT_EQ(read({{"SSL_CERT_FILE", "/etc/own.pem"}}).certificates, "/etc/own.pem");
  EXPECT_EQ(read({{"SSL_CERT_FILE", ""}}).certificates, std::nullopt);
}

TEST(Environment, CachesOfTheUserAreWhereTheXdgSpecificationSays) {
  const auto caches = [](Variables variables) {
    variables.emplace("HOME", "/home/me");
    return read_user_caches([&](const char* name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
  };
  EXPECT_EQ(caches({}), "/home/me/.cache");
  EXPECT_EQ(caches({{"XDG_CACHE_HOME", "/xdg"}}), "/xdg");
  EXPECT_EQ(caches({{"XDG_CACHE_HOME", ""}}), "/home/me/.cache");
  EXPECT_EQ(caches({{"XDG_CACHE_HOME", "relative"}}), "/home/me/.cache");
}

TEST(Environment, TheCacheIsWhereTheMostSpecificVariableSays) {
  EXPECT_EQ(read({{"XDG_CACHE_HOME", "/xdg"}}).cache, "/xdg/huggingface/hub");
  EXPECT_EQ(read({{"XDG_CACHE_HOME", "/xdg"}, {"HF_HOME", "/hf"}}).cache, "/hf/hub");
  EXPECT_EQ(read({{"HF_HOME", "/hf"}, {"HUGGINGFACE_HUB_CACHE", "/old"}}).cache, "/old");
  EXPECT_EQ(read({{"HUGGINGFACE_HUB_CACHE", "/old"}, {"HF_HUB_CACHE", "/new"}}).cache, "/new");
  EXPECT_EQ(read({{"HF_HOME", "/hf"}, {"HF_HUB_CACHE", "/new"}}).token_path, "/hf/token");
  EXPECT_EQ(read({{"HF_HOME", "/hf"}, {"HF_TOKEN_PATH", "/t"}}).token_path, "/t");
}

TEST(Environment, AnEmptyVariableCountsAsNotSet) {
  const Environment environment = read({{"HF_HOME", ""},
                                        {"HF_HUB_CACHE", ""},
                                        {"XDG_CACHE_HOME", ""},
                                        {"HF_ENDPOINT", ""},
                                        {"HF_HUB_OFFLINE", ""},
                                        {"HF_TOKEN", ""},
                                        {"HUGGING_FACE_HUB_TOKEN", "old"},
                                        {"HF_HUB_ETAG_TIMEOUT", ""}});
  EXPECT_EQ(environment.cache, "/home/me/.cache/huggingface/hub");
  EXPECT_EQ(environment.endpoint, "https://huggingface.co");
  EXPECT_EQ(environment.token, "old");
  EXPECT_EQ(environment.etag_timeout_s, 10);
}

TEST(Environment, ExpandsPaths) {
  EXPECT_EQ(read({{"HF_HUB_CACHE", "~"}}).cache, "/home/me");
  EXPECT_EQ(read({{"HF_HUB_CACHE", "~/hub"}}).cache, "/home/me/hub");
  EXPECT_EQ(read({{"HF_HUB_CACHE", "/a/~/b~"}}).cache, "/a/~/b~");
  EXPECT_EQ(read({{"DISK", "/d"}, {"HF_HOME", "$DISK/hf"}}).cache, "/d/hf/hub");
  EXPECT_EQ(read({{"DISK", "/d"}, {"HF_HOME", "${DISK}1$DISK"}}).cache, "/d1/d/hub");
  EXPECT_EQ(read({{"DISK", "/d"}, {"XDG_CACHE_HOME", "$DISK"}}).cache, "/d/huggingface/hub");
  EXPECT_EQ(read({{"HF_HUB_CACHE", "/a/$NOT_SET/${NOR_THIS}/$/${/${}"}}).cache,
            "/a/$NOT_SET/${NOR_THIS}/$/${/${}");
}

TEST(Environment, SwitchesAreOnForFourWordsOnly) {
  for (const char* on : {"1", "ON", "on", "Yes", "true", "TRUE"}) {
    EXPECT_TRUE(read({{"HF_HUB_OFFLINE", on}}).offline) << on;
  }
  for (const char* off : {"0", "off", "no", "false", "2", "y", "enabled", " 1"}) {
    EXPECT_FALSE(read({{"HF_HUB_OFFLINE", off}}).offline) << off;
  }
  EXPECT_TRUE(read({{"TRANSFORMERS_OFFLINE", "1"}}).offline);
  EXPECT_TRUE(read({{"TRANSFORMERS_OFFLINE", "1"}, {"HF_HUB_OFFLINE", ""}}).offline);
  EXPECT_FALSE(read({{"TRANSFORMERS_OFFLINE", "1"}, {"HF_HUB_OFFLINE", "0"}}).offline);
  EXPECT_FALSE(read({{"HF_HUB_DISABLE_SYMLINKS", "1"}}).symlinks);
  EXPECT_EQ(read({{"HF_HUB_DISABLE_PROGRESS_BARS", "1"}}).progress, false);
  EXPECT_EQ(read({{"HF_HUB_DISABLE_PROGRESS_BARS", "0"}}).progress, true);
}

TEST(Environment, TheEndpointHasNoSlashAtItsEnd) {
  EXPECT_EQ(read({{"HF_ENDPOINT", "https://mirror.example//"}}).endpoint, "https://mirror.example");
}

TEST(Environment, TimeoutsAreWholeSeconds) {
  EXPECT_EQ(read({{"HF_HUB_DOWNLOAD_TIMEOUT", "120"}}).download_timeout_s, 120);
  for (const char* wrong : {"0", "-1", "1.5", "ten", "10s", "99999999999"}) {
    try {
      read({{"HF_HUB_ETAG_TIMEOUT", wrong}});
      ADD_FAILURE() << wrong;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("HF_HUB_ETAG_TIMEOUT"));
    }
  }
}

TEST(Environment, ReadsThisProcess) {
  EXPECT_FALSE(read_environment().cache.empty());
}

TEST(Token, IsTheVariableWithoutWhiteSpace) {
  EXPECT_EQ(find_token(read({{"HF_TOKEN", " hf_a\r\nb\n"}})), "hf_ab");
  EXPECT_EQ(find_token(read({{"HF_TOKEN", "new"}, {"HUGGING_FACE_HUB_TOKEN", "old"}})), "new");
}

TEST(Token, ElseTheFilesContent) {
  const testing::TempDir folder;
  const std::string file = folder / "token";
  const Variables where = {{"HF_TOKEN_PATH", file}};
  EXPECT_EQ(find_token(read(where)), std::nullopt);
  std::ofstream(file) << "hf_file\n";
  EXPECT_EQ(find_token(read(where)), "hf_file");
  EXPECT_EQ(find_token(read({{"HF_TOKEN_PATH", file}, {"HF_TOKEN", "hf_variable"}})),
            "hf_variable");
  EXPECT_EQ(find_token(read({{"HF_TOKEN_PATH", file}, {"HF_TOKEN", " \n"}})), "hf_file");
  std::ofstream(file) << " \n";
  EXPECT_EQ(find_token(read(where)), std::nullopt);
}

TEST(Token, IsNotSentWhenNotWanted) {
  EXPECT_EQ(find_token(read({{"HF_TOKEN", "a"}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}})),
            std::nullopt);
}

TEST(Token, AFileThatCannotBeReadIsAnErrorThatNamesIt) {
  const testing::TempDir folder;
  try {
    find_token(read({{"HF_TOKEN_PATH", folder.path().string()}}));
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr(folder.path().string()));
  }
}

}  // namespace environment_test
}  // namespace tacet::hub
