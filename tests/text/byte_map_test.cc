#include "text/byte_map.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tacet::text {
namespace byte_map_test {

TEST(ByteMap, HasThePublishedCharacters) {
  EXPECT_EQ(character_of('\n'), "\u010A");
  EXPECT_EQ(character_of(' '), "\u0120");
  EXPECT_EQ(character_of(0x00), "\u0100");
  EXPECT_EQ(character_of(0x7F), "\u0121");
  EXPECT_EQ(character_of(0xA0), "\u0142");
  EXPECT_EQ(character_of(0xAD), "\u0143");
  EXPECT_EQ(character_of('!'), "!");
  EXPECT_EQ(character_of('~'), "~");
  EXPECT_EQ(character_of(0xA1), "\u00A1");
  EXPECT_EQ(character_of(0xAC), "\u00AC");
  EXPECT_EQ(character_of(0xAE), "\u00AE");
  EXPECT_EQ(character_of(0xFF), "\u00FF");
}

TEST(ByteMap, IsReversible) {
  std::set<std::string> seen;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string character = character_of(static_cast<std::uint8_t>(byte));
    EXPECT_TRUE(seen.insert(character).second);
    EXPECT_EQ(bytes_of(character), std::string(1, static_cast<char>(byte)));
  }
  EXPECT_EQ(bytes_of("\u0120caf\u00C3\u00A9"), " caf\xC3\xA9");
  EXPECT_EQ(bytes_of(""), "");
}

TEST(ByteMap, HasNoOtherCharacters) {
  for (const char* other :
       {" ", "a b", "\n", "\u00AD", "\u0080", "\u0144", "\u65E5", "\U0001F600"}) {
    EXPECT_FALSE(bytes_of(other)) << other;
  }
  EXPECT_FALSE(bytes_of("a\xC4"));
}

}  // namespace byte_map_test
}  // namespace tacet::text
