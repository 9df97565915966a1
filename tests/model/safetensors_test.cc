#include "model/safetensors.h"

#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/files.h"

namespace tacet::model {
namespace safetensors_test {

using testing::as_bytes;
using ::testing::HasSubstr;
using testing::length_field;
using testing::model_error_of;
using ::testing::Not;
using testing::safetensors_bytes;

std::string error_of(const std::string& file) {
  return model_error_of([&] { parse_safetensors(as_bytes(file), "f.safetensors"); });
}

TEST(Safetensors, ReadsNamesTypesShapesAndPlaces) {
  const std::string file = safetensors_bytes(
      R"({"b":{"dtype":"F16","shape":[2],"data_offsets":[16,20]},)"
      R"("__metadata__":{"format":"pt"},)"
      R"("a":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16],"note":"ignored"},)"
      R"("s":{"shape":[],"dtype":"U8","data_offsets":[20,21]}})",
      21);
  const SafetensorsFile parsed = parse_safetensors(as_bytes(file), "f");
  EXPECT_EQ(parsed.data_offset, file.size() - 21);
  ASSERT_EQ(parsed.tensors.size(), 3U);
  EXPECT_EQ(parsed.tensors[0].name, "a");
  EXPECT_EQ(parsed.tensors[0].dtype, "I32");
  EXPECT_EQ(parsed.tensors[0].shape, (std::vector<std::uint64_t>{2, 2}));
  EXPECT_EQ(parsed.tensors[0].data.data(), as_bytes(file).data() + parsed.data_offset);
  EXPECT_EQ(parsed.tensors[0].data.size(), 16U);
  EXPECT_EQ(parsed.tensors[1].name, "b");
  EXPECT_EQ(parsed.tensors[1].data.data(), as_bytes(file).data() + parsed.data_offset + 16);
  EXPECT_EQ(parsed.tensors[2].name, "s");
  EXPECT_TRUE(parsed.tensors[2].shape.empty());
  EXPECT_EQ(parsed.metadata, (std::vector<std::pair<std::string, std::string>>{{"format", "pt"}}));
  EXPECT_TRUE(parse_safetensors(as_bytes(safetensors_bytes("{}", 0)), "f").metadata.empty());
}

// The vectors that the format's own tests accept.
TEST(Safetensors, AcceptsTheReferenceVectors) {
  for (const std::string& header :
       {std::string("{}      "), std::string("{}\r \t\n"), std::string("\t\n{}\r "),
        std::string(R"({"__metadata__":null})"), std::string(R"({"__metadata__":{}})")}) {
    EXPECT_EQ(error_of(safetensors_bytes(header, 0)), "") << header;
  }
  const std::string header = R"({"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}})";
  EXPECT_EQ(header.size(), 60U);
  EXPECT_EQ(error_of(safetensors_bytes(header, 16)), "");
  EXPECT_EQ(error_of(safetensors_bytes(
                R"({"test":{"dtype":"I32","shape":[2,0],"data_offsets":[0, 0]}})", 0)),
            "");
}

TEST(Safetensors, AcceptsEveryDtypeOfTheFormat) {
  for (const char* dtype :
       {"BOOL", "U8",  "I8",  "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
        "I16",  "U16", "F16", "BF16",    "I32",     "U32",     "F32",         "I64",
        "U64",  "F64", "C64", "F4",      "F6_E2M3", "F6_E3M2"}) {
    const std::string header =
        std::string(R"({"t":{"dtype":")") + dtype + R"(","shape":[0,4],"data_offsets":[0,0]}})";
    EXPECT_EQ(error_of(safetensors_bytes(header, 0)), "") << dtype;
  }
  // Sub-byte numbers are packed: four of 6 bits are 3 bytes, two of 4 bits are one.
  EXPECT_EQ(
      error_of(safetensors_bytes(R"({"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]},)"
                                 R"("b":{"dtype":"F4","shape":[2],"data_offsets":[3,4]}})",
                                 4)),
      "");
}

TEST(Safetensors, AcceptsAZeroBeforeHugeDimensionsOnly) {
  const std::string huge = "9223372036854775807";
  const auto header = [](const std::string& shape) {
    return R"({"t":{"dtype":"F32","shape":[)" + shape + R"(],"data_offsets":[0,0]}})";
  };
  EXPECT_EQ(error_of(safetensors_bytes(header("0," + huge + "," + huge), 0)), "");
  EXPECT_THAT(error_of(safetensors_bytes(header(huge + "," + huge + ",0"), 0)),
              HasSubstr("overflows 64 bits"));
}

struct BrokenFile {
  const char* what;
  std::string bytes;
  const char* message;
};

void PrintTo(const BrokenFile& file, std::ostream* out) {
  *out << file.what;
}

