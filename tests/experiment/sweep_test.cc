// A sweep gives bit for bit what `silence` and `trajectory` give, whatever goes up together.
#include "tacet/sweep.h"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "experiment/sweep_plan.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/prompt.h"

namespace tacet {
namespace sweep_test {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::TinyModel;
using testing::TinyModelOptions;

TinyModelOptions shape(int n_layer, int n_head, int d_head, const char* dtype = "F32") {
  TinyModelOptions options;
  options.n_layer = n_layer;
  options.n_head = n_head;
  options.d_model = n_head * d_head;
  options.n_positions = 48;
  options.dtype = dtype;
  return options;
}

Prompt prompt_of(std::vector<std::int32_t> ids) {
  return make_prompt(ids, nullptr);
}

/// What a sweep handed over, as JSON, in the order in which it came.
struct Found {
  std::vector<std::string> order;
  std::map<std::string, std::string> json;
};

std::string key(std::size_t prompt, std::size_t intervention) {
  return std::to_string(prompt) + "/" + std::to_string(intervention);
}

Found run_sweep(const Model& model, std::span<const SweepPrompt> prompts,
                const SweepOptions& options) {
  Found found;
  const SweepSink sink{.trajectory =
                           [&](std::size_t p, const TrajectoryResult& result) {
                             found.order.push_back(std::to_string(p));
                             found.json[found.order.back()] = to_json(result, model);
                           },
                       .result =
                           [&](std::size_t p, std::size_t k, const SilenceResult& result) {
                             found.order.push_back(key(p, k));
                             found.json[found.order.back()] = to_json(result, model);
                           }};
  sweep(model, prompts, options, sink);
  return found;
}

/// The same by `silence` and `trajectory`, one after the other.
Found one_by_one(const Model& model, std::span<const SweepPrompt> prompts,
                 const SilenceOptions& options) {
  Found found;
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    TrajectoryResult clean = trajectory(model, prompts[p].prompt, options);
    clean.timing = {};
    found.order.push_back(std::to_string(p));
    found.json[found.order.back()] = to_json(clean, model);
    for (std::size_t k = 0; k < prompts[p].interventions.size(); ++k) {
      SilenceResult result =
          silence(model, prompts[p].prompt, prompts[p].interventions[k], options);
      result.timing = {};
      found.order.push_back(key(p, k));
      found.json[found.order.back()] = to_json(result, model);
    }
  }
  return found;
}

/// Several prompts, some with common beginnings, one the beginning of another; single heads, joint
/// ones, positions, modes, and a prompt without any intervention.
std::vector<SweepPrompt> everything(int n_layer, int n_head) {
  std::vector<Intervention> heads = parse_heads("all", n_layer, n_head);
  std::vector<Intervention> some = heads;
  some.push_back({{{0, 0}, {1, n_head - 1}}, {}, {}});
  some.push_back({{{1, 0}}, {4, 6}, {}});
  some.push_back({{{1, 0}}, {}, {0.5F}});
  some.push_back({{{0, 0}}, {}, {1.0F}});
  std::vector<Intervention> others = heads;
  others.push_back({{{1, 0}}, {4, 5}, {}});
  others.push_back({{{0, 0}, {1, n_head - 1}}, {}, {}});
  return {{prompt_of({5, 6, 7, 8, 9, 10, 11, 12, 13}), some},
          {prompt_of({1, 2, 3, 4}), {}},
          {prompt_of({5, 6, 7, 8, 9, 10, 3}), others},
          {prompt_of({5, 6, 7, 8}), heads},
          {prompt_of({9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3}), heads}};
}

struct Case {
  std::string name;
  TinyModelOptions model;
};

class SweepBits : public ::testing::TestWithParam<Case> {};

TEST_P(SweepBits, AreThoseOfOneByOneForEveryMemoryAndThreadCount) {
  const TinyModel tiny(GetParam().model);
  const std::vector<SweepPrompt> prompts =
      everything(GetParam().model.n_layer, GetParam().model.n_head);
  const Found expected = one_by_one(tiny.model, prompts, {});
  for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{60'000}}) {
    for (const int threads : {1, 2, 3}) {
      SweepOptions options;
      options.memory = memory;
      options.silence.threads = threads;
      const Found found = run_sweep(tiny.model, prompts, options);
      EXPECT_EQ(found.order, expected.order);
      EXPECT_EQ(found.json, expected.json) << memory << " bytes, " << threads << " threads";
    }
  }
}

TEST_P(SweepBits, DoNotDependOnTheOrder) {
  const TinyModel tiny(GetParam().model);
  const std::vector<SweepPrompt> prompts =
      everything(GetParam().model.n_layer, GetParam().model.n_head);
  std::vector<SweepPrompt> reversed(prompts.rbegin(), prompts.rend());
  for (SweepPrompt& prompt : reversed) std::ranges::reverse(prompt.interventions);
  const Found expected = run_sweep(tiny.model, prompts, {});
  const Found found = run_sweep(tiny.model, reversed, {});
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    const std::size_t q = prompts.size() - 1 - p;
    EXPECT_EQ(found.json.at(std::to_string(q)), expected.json.at(std::to_string(p)));
    const std::size_t n = prompts[p].interventions.size();
    for (std::size_t k = 0; k < n; ++k) {
      EXPECT_EQ(found.json.at(key(q, n - 1 - k)), expected.json.at(key(p, k)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SweepBits,
                         ::testing::Values(Case{"L2H2d4", shape(2, 2, 4)},
                                           Case{"L3H3d5", shape(3, 3, 5)},
                                           Case{"L4H4d16", shape(4, 4, 16)},
                                           Case{"f16", shape(2, 4, 8, "F16")}),
                         [](const auto& param) { return param.param.name; });

TEST(Sweep, EverySettingOfSilenceReachesIt) {
  const TinyModel tiny(shape(3, 2, 6));
  const std::vector<SweepPrompt> prompts = everything(3, 2);
  std::vector<SilenceOptions> all(8);
  all[0].states = StatesKind::hf;
  all[1].cosine = Cosine::centred;
  all[2].cosine = Cosine::standardised;
  all[2].exclude_first = true;
  all[3].test = tacet::Test::independent;
  all[4].pairs = PairsKind::all;
  all[5].correction = Correction::holm;
  all[5].family = Family::sweep;
  all[6].alpha = 0.2;
  all[7].cosine = Cosine::no_rogue;
  all[7].rogue_dimensions = 2;
  all[7].geometry_beside = true;
  all[7].dimensions = 3;
  for (const SilenceOptions& options : all) {
    SweepOptions with;
    with.silence = options;
    EXPECT_EQ(run_sweep(tiny.model, prompts, with).json,
              one_by_one(tiny.model, prompts, options).json);
  }
}

TEST(Sweep, FollowsEachPromptsOwnPairs) {
  const TinyModel tiny(shape(3, 2, 6));
  std::vector<SweepPrompt> prompts = everything(3, 2);
  prompts[0].follow = {{.name = "a,b", .first = 2, .second = 8}};
  prompts[3].follow = {{.name = "a,b", .first = 0, .second = 1},
                       {.name = "a,c", .first = 1, .second = 3}};
  SweepOptions options;
  options.silence.cosine = Cosine::centred;
  options.silence.follow = {{.name = "of all", .first = 0, .second = 3}};
  Found expected;
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    SilenceOptions own = options.silence;
    own.follow.insert(own.follow.end(), prompts[p].follow.begin(), prompts[p].follow.end());
    const Found one = one_by_one(tiny.model, std::span(prompts).subspan(p, 1), own);
    for (std::size_t k = 0; k < prompts[p].interventions.size(); ++k) {
      expected.json[key(p, k)] = one.json.at(key(0, k));
    }
  }
  for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{1}}) {
    options.memory = memory;
    Found found = run_sweep(tiny.model, prompts, options);
    std::erase_if(found.json,
                  [](const auto& one) { return one.first.find('/') == std::string::npos; });
    EXPECT_EQ(found.json, expected.json);
    EXPECT_THAT(found.json.at(key(3, 0)), HasSubstr("a,c"));
  }
  prompts[1].follow = {{.name = "a,b", .first = 1, .second = 4}};
  EXPECT_THAT([&] { run_sweep(tiny.model, prompts, options); },
              ::testing::ThrowsMessage<UsageError>(
                  AllOf(HasSubstr("prompt number 1"), HasSubstr("positions 1 and 4"))));
}

TEST(Sweep, TellsItsProgressToTheEnd) {
  const TinyModel tiny(shape(3, 2, 6));
  SweepOptions options;
  options.memory = 1;
  int last = 0;
  int calls = 0;
  options.silence.progress = [&](int done, int total) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, total);
    last = done;
    if (++calls > 1) return;
    EXPECT_LT(done, total) << "the first block is not all";
  };
  int total = 0;
  const auto keep = options.silence.progress;
  options.silence.progress = [&](int done, int all) {
    total = all;
    keep(done, all);
  };
  run_sweep(tiny.model, everything(3, 2), options);
  EXPECT_EQ(last, total);
}

