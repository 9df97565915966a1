// How often the tests of a pair that is followed call a head significant where there is nothing to
// find: every head of mini pushes the stream by its own contribution turned at random.
//
//   bench_followed [--trials 4] [--seed 1] [--threads N]
//
// In each trial and each of ten prompts every head's contribution is turned in a direction of its
// own, so that over the directions no head moves "pineapple" and "pizza" either way. The test over
// the blocks is made of each prompt, the test over the prompts of all ten; beside them stands what
// both say of the heads as they are. Prints a table in Markdown; docs/single-tokens.md shows it.
// The same seed gives the same counts on any number of threads. A few minutes of processor time.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/forward_pass.h"
#include "experiment/control_runs.h"
#include "experiment/ripple.h"
#include "experiment/rotated_pushes.h"
#include "support/dot.h"
#include "support/parallel.h"
#include "tacet/tacet.h"

namespace {

constexpr std::array<std::string_view, 10> kPrompts = {
    "I asked my pizza for a joke about pineapple, but it was too cheesy.",
    "I told my friend that pineapple on pizza is a crime.",
    "Peanut butter and pineapple taste great on pizza",
    "Mary put pineapple on the pizza and gave it to John",
    "The pizza with pineapple is on the table near the window",
    "We like pizza, and we like pineapple, but not together",
    "The girls near the old house like pineapple and cheese on a pizza, but the boys do not",
    "A slice of pineapple fell from the pizza to the floor",
    "There is no pizza without cheese and no summer without pineapple",
    "She bought a pineapple at the store and a pizza at the station"};
constexpr std::string_view kFirst = " pineapple";
constexpr std::string_view kSecond = " pizza";
constexpr double kAlpha = 0.05;

using Outcomes = std::vector<tacet::SweepOutcome>;

/// One prompt with the pair that is followed in it.
struct Sentence {
  tacet::Prompt prompt;
  tacet::SilenceOptions options;
};

Sentence sentence_of(const tacet::Tokenizer& tokenizer, std::string_view text, int threads) {
  Sentence sentence{.prompt = tacet::make_prompt(tokenizer, text), .options = {}};
  const int first = tacet::positions_of_text(sentence.prompt, kFirst).front();
  const int second = tacet::positions_of_text(sentence.prompt, kSecond).front();
  sentence.options.follow = {{.name = "pineapple,pizza",
                              .first = std::min(first, second),
                              .second = std::max(first, second)}};
  sentence.options.threads = threads;
  return sentence;
}

/// What every head does, as it is.
Outcomes silenced(const tacet::Model& model, const Sentence& sentence,
                  const std::vector<tacet::Intervention>& heads) {
  Outcomes outcomes;
  const tacet::SweepPrompt request{.prompt = sentence.prompt, .interventions = heads};
  tacet::SweepOptions options;
  options.silence = sentence.options;
  tacet::sweep(model, {&request, 1}, options,
               {.trajectory = [](std::size_t, const tacet::TrajectoryResult&) {},
                .result =
                    [&](std::size_t, std::size_t, const tacet::SilenceResult& result) {
                      outcomes.push_back(tacet::outcome_of(result));
                    }});
  return outcomes;
}

using Rows = tacet::engine::RowsView;

/// The cosine of the two tokens that are followed in a state.
double cosine(const Rows& state, const tacet::WordPair& pair) {
  const std::span<const float> a = state.row(static_cast<std::size_t>(pair.first));
  const std::span<const float> b = state.row(static_cast<std::size_t>(pair.second));
  const auto dot = [](std::span<const float> x, std::span<const float> y) {
    return tacet::support::dot_f64(x.data(), y.data(), x.size());
  };
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

/// An outcome with the pair and no row yet.
tacet::SweepOutcome empty_outcome(const tacet::Intervention& head, const tacet::WordPair& pair,
                                  int n_layer) {
  tacet::SweepOutcome outcome;
  outcome.spec = tacet::spec_of(head);
  outcome.heads = head.heads;
  outcome.ripple.cut_layer = head.cut_layer();
  outcome.ripple.late_layers = tacet::experiment::late_layers(n_layer);
  outcome.layers.resize(static_cast<std::size_t>(n_layer));
  outcome.followed = {{.pair = pair, .layers = {}, .final_norm = {}}};
  return outcome;
}

/// What the contributions of one block's heads do, each turned at random `n` times: a pass for all
/// of them, [heads][n].
std::vector<Outcomes> pushed(const tacet::Model& model, const Sentence& sentence,
                             std::span<const tacet::Intervention> heads, std::int64_t n,
                             std::uint64_t seed) {
  const int n_layer = model.config().n_layer;
  const auto count = static_cast<std::size_t>(n);
  const tacet::WordPair& pair = sentence.options.follow.front();
  const tacet::experiment::ControlRuns runs(model, sentence.prompt, heads.front(), sentence.options,
                                            tacet::default_memory(), sentence.options.threads);
  const auto contributions = runs.contributions(heads);
  std::vector<tacet::experiment::PushRows> rows;
  std::vector<Outcomes> outcomes;
  for (std::size_t h = 0; h < heads.size(); ++h) {
    const tacet::experiment::RotatedPushes turned(
        contributions[h], static_cast<std::size_t>(model.config().d_model), n, seed + h);
    for (std::size_t i = 0; i < count; ++i) rows.push_back(turned(i));
    outcomes.emplace_back(count, empty_outcome(heads[h], pair, n_layer));
  }
  std::vector<tacet::engine::Push> pushes;
  for (const tacet::experiment::PushRows& one : rows) {
    pushes.push_back({.layer = heads.front().cut_layer(), .rows = one});
  }
  const auto observe = [&](const tacet::engine::StateView& view) {
    if (view.index == 0 || view.index > n_layer) return;
    const tacet::engine::PromptView& states = view.prompts.front();
    const double clean = cosine(states.clean, pair);
    for (std::size_t k = 0; k < pushes.size(); ++k) {
      const Rows& after = states.silenced[k].rows;
      const double silenced = after.empty() ? clean : cosine(after, pair);
      outcomes[k / count][k % count].followed.front().layers.push_back({.layer = view.index - 1,
                                                                        .clean = clean,
                                                                        .silenced = silenced,
                                                                        .delta = silenced - clean,
                                                                        .direct_delta = 0});
    }
  };
  std::vector<std::int32_t> ids;
  for (const tacet::Token& token : sentence.prompt.tokens) ids.push_back(token.id);
  const tacet::engine::PassPrompt request{.token_ids = ids, .interventions = {}, .pushes = pushes};
  tacet::engine::forward_pass(model.weights(), {&request, 1}, sentence.options.threads, observe);
  return outcomes;
}

/// The same for every head: [n trials][heads].
std::vector<Outcomes> trials_of(const tacet::Model& model, const Sentence& sentence,
                                const std::vector<tacet::Intervention>& heads, std::int64_t n,
                                std::uint64_t seed) {
  std::vector<Outcomes> trials(static_cast<std::size_t>(n));
  const auto n_head = static_cast<std::size_t>(model.config().n_head);
  for (std::size_t first = 0; first < heads.size(); first += n_head) {
    const auto block = std::span(heads).subspan(first, n_head);
    for (const Outcomes& head : pushed(model, sentence, block, n, seed + first)) {
      for (std::size_t i = 0; i < trials.size(); ++i) trials[i].push_back(head[i]);
    }
  }
  return trials;
}

/// Of how many tests how many came out significant.
struct Tally {
  double tested = 0;
  double plain = 0;
  double bonferroni = 0;
  double bh = 0;

  void add(const std::optional<double>& p, const std::optional<double>& p_bonferroni,
           const std::optional<double>& p_bh) {
    if (!p) return;
    tested += 1;
    plain += *p < kAlpha ? 1 : 0;
    bonferroni += *p_bonferroni < kAlpha ? 1 : 0;
    bh += *p_bh < kAlpha ? 1 : 0;
  }
  void add(const Tally& other) {
    tested += other.tested;
    plain += other.plain;
    bonferroni += other.bonferroni;
    bh += other.bh;
  }
  std::string text() const {
    const auto share = [&](double count) { return fmt::format("{:.1f}", 100 * count / tested); };
    return fmt::format("{} | {} | {}", share(plain), share(bonferroni), share(bh));
  }
};

Tally tally_of(const tacet::FollowedSweep& pair) {
  Tally tally;
  for (const tacet::FollowedHead& head : pair.heads) {
    tally.add(head.blocks.p, head.p_bonferroni, head.p_bh);
  }
  return tally;
}

Tally tally_of(const tacet::FollowedAcross& pair) {
  Tally tally;
  for (const tacet::FollowedAcrossHead& head : pair.heads) {
    tally.add(head.late.p, head.p_bonferroni, head.p_bh);
  }
  return tally;
}

/// Both tests of one set of outcomes, [prompts][heads].
struct Verdicts {
  std::vector<Tally> blocks;  ///< of each prompt
  Tally prompts;

  explicit Verdicts(std::size_t n_prompts) : blocks(n_prompts) {}
  void add(const std::vector<Outcomes>& outcomes) {
    std::vector<std::vector<tacet::FollowedSweep>> followed;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      followed.push_back(tacet::followed_heads(outcomes[i], kAlpha));
      blocks[i].add(tally_of(followed.back().front()));
    }
    const std::vector<std::string> groups(outcomes.size());
    prompts.add(tally_of(tacet::followed_across(followed, groups, kAlpha).front()));
  }
};

void run(std::int64_t n_trials, std::uint64_t seed, int threads) {
  const tacet::Model model = tacet::Model::mini();
  const tacet::Tokenizer tokenizer = tacet::Tokenizer::mini();
  const auto heads = tacet::parse_heads("all", model.config().n_layer, model.config().n_head);
  std::vector<Outcomes> real;
  std::vector<std::vector<Outcomes>> turned(static_cast<std::size_t>(n_trials));
  for (const std::string_view text : kPrompts) {
    std::cerr << text << '\n';
    const Sentence sentence = sentence_of(tokenizer, text, threads);
    real.push_back(silenced(model, sentence, heads));
    const std::uint64_t own_seed = seed * 1'000'000 + 1000 * real.size();
    auto trials = trials_of(model, sentence, heads, n_trials, own_seed);
    for (std::size_t i = 0; i < trials.size(); ++i) turned[i].push_back(std::move(trials[i]));
  }
  Verdicts of_pushes(kPrompts.size());
  for (const std::vector<Outcomes>& trial : turned) of_pushes.add(trial);
  Verdicts of_heads(kPrompts.size());
  of_heads.add(real);

  fmt::print(
      "| significant at 5 %, of 100 heads | pushes turned at random: p | Bonf. | BH | "
      "the heads themselves: p | Bonf. | BH |\n| --- | --: | --: | --: | --: | --: | --: |\n");
  for (std::size_t i = 0; i < kPrompts.size(); ++i) {
    fmt::print("| over the blocks: {} | {} | {} |\n", kPrompts[i], of_pushes.blocks[i].text(),
               of_heads.blocks[i].text());
  }
  Tally all_pushes;
  Tally all_heads;
  for (std::size_t i = 0; i < kPrompts.size(); ++i) {
    all_pushes.add(of_pushes.blocks[i]);
    all_heads.add(of_heads.blocks[i]);
  }
  fmt::print("| over the blocks, mean of the prompts | {} | {} |\n", all_pushes.text(),
             all_heads.text());
  fmt::print("| over the {} prompts | {} | {} |\n", kPrompts.size(), of_pushes.prompts.text(),
             of_heads.prompts.text());
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("How often the tests of a followed pair call pushes turned at random significant");
  std::int64_t trials = 4;
  std::uint64_t seed = 1;
  int threads = 0;
  app.add_option("--trials", trials, "of every head and prompt; default: 4")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000}));
  app.add_option("--seed", seed, "default: 1");
  app.add_option("--threads", threads, "default: all cores")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  run(trials, seed, tacet::support::resolve_threads(threads));
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::cerr << "bench_followed: " << error.what() << '\n';
  return EXIT_FAILURE;
}