std::string one_tensor(std::string_view entry, std::size_t data_bytes) {
  return safetensors_bytes(std::string(R"({"t":)") + std::string(entry) + "}", data_bytes);
}

std::string two_tensors(std::string_view a, std::string_view b, std::size_t data_bytes) {
  return safetensors_bytes(
      std::string(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)") + std::string(a) +
          R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + std::string(b) + "}}",
      data_bytes);
}

std::string deep_json() {
  return R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
}

const BrokenFile kBrokenFiles[] = {
    {"nothing", "", "0 bytes are too few"},
    {"seven bytes", std::string(7, '\0'), "7 bytes are too few"},
    {"LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
     "git-LFS pointer"},
    {"length with the top byte set", std::string(7, '\0') + "\xFF", "header too large"},
    {"length of 100,000,001", length_field(100'000'001), "header too large"},
    {"length that wraps when 8 is added", length_field(0xFFFFFFFFFFFFFFFC), "header too large"},
    {"length alone", length_field(60), "invalid header length"},
    {"length one too large", length_field(3) + "{}", "invalid header length"},
    {"empty header", length_field(0), "not JSON"},
    {"header not UTF-8", length_field(1) + "\xFF", "not UTF-8"},
    {"cut header", length_field(1) + "{", "not JSON"},
    {"byte order mark", safetensors_bytes("\xEF\xBB\xBF{}", 0), "byte order mark"},
    {"something after the value", safetensors_bytes("{} x", 0), "not JSON"},
    {"NUL after the value", safetensors_bytes(std::string_view("{}\0", 3), 0), "NUL byte"},
    {"deep nesting", safetensors_bytes(deep_json(), 0), "nested deeper"},
    {"array", safetensors_bytes("[]", 0), "not a JSON object"},
    {"number", safetensors_bytes("7", 0), "not a JSON object"},
    {"metadata with a number", safetensors_bytes(R"({"__metadata__":{"n":1}})", 0),
     "must be an object of strings"},
    {"metadata an array", safetensors_bytes(R"({"__metadata__":["n"]})", 0),
     "must be an object of strings"},
    {"metadata twice", safetensors_bytes(R"({"__metadata__":{},"__metadata__":{}})", 0),
     "stands twice"},
    {"entry not an object", one_tensor("[]", 0), "tensor 't': its entry is not an object"},
    {"no dtype", one_tensor(R"({"shape":[],"data_offsets":[0,1]})", 1), "'dtype' is missing"},
    {"no shape", one_tensor(R"({"dtype":"U8","data_offsets":[0,1]})", 1), "'shape' is missing"},
    {"no offsets", one_tensor(R"({"dtype":"U8","shape":[]})", 1), "'data_offsets' is missing"},
    {"dtype a number", one_tensor(R"({"dtype":8,"shape":[],"data_offsets":[0,1]})", 1),
     "'dtype' is not a string"},
    {"unknown dtype", one_tensor(R"({"dtype":"F128","shape":[],"data_offsets":[0,16]})", 16),
     "unknown dtype 'F128'"},
    {"shape a number", one_tensor(R"({"dtype":"U8","shape":1,"data_offsets":[0,1]})", 1),
     "'shape' is not an array"},
    {"negative dimension", one_tensor(R"({"dtype":"U8","shape":[-1],"data_offsets":[0,1]})", 1),
     "'shape' is not an array of unsigned"},
    {"fractional dimension", one_tensor(R"({"dtype":"U8","shape":[1.0],"data_offsets":[0,1]})", 1),
     "'shape' is not an array of unsigned"},
    {"dimension with an exponent",
     one_tensor(R"({"dtype":"U8","shape":[1e0],"data_offsets":[0,1]})", 1),
     "'shape' is not an array of unsigned"},
    {"dimension beyond 64 bits",
     one_tensor(R"({"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,0]})", 0),
     "'shape' is not an array of unsigned"},
    {"dimension that no double holds",
     one_tensor(R"({"dtype":"U8","shape":[1e999],"data_offsets":[0,0]})", 0), "header"},
    {"dimension a string", one_tensor(R"({"dtype":"U8","shape":["1"],"data_offsets":[0,1]})", 1),
     "'shape' is not an array of unsigned"},
    {"one offset", one_tensor(R"({"dtype":"U8","shape":[],"data_offsets":[0]})", 1), "not a pair"},
    {"three offsets", one_tensor(R"({"dtype":"U8","shape":[],"data_offsets":[0,1,2]})", 1),
     "not a pair"},
    {"negative offset", one_tensor(R"({"dtype":"U8","shape":[],"data_offsets":[-1,0]})", 1),
     "not a pair"},
    {"tensor twice",
     safetensors_bytes(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                       R"("t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                       1),
     "stands twice"},
    {"dtype twice",
     one_tensor(R"({"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]})", 1),
     "stands twice"},
    {"two tensors on one range", two_tensors("[0,4]", "[0,4]", 4), "invalid offset"},
    {"overlap", two_tensors("[0,4]", "[3,7]", 7), "tensor 'b': invalid offset"},
    {"hole", two_tensors("[0,4]", "[5,9]", 9), "it must begin at 4"},
    {"first begin not 0", two_tensors("[4,8]", "[8,12]", 12), "it must begin at 0"},
    {"end before begin", two_tensors("[0,4]", "[4,0]", 8), "invalid offset"},
    {"offsets near 2^64", two_tensors("[0,4]", "[4,18446744073709551615]", 8), "need 4"},
    {"product overflows",
     one_tensor(R"({"dtype":"I32","shape":[2,18446744073709551614],"data_offsets":[0,16]})", 16),
     "overflows 64 bits"},
    {"bytes overflow",
     one_tensor(R"({"dtype":"F32","shape":[2,9223372036854775807],"data_offsets":[0,16]})", 16),
     "overflows 64 bits"},
    // 2^32 * 2^32 wraps to 0, which must not excuse the bounds from being checked.
    {"product wraps to zero",
     one_tensor(R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]})", 0),
     "overflows 64 bits"},
    {"half a byte", one_tensor(R"({"dtype":"F4","shape":[3],"data_offsets":[0,1]})", 1),
     "not a whole number of bytes"},
    {"offsets shorter than the shape",
     one_tensor(R"({"dtype":"I32","shape":[2,2],"data_offsets":[0,4]})", 0),
     "hold 4 bytes, but shape [2, 2] and dtype I32 need 16"},
    {"offsets longer than the shape",
     one_tensor(R"({"dtype":"U8","shape":[2,0],"data_offsets":[0,4]})", 4), "need 0"},
    {"two bytes missing", one_tensor(R"({"dtype":"I32","shape":[2,2],"data_offsets":[0,16]})", 14),
     "16 bytes of data, but only 14 are there"},
    {"bytes behind", one_tensor(R"({"dtype":"I32","shape":[2,2],"data_offsets":[0,16]})", 20),
     "4 bytes follow the 16"},
    {"bytes behind nothing", safetensors_bytes("{}", 1), "1 bytes follow the 0"},
};

