#include "hub/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::hub {
namespace address_test {

using ::testing::HasSubstr;
using ::testing::Not;

std::string message_of(const std::string& address) {
  try {
    const Address made(address);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "";
}

TEST(Address, TakesHttpsAnywhereAndHttpOnThisMachine) {
  for (const char* const text :
       {"https://huggingface.co/gpt2", "http://127.0.0.1:8080/x", "http://127.9.8.7/",
        "http://localhost/", "http://LOCALHOST/", "http://[::1]:1/", "http://0x7f.1/"}) {
    EXPECT_EQ(message_of(text), "") << text;
  }
  for (const char* const text :
       {"http://huggingface.co/", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
        "http://[::2]/", "http://128.0.0.1/", "http://0.0.0.0/", "http://localhost./"}) {
    EXPECT_THAT(message_of(text), HasSubstr("not encrypted")) << text;
  }
  for (const char* const text : {"", "huggingface.co", "ftp://localhost/", "file:///etc/passwd",
                                 "https://", "https://[", "https://a b/"}) {
    EXPECT_THAT(message_of(text), HasSubstr("no http or https address")) << text;
  }
}

TEST(Address, MessagesHoldNoSecrets) {
  const std::string password = message_of("https://me:secret@huggingface.co/");
  EXPECT_THAT(password, HasSubstr("HF_TOKEN"));
  EXPECT_THAT(password, Not(HasSubstr("secret")));
  EXPECT_THAT(message_of("http://example.com/?signature=secret"), Not(HasSubstr("secret")));
  EXPECT_THAT(message_of("ftp://me:secret@example.com/"), Not(HasSubstr("example.com")));
}

TEST(Address, ResolvesWhatItIsRedirectedTo) {
  const Address address("https://hub.example/a/resolve/main/b?x=1");
  EXPECT_EQ(address.resolve("/api/c?etag=%22x%22").text(),
            "https://hub.example/api/c?etag=%22x%22");
  EXPECT_EQ(address.resolve("d").text(), "https://hub.example/a/resolve/main/d");
  EXPECT_EQ(address.resolve("//store.example/e").text(), "https://store.example/e");
  EXPECT_EQ(address.resolve("https://store.example/e#part").text(), "https://store.example/e");
  EXPECT_THROW(address.resolve("http://localhost/e"), ModelError);
  EXPECT_THROW(address.resolve("ftp://store.example/"), ModelError);
}

TEST(Address, AnOriginIsSchemeHostAndPort) {
  const Address hub("https://hub.example/a");
  EXPECT_TRUE(hub.same_origin(Address("https://hub.example:443/b")));
  EXPECT_TRUE(hub.same_origin(Address("https://HUB.example/b")));
  EXPECT_FALSE(hub.same_origin(Address("https://hub.example:444/b")));
  EXPECT_FALSE(hub.same_origin(Address("https://hub.example.com/b")));
  EXPECT_FALSE(hub.same_origin(Address("https://cdn.hub.example/b")));
  EXPECT_FALSE(Address("http://localhost/").same_origin(Address("http://127.0.0.1/")));
  EXPECT_EQ(hub.origin(), "https://hub.example:443");
}

TEST(PercentEncoded, KeepsWhatIsPlain) {
  EXPECT_EQ(percent_encoded("refs/pr/1"), "refs%2Fpr%2F1");
  EXPECT_EQ(percent_encoded("a/b c#?%.txt", "/"), "a/b%20c%23%3F%25.txt");
  EXPECT_EQ(percent_encoded("\xC3\xA9-._~Az09"), "%C3%A9-._~Az09");
}

}  // namespace address_test
}  // namespace tacet::hub
