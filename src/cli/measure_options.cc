#include "cli/measure_options.h"

#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/declare.h"
#include "cli/values.h"
#include "store/words.h"
#include "tacet/error.h"
#include "tacet/stats.h"
#include "tacet/sweep.h"

namespace tacet::cli {
namespace {

/// What --cosine says.
CosineChoice cosine_from(const std::string& text) {
  const std::vector<std::string> names = {"raw", "centred", "standardised", "no-rogue:K"};
  if (!text.starts_with("no-rogue")) parse_choice("--cosine", text, names);
  try {
    return parse_cosine(text);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--cosine: {}", error.what()));
  }
}

}  // namespace

void declare_measure(CLI::App& app, SilenceOptions& options) {
  const auto set_cosine = [&options](const std::string& text) {
    const CosineChoice cosine = cosine_from(text);
    options.cosine = cosine.kind;
    options.rogue_dimensions = cosine.rogue_dimensions;
  };
  in_group("What is measured",
           {add_choice(app, "--states", options.states, store::kWords<StatesKind>,
                       "block: every block's own output, ln_f's apart. hf: Hugging Face's "
                       "hidden_states[1:], whose last entry has ln_f applied."),
            add_value(app, "--cosine", "raw|centred|standardised|no-rogue:K", set_cosine,
                      "Similarity of the vectors as they are, minus the clean state's mean over "
                      "the tokens, or also divided by its standard deviation; or without the K "
                      "dimensions that carry most of the clean similarity.")
                ->default_str(to_string(options.cosine, options.rogue_dimensions)),
            add_flag(app, "--exclude-first", options.exclude_first,
                     "Leave position 0 out of the pairs: GPT-2's first token is an outlier.")});
}

void declare_geometry(CLI::App& app, SilenceOptions& options) {
  const auto set_dimensions = [&options](const std::string& text) {
    options.dimensions = parse_int("--dimensions", text, 1, kAnyNumber);
  };
  in_group(
      "What is measured",
      {add_value(app, "--dimensions", "K", set_dimensions,
                 "Name the K dimensions that carry most of the clean similarity, with their "
                 "shares: of every block in JSON, of the last one in the table."),
       add_flag(app, "--geometry", options.geometry_beside,
                "In JSON, and as a table block by block: CKA, rank correlation, and the blocks "
                "whose effect is another one with another cosine or with the other choice of "
                "position 0. A sentence on the latter stands in the table always.")});
}

void declare_precision(CLI::App& app, SilenceOptions& options) {
  in_group(
      "What is measured",
      {add_choice(app, "--precision", options.precision, store::kWords<Precision>,
                  "double: compute the states a second time in double precision, take all numbers "
                  "from those and say how far the float ones are off: the noise floor. Slow.")});
}

void declare_noise_floor(CLI::App& app, int& draws) {
  in_group(
      "What is measured",
      {app.add_flag_callback(
              "--noise-floor", [&draws] { draws = kNoiseDraws; },
              fmt::format("Find how much of every difference rounding alone could make: the "
                          "silenced run {} times more, with noise of float precision after every "
                          "block.",
                          kNoiseDraws))
           ->disable_flag_override()});
}

namespace {

constexpr const char* kAllTestsWord = "all";
constexpr int kFewestDraws = 99;

constexpr const char* kTestHelp =
    "The test that decides. paired, independent and wilcoxon take the pairs as independent, which "
    "they are not: of nothing they call up to half significant. token-swap and dyadic know that "
    "pairs share tokens, and so do token-bootstrap and token-jackknife.";

/// --test with a list, whose first test decides, or the word `all`: paired decides.
CLI::Option* choice_of_tests(CLI::App& app, SilenceOptions& options) {
  std::vector<std::string> names;
  std::string value;
  for (const Test test : kAllTests) {
    names.emplace_back(to_string(test));
    value += names.back() + "|";
  }
  names.emplace_back(kAllTestsWord);
  const auto setter = [&options, names](const std::string& text) {
    options.test = Test::paired;
    options.tests_beside.clear();
    if (text == kAllTestsWord) {
      options.tests_beside.assign(kAllTests.begin(), kAllTests.end());
      return;
    }
    bool is_first = true;
    std::stringstream list(text + ",");
    for (std::string name; std::getline(list, name, ',');) {
      const std::size_t chosen = parse_choice("--test", name, names);
      if (chosen >= kAllTests.size()) {
        throw UsageError("--test: 'all' stands alone; leave out the tests beside it");
      }
      if (is_first) {
        options.test = kAllTests[chosen];
      } else {
        options.tests_beside.push_back(kAllTests[chosen]);
      }
      is_first = false;
    }
  };
  return add_value(app, "--test", value + kAllTestsWord, setter,
                   std::string(kTestHelp) +
                       " Several, with commas: the first decides, and the others stand beside it. "
                       "all: paired decides, and all others stand beside it.")
      ->default_str(std::string(to_string(options.test)));
}

}  // namespace

void declare_draws(CLI::App& app, std::int64_t& draws) {
  const auto set_draws = [&draws](const std::string& text) {
    draws = parse_int("--draws", text, kFewestDraws, kAnyNumber);
  };
  in_group("Testing", {add_value(app, "--draws", "N", set_draws,
                                 "How often the tests that draw at random draw, at least 99.")
                           ->default_str(fmt::format("{}", draws))});
}

void declare_resampling(CLI::App& app, ResamplingOptions& options) {
  const auto set_seed = [&options](const std::string& text) {
    options.seed = static_cast<std::uint64_t>(parse_int("--seed", text, 0, kAnyNumber));
  };
  in_group("Testing",
           {add_value(app, "--seed", "N", set_seed,
                      "Seed of what is drawn at random: --control, token-bootstrap, and token-swap "
                      "with more than 20 tokens.")
                ->default_str(fmt::format("{}", options.seed))});
  declare_draws(app, options.draws);
}

void declare_testing(CLI::App& app, SilenceOptions& options, bool with_all) {
  const auto set_alpha = [&options](const std::string& text) {
    options.alpha = parse_between("--alpha", text, 0, 1);
  };
  in_group(
      "Testing",
      {with_all ? choice_of_tests(app, options)
                : add_choice(app, "--test", options.test, store::kWords<Test>, kTestHelp),
       add_value(app, "--alpha", "A", set_alpha, "The level of significance, between 0 and 1.")
           ->default_str(fmt::format("{}", options.alpha)),
       add_choice(app, "--correction", options.correction, store::kWords<Correction>,
                  "How p is adjusted for the number of tests."),
       add_choice(app, "--family", options.family, store::kWords<Family>,
                  "The tests that are counted: all blocks, those at and above the cut, or all "
                  "head x block cells that a sweep over every head can reach."),
       add_choice(app, "--pairs", options.pairs, store::kWords<PairsKind>,
                  "Pairs that are compared: those that can change (with --at, pairs before the "
                  "first position touched cannot), or all.")});
}

}  // namespace tacet::cli
