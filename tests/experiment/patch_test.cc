// patch against PyTorch in float64 (tests/golden), against the slow way in double, and what holds
// whatever the model.
#include "tacet/patch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "experiment/prompts.h"
#include "support/golden_file.h"
#include "support/reference.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/forward.h"

namespace tacet {
namespace patch_test {

using ::testing::HasSubstr;
using testing::ids_in;
using testing::prompt_of;
using ::testing::SizeIs;
using testing::TinyModel;

constexpr std::array kBys = {PatchBy::head, PatchBy::head_position, PatchBy::block_position};
constexpr std::array kDirections = {PatchDirection::denoise, PatchDirection::noise};
/// Float32 states of order 10, and a difference of two logits.
constexpr double kTolerance = 5e-5;

PatchOptions options_of(PatchBy by, PatchDirection direction = PatchDirection::denoise) {
  PatchOptions options;
  options.by = by;
  options.direction = direction;
  return options;
}

class PatchGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(PatchGolden, AgreesWithPyTorch) {
  const testing::GoldenFile file(fmt::format("{}/{}.safetensors", TACET_TEST_DATA, GetParam()));
  const nlohmann::json golden =
      nlohmann::json::parse(std::ifstream(TACET_TEST_DATA "/patch.json")).at(GetParam());
  const Model model = Model::load(file.folder.path());
  const auto ids = [&](const char* name) {
    return golden.at(name).get<std::vector<std::int32_t>>();
  };
  const PatchPair pair{.clean = prompt_of(ids("clean")),
                       .corrupt = prompt_of(ids("corrupt")),
                       .target = {golden.at("target").get<int>(), ""},
                       .contrast = {golden.at("contrast").get<int>(), ""}};
  const auto clean = golden.at("logit_diff").at("clean").get<double>();
  const auto corrupt = golden.at("logit_diff").at("corrupt").get<double>();
  for (const PatchDirection direction : kDirections) {
    double strongest = 0;
    for (const PatchBy by : kBys) {
      SCOPED_TRACE(fmt::format("{} by {}", to_string(direction), to_string(by)));
      const PatchResult result = patch(model, {&pair, 1}, options_of(by, direction));
      EXPECT_NEAR(result.clean_logit_diff, clean, kTolerance);
      EXPECT_NEAR(result.corrupt_logit_diff, corrupt, kTolerance);
      const auto expected = golden.at(std::string(to_string(direction)))
                                .at(std::string(to_string(by)))
                                .get<std::vector<double>>();
      ASSERT_THAT(result.cells, SizeIs(expected.size()));
      const double start = direction == PatchDirection::denoise ? corrupt : clean;
      const double end = direction == PatchDirection::denoise ? clean : corrupt;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_NEAR(result.cells[i].logit_diff, expected[i], kTolerance) << i;
        EXPECT_NEAR(*result.cells[i].recovered, (expected[i] - start) / (end - start), 1e-3) << i;
        strongest = std::max(strongest, std::abs(expected[i] - start));
      }
    }
    // Else the comparison would pass with patches that are not made.
    EXPECT_GT(strongest, 0.01);
  }
}

INSTANTIATE_TEST_SUITE_P(Torch, PatchGolden,
                         ::testing::Values("torch_small", "torch_wide", "torch_half",
                                           "torch_bfloat", "torch_silu"),
                         [](const auto& param) { return std::string(param.param); });

/// A small model and two prompts that differ at positions 2 and 5.
class Patch : public ::testing::Test {
 protected:
  static constexpr int kLayers = 3;
  static constexpr int kHeads = 4;
  static constexpr int kTokens = 8;

  Patch() {
    pair.clean = testing::random_prompt(kTokens, 11);
    pair.corrupt = pair.clean;
    for (const std::size_t t : {2U, 5U}) {
      std::int32_t& id = pair.corrupt.tokens[t].id;
      id = (id + 7) % 32;
    }
    pair.target = {3, ""};
    pair.contrast = {19, ""};
  }

