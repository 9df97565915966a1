#include "cli/options.h"

#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/measure_options.h"
#include "cli/tool.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace options_test {

using ::testing::HasSubstr;

/// What UsageError `action` ends with.
template <typename Action>
std::string usage_error(Action action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

CutOptions heads(const std::string& spec) {
  CutOptions options;
  options.heads = spec;
  return options;
}

TEST(ResolveCut, TakesOneIntervention) {
  const Intervention cut = resolve_cut(heads("L3H5+L4H2"), 24, 16);
  EXPECT_EQ(cut.heads, (std::vector<Head>{{3, 5}, {4, 2}}));
  EXPECT_TRUE(cut.positions.empty());
  EXPECT_EQ(cut.mode, SliceMode{});
  CutOptions options;
  options.layer = 3;
  options.head = 5;
  options.mode.scale = 0.5F;
  EXPECT_EQ(resolve_cut(options, 24, 16).heads, (std::vector<Head>{{3, 5}}));
  EXPECT_EQ(resolve_cut(options, 24, 16).mode.scale, 0.5F);
}

TEST(ResolveCut, RefusesSeveral) {
  for (const char* const spec : {"L0H0,L0H1", "3.*", "*.5", "all", "3.0-7"}) {
    EXPECT_THAT(usage_error([&] { resolve_cut(heads(spec), 24, 16); }),
                AllOf(HasSubstr("silence takes one"), HasSubstr("L3H5+L4H2"), HasSubstr("sweep")))
        << spec;
  }
}

TEST(ResolveCut, RefusesContradictionsAndGaps) {
  CutOptions options;
  EXPECT_THAT(usage_error([&] { resolve_cut(options, 24, 16); }), HasSubstr("no head is named"));
  options.layer = 3;
  EXPECT_THAT(usage_error([&] { resolve_cut(options, 24, 16); }),
              HasSubstr("--layer needs --head"));
  options.heads = "L3H5";
  EXPECT_THAT(usage_error([&] { resolve_cut(options, 24, 16); }), HasSubstr("two ways"));
  options = {};
  options.head = 5;
  EXPECT_THAT(usage_error([&] { resolve_cut(options, 24, 16); }),
              HasSubstr("--head needs --layer"));
  options.layer = 24;
  EXPECT_NE(usage_error([&] { resolve_cut(options, 24, 16); }), "no error");
}

TEST(CheckOutput, RefusesQuietWithVerbose) {
  OutputOptions options;
  EXPECT_NO_THROW(check_output(options));
  options.quiet = options.verbose = true;
  EXPECT_THROW(check_output(options), UsageError);
}

/// An app that declares everything `silence` can be told, and where it goes.
class DeclaredOptions : public ::testing::Test {
 protected:
  DeclaredOptions() {
    declare_cut(app_, cut_);
    declare_model(app_, model_);
    declare_prompt(app_, prompt_);
    declare_measure(app_, options_);
    declare_testing(app_, options_, /*with_all=*/true);
    declare_output(app_, output_);
    declare_threads(app_, options_);
  }
  void parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    app_.parse(std::move(arguments));
  }

  CLI::App app_;
  CutOptions cut_;
  ModelOptions model_;
  PromptOptions prompt_;
  SilenceOptions options_;
  OutputOptions output_;
};

TEST_F(DeclaredOptions, DefaultsAreThoseOfTheStructs) {
  parse({});
  EXPECT_EQ(options_.alpha, SilenceOptions{}.alpha);
  EXPECT_EQ(app_.get_option("--alpha")->get_default_str(), "0.05");
  EXPECT_EQ(app_.get_option("--correction")->get_default_str(),
            to_string(SilenceOptions{}.correction));
  EXPECT_EQ(app_.get_option("--mode")->get_default_str(), to_string(SliceMode{}));
  EXPECT_EQ(app_.get_option("--format")->get_default_str(), "table");
}

TEST_F(DeclaredOptions, TheFirstOfSeveralTestsDecides) {
  parse({"--test", "dyadic,token-swap,paired"});
  EXPECT_EQ(options_.test, tacet::Test::dyadic);
  EXPECT_THAT(options_.tests_beside,
              ::testing::ElementsAre(tacet::Test::token_swap, tacet::Test::paired));
}

TEST_F(DeclaredOptions, AllTestsStandBesideThePairedOne) {
  parse({"--test", "all"});
  EXPECT_EQ(options_.test, tacet::Test::paired);
  EXPECT_EQ(options_.tests_beside.size(), kAllTests.size());
}

