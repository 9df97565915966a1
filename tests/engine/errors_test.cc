// Everything that the engine refuses, and what it says.
#include <filesystem>
#include <fstream>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/forward.h"

namespace tacet {
namespace errors_test {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TinyModel;
using testing::TinyModelOptions;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The text of the error of type E that the run ends with.
template <typename E>
std::string error_of(const Model& model, const std::vector<std::int32_t>& ids,
                     const std::vector<Intervention>& interventions = {}, int threads = 1) {
  try {
    forward(model, ids, interventions, threads);
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another error: ") + error.what();
  }
  return "no error";
}

class Refused : public ::testing::Test {
 protected:
  TinyModel tiny{TinyModelOptions{}};  // 2 x 2, 32 ids, 16 positions
  const std::vector<std::int32_t> ids = {1, 2, 3};
};

TEST_F(Refused, NoTokens) {
  EXPECT_THAT(error_of<InputError>(tiny.model, {}), HasSubstr("no tokens"));
}

TEST_F(Refused, MoreTokensThanPositions) {
  EXPECT_THAT(error_of<InputError>(tiny.model, std::vector<std::int32_t>(17, 1)),
              AllOf(HasSubstr("17 tokens"), HasSubstr("16 positions")));
  EXPECT_EQ(error_of<InputError>(tiny.model, std::vector<std::int32_t>(16, 1)), "no error");
}

TEST_F(Refused, IdsOutsideTheVocabulary) {
  EXPECT_THAT(error_of<UsageError>(tiny.model, {1, 32, 3}),
              AllOf(HasSubstr("token id 32 (number 1 "), HasSubstr("0 to 31")));
  EXPECT_THAT(error_of<UsageError>(tiny.model, {-1}), HasSubstr("token id -1"));
  EXPECT_EQ(error_of<UsageError>(tiny.model, {0, 31}), "no error");
}

TEST_F(Refused, HeadsOutsideTheShape) {
  for (const Head head : {Head{2, 0}, Head{-1, 0}, Head{0, 2}, Head{0, -1}}) {
    EXPECT_THAT(
        error_of<UsageError>(tiny.model, ids, {{{head}, {}, {}}}),
        AllOf(HasSubstr(to_string(head)), HasSubstr("blocks 0 to 1"), HasSubstr("heads 0 to 1")));
  }
  EXPECT_THAT(error_of<UsageError>(tiny.model, ids, {{{}, {}, {}}}),
              HasSubstr("at least one head"));
}

TEST_F(Refused, PositionsOutsideThePrompt) {
  for (const int position : {3, -1}) {
    EXPECT_THAT(error_of<UsageError>(tiny.model, ids, {{{{0, 0}}, {position}, {}}}),
                AllOf(HasSubstr("position " + std::to_string(position)), HasSubstr("0 to 2")));
  }
}

TEST_F(Refused, ANegativeNumberOfThreads) {
  EXPECT_THAT(error_of<UsageError>(tiny.model, ids, {}, -1), HasSubstr("threads"));
}

TEST_F(Refused, MoreThreadsThanCoresIsFine) {
  EXPECT_EQ(error_of<UsageError>(tiny.model, ids, {}, 64), "no error");
}

TEST_F(Refused, PartsOfRowsToUnembed) {
  for (const std::size_t size : {0U, 7U, 9U}) {
    const std::vector<float> normed(size);
    try {
      unembed(tiny.model, normed, 1);
      FAIL() << size;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("rows of 8"), HasSubstr(std::to_string(size))));
    }
  }
}

struct Poison {
  const char* tensor;
  std::size_t index;
  float value;
  const char* place;
  const char* at;
};

void PrintTo(const Poison& value, std::ostream* out) {
  *out << value.tensor;
}

class NotFinite : public ::testing::TestWithParam<Poison> {};

