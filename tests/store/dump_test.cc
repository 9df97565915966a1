#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/json_values.h"
#include "store/made_results.h"
#include "store/safetensors_header.h"
#include "support/temp_dir.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/version.h"

namespace tacet::store {
namespace dump_test {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::made_states;
using testing::TempDir;

constexpr int kTokens = 4;
constexpr int kWidth = 5;

SilenceResult result_with_states() {
  SilenceResult result = testing::made_silence();
  result.clean = made_states(0.5F);
  result.silenced = made_states(0.75F);
  return result;
}

/// A safetensors file, read by nothing but its definition.
struct Dump {
  Json header;
  std::size_t header_bytes = 0;
  std::string data;

  explicit Dump(const std::string& bytes) {
    for (std::size_t i = 0; i < 8; ++i) {
      header_bytes |= static_cast<std::size_t>(static_cast<unsigned char>(bytes.at(i))) << (8 * i);
    }
    header = Json::parse(bytes.substr(8, header_bytes));
    data = bytes.substr(8 + header_bytes);
  }

  std::vector<float> tensor(const std::string& name) const {
    const auto begin = header.at(name).at("data_offsets").at(0).get<std::size_t>();
    const auto end = header.at(name).at("data_offsets").at(1).get<std::size_t>();
    std::vector<float> values((end - begin) / sizeof(float));
    std::memcpy(values.data(), data.substr(begin, end - begin).data(), end - begin);
    return values;
  }
};

Dump written(const SilenceResult& result) {
  const TempDir folder;
  write_dump(result, Model::mini(), folder / "dump.safetensors");
  std::ifstream stream(folder / "dump.safetensors", std::ios::binary);
  return Dump({std::istreambuf_iterator<char>(stream), {}});
}

std::vector<float> rows_of(const States& states, int last_index) {
  std::vector<float> values;
  for (const int index : {0, 1, 2, last_index}) {
    values.insert(values.end(), states.state(index).begin(), states.state(index).end());
  }
  return values;
}

double cosine(std::span<const float> state, int i, int j) {
  double dot = 0;
  double norm_i = 0;
  double norm_j = 0;
  for (int k = 0; k < kWidth; ++k) {
    const double a = state[static_cast<std::size_t>(i * kWidth + k)];
    const double b = state[static_cast<std::size_t>(j * kWidth + k)];
    dot += a * b;
    norm_i += a * a;
    norm_j += b * b;
  }
  return dot / std::sqrt(norm_i * norm_j);
}

void expect_cosines(const std::vector<float>& found, const States& states, int last_index) {
  ASSERT_EQ(found.size(), 3U * kTokens * kTokens);
  std::size_t at = 0;
  for (const int index : {1, 2, last_index}) {
    for (int i = 0; i < kTokens; ++i) {
      for (int j = 0; j < kTokens; ++j, ++at) {
        if (i == j) {
          EXPECT_EQ(found[at], 1.0F);
        } else {
          // Half a unit in the last place of a float below 1, and room for double's own rounding.
          EXPECT_NEAR(found[at], cosine(states.state(index), i, j), 3.1e-8) << index << i << j;
          EXPECT_EQ(std::bit_cast<std::uint32_t>(found[at]),
                    std::bit_cast<std::uint32_t>(
                        found[at + static_cast<std::size_t>((j - i) * (kTokens - 1))]));
        }
      }
    }
  }
}

TEST(Dump, HoldsStatesAndCosines) {
  const SilenceResult result = result_with_states();
  const Dump dump = written(result);
  EXPECT_EQ(dump.tensor("clean"), rows_of(result.clean, 3));
  EXPECT_EQ(dump.tensor("silenced"), rows_of(result.silenced, 3));
  expect_cosines(dump.tensor("cosine.clean"), result.clean, 3);
  expect_cosines(dump.tensor("cosine.silenced"), result.silenced, 3);
}

TEST(Dump, EndsInTheFinalNormWithHuggingFacesStates) {
  SilenceResult result = result_with_states();
  result.states = StatesKind::hf;
  const Dump dump = written(result);
  EXPECT_EQ(dump.tensor("clean"), rows_of(result.clean, 4));
  EXPECT_EQ(dump.tensor("silenced"), rows_of(result.silenced, 4));
  expect_cosines(dump.tensor("cosine.clean"), result.clean, 4);
  expect_cosines(dump.tensor("cosine.silenced"), result.silenced, 4);
  EXPECT_EQ(dump.header.at("__metadata__").at("states"), "hf");
}

TEST(Dump, HasTheHeaderOfTheFormat) {
  const Dump dump = written(result_with_states());
  EXPECT_EQ(dump.header_bytes % 8, 0U);
  EXPECT_EQ(dump.header.dump(),
            std::string(R"({"__metadata__":{"format":"pt","tacet_version":")") + kVersion +
                R"(","model":"mini","fingerprint":")" + Model::mini().fingerprint() +
                R"(","intervention":"L1H0+L1H3","mode":"scale:0.5","positions":"1,2",)"
                R"("states":"block","cosine":"raw","token_ids":"7,8,9,10"},)"
                R"("clean":{"dtype":"F32","shape":[4,4,5],"data_offsets":[0,320]},)"
                R"("silenced":{"dtype":"F32","shape":[4,4,5],"data_offsets":[320,640]},)"
                R"("cosine.clean":{"dtype":"F32","shape":[3,4,4],"data_offsets":[640,832]},)"
                R"("cosine.silenced":{"dtype":"F32","shape":[3,4,4],"data_offsets":[832,1024]}})");
  EXPECT_EQ(dump.data.size(), 1024U);
}

TEST(Dump, SaysAllWhereNothingRestrictsThePositions) {
  SilenceResult result = result_with_states();
  result.intervention.positions.clear();
  EXPECT_EQ(written(result).header.at("__metadata__").at("positions"), "all");
}

TEST(Dump, WideRowsAreSummedWhole) {
  // 19 values: no multiple of what is summed at a time; the rest of three must not be lost.
  SilenceResult result = testing::made_silence();
  States states(1, 2, 19);
  for (int index = 0; index < 3; ++index) {
    std::ranges::fill(states.state(index), 1.0F);
    for (std::size_t k = 16; k < 19; ++k) states.state(index)[k] = -1.0F;
  }
  result.clean = states;
  result.silenced = states;
  const std::vector<float> cosines = written(result).tensor("cosine.clean");
  EXPECT_THAT(cosines, ::testing::ElementsAre(1.0F, ::testing::FloatEq(13.0F / 19.0F),
                                              ::testing::FloatEq(13.0F / 19.0F), 1.0F));
}

TEST(Dump, NeedsStates) {
  const auto dump = [](const SilenceResult& result) {
    write_dump(result, Model::mini(), "unused.safetensors");
  };
  EXPECT_THROW(dump(testing::made_silence()), UsageError);
  SilenceResult half = result_with_states();
  half.silenced = States();
  EXPECT_THROW(dump(half), UsageError);
  EXPECT_FALSE(fs::exists("unused.safetensors"));
}

TEST(Dump, RefusesStatesWithoutACosineAndLeavesNothing) {
  const TempDir folder;
  for (const float bad :
       {0.0F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    SilenceResult result = result_with_states();
    for (std::size_t k = 10; k < 15; ++k) result.silenced.state(2)[k] = bad;
    try {
      write_dump(result, Model::mini(), folder / "dump");
      ADD_FAILURE() << bad;
    } catch (const NumericError& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr("block 1 at position 2"), HasSubstr("'cosine.silenced'")));
    }
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Dump, TellsAFullDevice) {
  try {
    write_dump(result_with_states(), Model::mini(), "/dev/full");
    ADD_FAILURE();
  } catch (const OutputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot write '/dev/full': No space left on device"));
  }
}

TEST(SafetensorsHeader, IsPaddedForEveryLength) {
  for (std::size_t length = 1; length < 20; ++length) {
    const std::vector<TensorEntry> tensors = {{std::string(length, 'n'), {2, 0}}};
    const std::string header = safetensors_header(tensors, {});
    EXPECT_EQ(header.size() % 8, 0U);
    const Dump dump(header);
    EXPECT_EQ(dump.header_bytes, header.size() - 8);
    EXPECT_EQ(dump.header.dump(), "{\"" + std::string(length, 'n') +
                                      R"(":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}})");
  }
}

}  // namespace dump_test
}  // namespace tacet::store