TEST_F(DeclaredOptions, AListOfTestsHoldsNamesAlone) {
  for (const char* const list :
       {"paired,", "paired,,dyadic", "paired,all", "all,paired", "pared"}) {
    EXPECT_ANY_THROW(parse({"--test", list})) << list;
  }
}

TEST_F(DeclaredOptions, TheCosineHasItsNumberOfDimensions) {
  parse({"--cosine", "no-rogue:12"});
  EXPECT_EQ(options_.cosine, Cosine::no_rogue);
  EXPECT_EQ(options_.rogue_dimensions, 12);
}

TEST_F(DeclaredOptions, ReachTheirFields) {
  parse({"--states",
         "hf",
         "--cosine",
         "standardised",
         "--exclude-first",
         "--test",
         "independent",
         "--alpha",
         "0.01",
         "--correction",
         "bh",
         "--family",
         "sweep",
         "--pairs",
         "all",
         "--threads",
         "2",
         "--heads",
         "L1H1",
         "--at",
         "-1",
         "--mode",
         "scale:0.5",
         "-m",
         "folder",
         "--prepend-bos",
         "-o",
         "file",
         "--format",
         "csv",
         "--color",
         "never",
         "some text"});
  EXPECT_EQ(options_.states, StatesKind::hf);
  EXPECT_EQ(options_.cosine, Cosine::standardised);
  EXPECT_TRUE(options_.exclude_first);
  EXPECT_EQ(options_.test, tacet::Test::independent);
  EXPECT_EQ(options_.alpha, 0.01);
  EXPECT_EQ(options_.correction, Correction::bh);
  EXPECT_EQ(options_.family, Family::sweep);
  EXPECT_EQ(options_.pairs, PairsKind::all);
  EXPECT_EQ(options_.threads, 2);
  EXPECT_EQ(cut_.heads, "L1H1");
  EXPECT_EQ(cut_.at, "-1");
  EXPECT_EQ(cut_.mode.scale, 0.5F);
  EXPECT_EQ(model_.model, "folder");
  EXPECT_EQ(prompt_.text, "some text");
  EXPECT_TRUE(prompt_.prepend_bos);
  EXPECT_EQ(output_.out, "file");
  EXPECT_EQ(output_.format, Format::csv);
  EXPECT_EQ(output_.color, ColorMode::never);
}

TEST_F(DeclaredOptions, AreGivenOnce) {
  EXPECT_THAT(usage_error([this] {
                parse({"-m", "a", "--model", "b"});
              }),
              HasSubstr("--model is given 2 times"));
}

TEST(DeclaredSweepOptions, ReachTheirFields) {
  CLI::App app;
  SweepSource source;
  SweepCutOptions cut;
  SweepStoreOptions store;
  std::uint64_t memory = 0;
  declare_source(app, source);
  declare_sweep_cut(app, cut);
  declare_sweep_store(app, store);
  declare_memory(app, memory);
  EXPECT_EQ(cut.heads, "all");
  std::vector<std::string> arguments = {
      "one text", "another",      "--heads",  "3.*,L4H0+L5H1", "--at",   "-1",
      "--mode",   "scale:0.5",    "--db",     "a.db",          "--show", "--run",
      "7",        "--metric",     "cohen_dz", "--top",         "3",      "--memory",
      "2GiB",     "--prompts",    "list",     "--prompt-file", "file",   "--token-ids",
      "1,2,3",    "--prepend-bos"};
  std::reverse(arguments.begin(), arguments.end());
  app.parse(std::move(arguments));
  EXPECT_EQ(source.texts, (std::vector<std::string>{"one text", "another"}));
  EXPECT_EQ(source.list, "list");
  EXPECT_EQ(source.file, "file");
  EXPECT_EQ(source.token_ids, "1,2,3");
  EXPECT_TRUE(source.prepend_bos);
  EXPECT_EQ(cut.heads, "3.*,L4H0+L5H1");
  EXPECT_EQ(cut.at, "-1");
  EXPECT_EQ(cut.mode.scale, 0.5F);
  EXPECT_EQ(store.database, "a.db");
  EXPECT_TRUE(store.show);
  EXPECT_EQ(store.runs, (std::vector<std::vector<std::int64_t>>{{7}}));
  EXPECT_EQ(store.metric, Metric::cohen_dz);
  EXPECT_EQ(store.top, 3);
  EXPECT_EQ(memory, std::uint64_t{2} << 30);
}

}  // namespace options_test
}  // namespace tacet::cli