TEST(Sweep, AnErrorComesBeforeAnyWorkAndNamesThePrompt) {
  const TinyModel tiny(shape(2, 2, 4));
  const auto error_of = [&](std::vector<SweepPrompt> prompts, SweepOptions options = {}) {
    try {
      const Found found = run_sweep(tiny.model, prompts, options);
      return "no error, " + std::to_string(found.order.size()) + " results";
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  const SweepPrompt good{prompt_of({1, 2, 3, 4}), parse_heads("all", 2, 2)};
  SweepPrompt bad = good;
  bad.prompt = prompt_of({1, 2});
  EXPECT_THAT(error_of({good, bad}), HasSubstr("prompt number 1: the prompt has 2 tokens"));
  EXPECT_THAT(error_of({bad}), HasSubstr("the prompt has 2 tokens"));
  bad.prompt = prompt_of({1, 2, 99});
  EXPECT_THAT(error_of({good, bad}), HasSubstr("prompt number 1: token id 99"));
  bad = good;
  bad.interventions.push_back({{{9, 0}}, {}, {}});
  EXPECT_THAT(error_of({bad, good}), HasSubstr("prompt number 0: head L9H0"));
  bad = good;
  bad.interventions.push_back({{{0, 0}}, {4}, {}});
  EXPECT_THAT(error_of({good, good, bad}), HasSubstr("prompt number 2: position 4"));
  SweepOptions options;
  options.silence.keep_states = true;
  EXPECT_THAT(error_of({good}, options), HasSubstr("keeps no states"));
  options = {};
  options.silence.alpha = 1;
  EXPECT_THAT(error_of({good}, options), HasSubstr("alpha"));
}

TEST(Sweep, ASinkMayStopIt) {
  struct Stop {};
  const TinyModel tiny(shape(2, 2, 4));
  const std::vector<SweepPrompt> prompts = everything(2, 2);
  int results = 0;
  const SweepSink sink{.trajectory = [](std::size_t, const TrajectoryResult&) {},
                       .result =
                           [&](std::size_t, std::size_t, const SilenceResult&) {
                             if (++results == 3) throw Stop();
                           }};
  EXPECT_THROW(sweep(tiny.model, prompts, {}, sink), Stop);
  EXPECT_EQ(results, 3);
}

TEST(Sweep, ANumberThatIsNotFiniteCostsItsOwnInterventionOnly) {
  const TinyModel tiny(shape(3, 2, 6));
  std::vector<SweepPrompt> prompts = {{prompt_of({1, 2, 3, 4}), parse_heads("all", 3, 2)},
                                      {prompt_of({5, 6, 7, 8}), parse_heads("all", 3, 2)}};
  const Found all = run_sweep(tiny.model, prompts, {});
  const Intervention overflows{{{1, 1}}, {}, {3e38F}};
  ASSERT_THROW(silence(tiny.model, prompts[1].prompt, overflows), NumericError);
  prompts[1].interventions.insert(prompts[1].interventions.begin(), overflows);
  Found found;
  std::vector<std::size_t> trajectories;
  const SweepSink sink{
      .trajectory = [&](std::size_t p, const TrajectoryResult&) { trajectories.push_back(p); },
      .result =
          [&](std::size_t p, std::size_t k, const SilenceResult& result) {
            found.json[key(p, p == 1 ? k - 1 : k)] = to_json(result, tiny.model);
          }};
  try {
    sweep(tiny.model, prompts, {}, sink);
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), HasSubstr("prompt number 1: "));
    EXPECT_THAT(error.what(), HasSubstr("L1H1"));
  }
  EXPECT_EQ(trajectories, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(found.json.size(), 12U);
  for (const auto& [name, json] : found.json) EXPECT_EQ(json, all.json.at(name)) << name;
}

TEST(Sweep, OfNothingIsNothing) {
  const TinyModel tiny(shape(2, 2, 4));
  EXPECT_THAT(run_sweep(tiny.model, {}, {}).order, SizeIs(0));
}

TEST(DefaultMemory, IsAPartOfTheMachines) {
  EXPECT_GT(default_memory(), std::uint64_t{1} << 20U);
  EXPECT_LT(default_memory(), std::uint64_t{1} << 50U);
}

TEST(SweepPlan, KeepsToTheMemoryAndCoversEverythingOnceInOrder) {
  const TinyModelOptions model = shape(2, 2, 4);
  ModelConfig config;
  config.n_layer = model.n_layer;
  config.n_head = model.n_head;
  config.d_model = model.d_model;
  config.n_inner = 4 * model.d_model;
  const std::vector<SweepPrompt> prompts = everything(2, 2);
  std::size_t fewest = 1000;
  for (const std::uint64_t memory : {1U, 30'000U, 60'000U, 200'000U, 100'000'000U}) {
    const auto chunks = experiment::plan_sweep(config, prompts, memory, 1);
    EXPECT_LE(chunks.size(), fewest) << "more memory, more chunks";
    fewest = chunks.size();
    std::vector<std::size_t> next(prompts.size(), 0);
    std::size_t last_prompt = 0;
    std::int64_t work = 0;
    for (const experiment::SweepChunk& chunk : chunks) {
      ASSERT_THAT(chunk.work, SizeIs(2));
      work += chunk.work[0] + chunk.work[1];
      for (const experiment::SweepPart& part : chunk.parts) {
        EXPECT_GE(part.prompt, last_prompt);
        last_prompt = part.prompt;
        EXPECT_EQ(part.first, next[part.prompt]);
        next[part.prompt] += part.count;
      }
    }
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      EXPECT_EQ(next[p], prompts[p].interventions.size());
    }
    EXPECT_GT(work, 0);
  }
  EXPECT_EQ(fewest, 1U) << "all of it fits";
}

}  // namespace sweep_test
}  // namespace tacet