  PatchResult run(const PatchOptions& options) const {
    return patch(made.model, {&pair, 1}, options);
  }

  double logit_diff(std::span<const float> normed) const {
    const std::vector<float> logits = unembed(made.model, normed);
    return static_cast<double>(logits[3]) - logits[19];
  }

  TinyModel made{{.n_layer = kLayers, .n_head = kHeads, .d_model = 16, .seed = 5}};
  PatchPair pair;
};

std::string bits(const PatchResult& result) {
  std::string out = fmt::format("{:a} {:a} {}\n", result.clean_logit_diff,
                                result.corrupt_logit_diff, result.runs);
  for (const PatchCell& cell : result.cells) {
    out += fmt::format("{} {} {} {:a} {:a}\n", cell.layer, cell.head.value_or(-1),
                       cell.position.value_or(-1), cell.logit_diff, cell.recovered.value_or(-9));
  }
  return out;
}

TEST_F(Patch, SameBitsForEveryMemoryAndThreadCount) {
  for (const PatchBy by : kBys) {
    PatchOptions options = options_of(by);
    const std::string expected = bits(run(options));
    for (const std::uint64_t memory : {1U, 300'000U}) {
      for (const int threads : {1, 3}) {
        options.memory = memory;
        options.threads = threads;
        EXPECT_EQ(bits(run(options)), expected);
      }
    }
  }
}

TEST_F(Patch, CellsStandInOrder) {
  const PatchResult heads = run(options_of(PatchBy::head));
  ASSERT_THAT(heads.cells, SizeIs(kLayers * kHeads));
  EXPECT_EQ(heads.cells[5].layer, 1);
  EXPECT_EQ(heads.cells[5].head, 1);
  EXPECT_FALSE(heads.cells[5].position.has_value());
  const PatchResult both = run(options_of(PatchBy::head_position));
  ASSERT_THAT(both.cells, SizeIs(kLayers * kHeads * kTokens));
  EXPECT_EQ(both.cells[5 * kTokens + 6].head, 1);
  EXPECT_EQ(both.cells[5 * kTokens + 6].position, 6);
  const PatchResult blocks = run(options_of(PatchBy::block_position));
  ASSERT_THAT(blocks.cells, SizeIs(kLayers * kTokens));
  EXPECT_EQ(blocks.cells[2 * kTokens + 3].layer, 2);
  EXPECT_EQ(blocks.cells[2 * kTokens + 3].position, 3);
  EXPECT_FALSE(blocks.cells[2 * kTokens + 3].head.has_value());
}

TEST_F(Patch, ARunPatchedWithItselfIsLeftAlone) {
  pair.corrupt = pair.clean;
  for (const PatchBy by : kBys) {
    const PatchResult result = run(options_of(by));
    EXPECT_EQ(result.runs, 0);
    EXPECT_EQ(result.clean_logit_diff, result.corrupt_logit_diff);
    for (const PatchCell& cell : result.cells) {
      EXPECT_EQ(cell.logit_diff, result.clean_logit_diff);
      EXPECT_FALSE(cell.recovered.has_value());
    }
  }
}

TEST_F(Patch, WhereBothRunsAgreeNothingIsRunAndNothingRecovered) {
  const PatchResult blocks = run(options_of(PatchBy::block_position));
  // The first block's stream is the embedding, which differs at two positions; later ones differ
  // from the first of them on.
  EXPECT_EQ(blocks.runs, 2 + 2 * (kTokens - 2));
  const PatchResult both = run(options_of(PatchBy::head_position));
  EXPECT_EQ(both.runs, kLayers * kHeads * (kTokens - 2));
  for (const PatchResult* const result : {&blocks, &both}) {
    for (const PatchCell& cell : result->cells) {
      if (*cell.position >= 2) continue;
      EXPECT_EQ(cell.logit_diff, result->corrupt_logit_diff);
      EXPECT_EQ(cell.recovered, 0.0);
    }
  }
}

TEST_F(Patch, TheLastPositionOfTheStreamIsTheWholeAnswerInTheEnd) {
  // Prompts that differ at the last token alone: its stream is all there is to bring over.
  pair.corrupt = pair.clean;
  pair.corrupt.tokens.back().id = (pair.corrupt.tokens.back().id + 7) % 32;
  for (const PatchDirection direction : kDirections) {
    const PatchResult result = run(options_of(PatchBy::block_position, direction));
    for (const PatchCell& cell : result.cells) {
      EXPECT_EQ(cell.recovered, *cell.position == kTokens - 1 ? 1.0 : 0.0);
    }
    EXPECT_EQ(result.runs, kLayers);
  }
}

TEST_F(Patch, NoiseIsDenoiseWithThePromptsSwapped) {
  PatchPair swapped = pair;
  std::swap(swapped.clean, swapped.corrupt);
  for (const PatchBy by : kBys) {
    const PatchResult noise = run(options_of(by, PatchDirection::noise));
    const PatchResult denoise = patch(made.model, {&swapped, 1}, options_of(by));
    ASSERT_EQ(noise.cells.size(), denoise.cells.size());
    EXPECT_EQ(noise.clean_logit_diff, denoise.corrupt_logit_diff);
    for (std::size_t i = 0; i < noise.cells.size(); ++i) {
      EXPECT_EQ(noise.cells[i].logit_diff, denoise.cells[i].logit_diff);
      EXPECT_EQ(noise.cells[i].recovered, denoise.cells[i].recovered);
    }
  }
}

TEST_F(Patch, IsWhatTheSlowWaysFind) {
  // One head at a time: the fast engine with a table of values, and plain loops in double.
  const auto clean = ids_in(pair.clean);
  const auto corrupt = ids_in(pair.corrupt);
  const auto values = std::make_shared<const SliceValues>(head_outputs(made.model, clean, "clean"));
  const testing::Reference reference(made.model);
  const PatchResult heads = run(options_of(PatchBy::head));
  const PatchResult both = run(options_of(PatchBy::head_position));
  const auto expect = [&](const PatchCell& cell) {
    Intervention intervention{
        .heads = {{cell.layer, *cell.head}}, .positions = {}, .mode = replace_by(values)};
    if (cell.position) intervention.positions = {*cell.position};
    const States states = forward(made.model, corrupt, {&intervention, 1}).silenced.front();
    EXPECT_EQ(cell.logit_diff, logit_diff(states.state(kLayers + 1).last(16)));
    const auto run_in_double = reference.run(corrupt, &intervention);
    const std::vector<double> logits = reference.logits(run_in_double.state(kLayers + 1).last(16));
    EXPECT_NEAR(cell.logit_diff, logits[3] - logits[19], kTolerance);
  };
  for (const PatchCell& cell : heads.cells) expect(cell);
  for (const PatchCell& cell : both.cells) expect(cell);
}

TEST_F(Patch, AllHeadsOfTheFirstBlockAndTheTokensGiveTheCleanRun) {
  // What patching everything must do, by way of the engine that patch uses: with the clean heads'
  // outputs in every block, the corrupted tokens are all that is left of the corrupted run.
  pair.corrupt = pair.clean;
  pair.corrupt.tokens[2].id = (pair.corrupt.tokens[2].id + 7) % 32;
  Intervention everything{.heads = {}, .positions = {}, .mode = {}};
  for (int layer = 0; layer < kLayers; ++layer) {
    for (int head = 0; head < kHeads; ++head) everything.heads.push_back({layer, head});
  }
  everything.mode = replace_by(
      std::make_shared<const SliceValues>(head_outputs(made.model, ids_in(pair.clean), "clean")));
  const ForwardResult result = forward(made.model, ids_in(pair.corrupt), {&everything, 1});
  const PatchResult untouched = run(options_of(PatchBy::head));
  EXPECT_EQ(logit_diff(result.silenced.front().state(kLayers + 1).last(16)),
            untouched.clean_logit_diff);
  EXPECT_NE(untouched.corrupt_logit_diff, untouched.clean_logit_diff);
}

TEST_F(Patch, SeveralPairsAreAveraged) {
  PatchPair second = pair;
  second.clean.tokens[6].id = (second.clean.tokens[6].id + 3) % 32;
  PatchPair equal = pair;  // it has no share
  equal.corrupt = equal.clean;
  const std::vector<PatchPair> pairs = {pair, second, equal};
  for (const PatchBy by : kBys) {
    const PatchOptions options = options_of(by);
    const PatchResult all = patch(made.model, pairs, options);
    std::vector<PatchResult> each;
    for (const PatchPair& one : pairs) each.push_back(patch(made.model, {&one, 1}, options));
    ASSERT_THAT(all.pairs, SizeIs(3));
    EXPECT_EQ(all.pairs[1].clean_logit_diff, each[1].clean_logit_diff);
    EXPECT_EQ(all.runs, each[0].runs + each[1].runs);
    const auto mean = [&](auto number) {
      return (number(each[0]) + number(each[1]) + number(each[2])) / 3;
    };
    const double clean = mean([](const PatchResult& one) { return one.clean_logit_diff; });
    const double corrupt = mean([](const PatchResult& one) { return one.corrupt_logit_diff; });
    EXPECT_NEAR(all.clean_logit_diff, clean, 1e-12);
    for (std::size_t i = 0; i < all.cells.size(); ++i) {
      const auto number = [i](const PatchResult& one) { return one.cells[i].logit_diff; };
      EXPECT_NEAR(all.cells[i].logit_diff, mean(number), 1e-12);
      EXPECT_NEAR(*all.cells[i].recovered, (mean(number) - corrupt) / (clean - corrupt), 1e-9);
      // Two pairs have a share: half their distance times the root of two.
      const double apart = *each[0].cells[i].recovered - *each[1].cells[i].recovered;
      EXPECT_NEAR(*all.cells[i].recovered_sd, std::abs(apart) / std::sqrt(2.0), 1e-9);
      EXPECT_TRUE(all.cells[i].logit_diff_sd.has_value());
      EXPECT_FALSE(each[0].cells[i].recovered_sd.has_value());
    }
  }
}

TEST_F(Patch, ProgressEndsAtItsTotal) {
  std::vector<std::pair<int, int>> steps;
  PatchOptions options = options_of(PatchBy::head);
  options.memory = 1;  // a pass for each
  options.progress = [&](int done, int total) { steps.emplace_back(done, total); };
  run(options);
  ASSERT_THAT(steps, SizeIs(kLayers * kHeads));
  EXPECT_TRUE(std::ranges::is_sorted(steps));
  EXPECT_EQ(steps.back().first, steps.back().second);
}

TEST_F(Patch, RefusesWhatItCannotDo) {
  const auto message = [&](const std::vector<PatchPair>& pairs, PatchBy by) {
    try {
      patch(made.model, pairs, options_of(by));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message({}, PatchBy::head), HasSubstr("a pair of prompts"));
  PatchPair shorter = pair;
  shorter.corrupt.tokens.pop_back();
  EXPECT_THAT(message({shorter}, PatchBy::head),
              ::testing::AllOf(HasSubstr("8 tokens"), HasSubstr("one 7"), HasSubstr("against")));
  EXPECT_THAT(message({pair, shorter}, PatchBy::head), HasSubstr("pair number 1"));
  shorter.clean.tokens.pop_back();
  EXPECT_EQ(message({pair, shorter}, PatchBy::head), "");
  EXPECT_THAT(message({pair, shorter}, PatchBy::block_position), HasSubstr("one length"));
  PatchPair wrong = pair;
  wrong.target.id = 32;
  EXPECT_THAT(message({wrong}, PatchBy::head), HasSubstr("target"));
  wrong = pair;
  wrong.clean.tokens[0].id = -1;
  EXPECT_THAT(message({wrong}, PatchBy::head), HasSubstr("token id -1"));
}

}  // namespace patch_test
}  // namespace tacet