TEST_P(NotFinite, NamesTheFirstBlockAndTheTensor) {
  const Poison& poison = GetParam();
  for (const char* dtype : {"F32", "F16", "BF16"}) {
    TinyModelOptions options;
    options.n_layer = 3;
    options.dtype = dtype;
    options.edit = testing::set_value(poison.tensor, poison.index, poison.value);
    const TinyModel tiny(options);
    const Intervention cut{{{2, 0}}, {}, {}};
    EXPECT_THAT(error_of<NumericError>(tiny.model, {1, 2, 3}, {cut}),
                AllOf(HasSubstr(poison.place), HasSubstr(std::string(poison.tensor) + " holds"),
                      HasSubstr(poison.at), Not(HasSubstr("silenced"))));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tensors, NotFinite,
    ::testing::Values(Poison{"wte.weight", 2 * 8 + 5, kNan, "token 1 is not finite from the emb",
                             "nan at [2, 5]"},
                      Poison{"wpe.weight", 2 * 8, kInfinity, "token 2 is not finite from the emb",
                             "inf at [2, 0]"},
                      Poison{"h.0.ln_1.weight", 3, kNan, "block 0 (hidden_states[1])", "[0, 3]"},
                      Poison{"h.1.attn.c_attn.weight", 24 + 17, kNan, "block 1 ", "[1, 17]"},
                      Poison{"h.1.attn.c_proj.bias", 0, -kInfinity, "block 1 ", "-inf at [0, 0]"},
                      Poison{"h.2.mlp.c_fc.bias", 31, kNan, "block 2 ", "[0, 31]"},
                      Poison{"h.2.mlp.c_proj.weight", 8, kInfinity, "block 2 ", "[1, 0]"},
                      Poison{"ln_f.bias", 7, kNan, "the output of ln_f", "[0, 7]"}),
    [](const auto& param) {
      std::string name = param.param.tensor;
      std::erase_if(name, [](char c) { return c == '.'; });
      return name;
    });

TEST(NotFinite, APoisonedEntryThatNothingReadsIsNoError) {
  TinyModelOptions options;
  options.edit = testing::set_value("wte.weight", 9 * 8, kNan);  // id 9 is not in the prompt
  const TinyModel tiny(options);
  EXPECT_EQ(error_of<NumericError>(tiny.model, {1, 2, 3}), "no error");
}

TEST(NotFinite, AnOverflowWithoutABadWeightIsCalledOne) {
  TinyModelOptions options;
  options.edit = [](testing::MadeTensor& tensor) {
    if (tensor.name == "h.1.mlp.c_fc.bias" || tensor.name == "h.1.mlp.c_proj.weight") {
      tensor.values.assign(tensor.values.size(), 1e30F);
    }
  };
  const TinyModel tiny(options);
  EXPECT_THAT(error_of<NumericError>(tiny.model, {1, 2, 3}),
              AllOf(HasSubstr("block 1 "), HasSubstr("overflowed")));
}

TEST(NotFinite, AnOverflowByTheInterventionNamesIt) {
  const TinyModel tiny(TinyModelOptions{});
  const Intervention harmless{{{0, 0}}, {}, {}};
  const Intervention huge{{{1, 1}}, {1}, {std::numeric_limits<float>::max()}};
  EXPECT_THAT(error_of<NumericError>(tiny.model, {1, 2, 3}, {harmless, huge}),
              AllOf(HasSubstr("token 1 "), HasSubstr("block 1 "), HasSubstr("L1H1 silenced"),
                    HasSubstr("smaller scale")));
}

TEST(ChangedFile, EndsInAnErrorNotInNumbers) {
  for (const bool grow : {true, false}) {
    const TinyModel tiny(TinyModelOptions{});
    const std::filesystem::path file = tiny.folder / "model.safetensors";
    const auto size = std::filesystem::file_size(file);
    std::filesystem::resize_file(file, grow ? size + 100 : 100);
    EXPECT_THAT(error_of<ModelError>(tiny.model, {1, 2, 3}), HasSubstr("model.safetensors"));
    EXPECT_THROW(unembed(tiny.model, std::vector<float>(8), 1), ModelError);
  }
}

}  // namespace errors_test
}  // namespace tacet