class BrokenSafetensors : public ::testing::TestWithParam<BrokenFile> {};

TEST_P(BrokenSafetensors, IsRefusedWithTheReason) {
  const std::string error = error_of(GetParam().bytes);
  EXPECT_THAT(error, HasSubstr(GetParam().message));
  EXPECT_THAT(error, HasSubstr("f.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenSafetensors, ::testing::ValuesIn(kBrokenFiles));

TEST(Safetensors, MessagesStayShortAndPrintable) {
  const std::string name = "\\u001b[31m" + std::string(100'000, 'x');
  const std::string error = error_of(safetensors_bytes("{\"" + name + "\":1}", 0));
  EXPECT_LT(error.size(), 400U);
  EXPECT_THAT(error, Not(HasSubstr("\x1b")));
  EXPECT_THAT(error, HasSubstr("..."));
}

// Whatever a damaged header says, the parser ends with views inside the file or with ModelError.
TEST(Safetensors, RandomDamageNeverLeavesTheFile) {
  const std::string whole = two_tensors("[0,4]", "[4,8]", 8);
  std::mt19937 random(7);
  int accepted = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string file = whole;
    const std::size_t changes = 1 + random() % 3;
    for (std::size_t i = 0; i < changes; ++i) {
      file[random() % file.size()] = static_cast<char>(random() % 256);
    }
    file.resize(file.size() - (random() % 4 == 0 ? random() % file.size() : 0));
    try {
      const SafetensorsFile parsed = parse_safetensors(as_bytes(file), "f");
      for (const StoredTensor& tensor : parsed.tensors) {
        EXPECT_GE(tensor.data.data(), as_bytes(file).data());
        EXPECT_LE(tensor.data.data() + tensor.data.size(), as_bytes(file).data() + file.size());
      }
      ++accepted;
    } catch (const ModelError&) {
      continue;
    }
  }
  EXPECT_GT(accepted, 0);  // damage to the data or to a name is no damage
}

TEST(FormatShape, ShowsAllOrTheFirstDimensions) {
  EXPECT_EQ(format_shape({}), "[]");
  EXPECT_EQ(format_shape(std::vector<std::uint64_t>{50257, 768}), "[50257, 768]");
  EXPECT_EQ(format_shape(std::vector<std::uint64_t>(9, 1)), "[1, 1, 1, 1, 1, 1, 1, 1, ...]");
}

}  // namespace safetensors_test
}  // namespace tacet::model
