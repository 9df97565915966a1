// Help, completions and man page are made from the same declarations.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/app_info.h"
#include "cli/completions.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/tool.h"
#include "cli/width.h"

namespace tacet::cli {
namespace declarations_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

CommandInfo whole_tool() {
  return describe_app(Tool().app());
}

const CommandInfo& command(const CommandInfo& tool, const std::string& name) {
  return *std::ranges::find(tool.commands, "tacet " + name, &CommandInfo::name);
}

const OptionInfo& option(const CommandInfo& command, const std::string& name) {
  return *std::ranges::find_if(command.options, [&name](const OptionInfo& candidate) {
    return std::ranges::find(candidate.names, name) != candidate.names.end();
  });
}

TEST(DescribeApp, ReadsTheDeclarations) {
  const CommandInfo tool = whole_tool();
  EXPECT_EQ(tool.name, "tacet");
  const CommandInfo& silence = command(tool, "silence");
  EXPECT_EQ(usage_of(silence), "tacet silence [OPTIONS] [PROMPT]");
  EXPECT_EQ(usage_of(command(tool, "models")), "tacet models [OPTIONS] [FOLDER...]");
  EXPECT_EQ(usage_of(command(tool, "pull")), "tacet pull [OPTIONS] [REPO_ID]");
  EXPECT_EQ(option(command(tool, "pull"), "--revision").default_value, "main");
  const CommandInfo& sweep = command(tool, "sweep");
  EXPECT_EQ(usage_of(sweep), "tacet sweep [OPTIONS] [PROMPT...]");
  EXPECT_THAT(option(sweep, "--metric").choices,
              ElementsAre("late", "immediate", "extreme", "t", "cohen_dz", "onset"));
  EXPECT_EQ(option(sweep, "--heads").default_value, "all");
  EXPECT_EQ(option(sweep, "--top").default_value, "10");
  EXPECT_EQ(option(sweep, "--memory").default_value, "a quarter of what is free");
  EXPECT_THAT(option(silence, "--format").choices, ElementsAre("table", "json", "csv"));
  EXPECT_THAT(
      option(silence, "--mode").choices,
      ElementsAre("zero", "mean", "corpus-mean", "position-mean", "resample", "negate", "scale:"));
  EXPECT_THAT(option(silence, "--out").names, ElementsAre("-o", "--out"));
  EXPECT_EQ(signature_of(option(silence, "--out")), "-o, --out FILE");
  EXPECT_EQ(option(silence, "--quiet").value, "");
  EXPECT_EQ(option(silence, "--alpha").default_value, "0.05");
  EXPECT_TRUE(option(silence, "PROMPT").is_argument);
  EXPECT_TRUE(option(command(tool, "models"), "FOLDER").is_repeated);
  EXPECT_EQ(groups_of(silence).back(), "Options");
}

TEST(DescribeApp, EveryOptionIsDescribed) {
  for (const CommandInfo& sub : whole_tool().commands) {
    EXPECT_THAT(sub.summary, Not(IsEmpty()));
    EXPECT_THAT(sub.epilog, HasSubstr("Examples:"));
    for (const OptionInfo& entry : sub.options) {
      EXPECT_TRUE(entry.description.ends_with(".")) << sub.name << " " << entry.names.front();
    }
  }
}

TEST(HelpText, FitsEightyColumnsApartFromExamples) {
  for (const CommandInfo& sub : whole_tool().commands) {
    const std::string help = help_text(sub);
    const std::string body = help.substr(0, help.find("Examples:"));
    std::size_t begin = 0;
    while (begin < body.size()) {
      const std::size_t end = std::min(body.find('\n', begin), body.size());
      EXPECT_LE(display_width(body.substr(begin, end - begin)), 80U) << body.substr(begin, 90);
      begin = end + 1;
    }
  }
}

/// A tool with one command whose texts hold what shells and roff treat specially.
CommandInfo made_tool() {
  OptionInfo option;
  option.names = {"-x", "--ex-y"};
  option.value = "a|b";
  option.choices = {"a", "b"};
  option.description = "It's [a]: \\ of b. More.";
  option.group = "Options";
  CommandInfo sub;
  sub.name = "tool run";
  sub.summary = "Run: it.";
  sub.epilog = "Examples:\n'quoted'\n.dot\n";
  sub.options = {option};
  CommandInfo tool;
  tool.name = "tool";
  tool.summary = "does";
  tool.details = "One.\n\nTwo.";
  tool.commands = {sub};
  return tool;
}

TEST(HelpText, OfAMadeTool) {
  EXPECT_EQ(
      help_text(made_tool()),
      "tool - does\n\nUsage: tool COMMAND [OPTIONS] [ARGUMENTS]\n\nOne.\n\nTwo.\n\nCommands:\n"
      "  run                     Run: it.\n");
  EXPECT_EQ(help_text(made_tool().commands.front()),
            "Run: it.\n\nUsage: tool run [OPTIONS]\n\nOptions:\n"
            "  -x, --ex-y a|b          It's [a]: \\ of b. More.\n\nExamples:\n'quoted'\n.dot\n");
}

TEST(ManPage, EscapesWhatRoffReads) {
  const std::string page = man_page(made_tool(), "1.2.3");
  EXPECT_TRUE(page.starts_with(".TH TOOL 1 \"\" \"tool 1.2.3\" \"User Commands\"\n")) << page;
  EXPECT_THAT(page, HasSubstr("\\fB\\-x\\fR, \\fB\\-\\-ex\\-y\\fR \\fIa|b\\fR\n"));
  EXPECT_THAT(page, HasSubstr("It's [a]: \\e of b. More.\n"));
  EXPECT_THAT(page, HasSubstr("\n\\&'quoted'\n\\&.dot\n"));
}

TEST(Completions, EscapeWhatShellsRead) {
  const CommandInfo tool = made_tool();
  EXPECT_THAT(completion_script(tool, Shell::zsh),
              HasSubstr("'(-x --ex-y)--ex-y=[It'\\''s \\[a\\]\\: \\\\ of b.]:a|b:(a b)'"));
  EXPECT_THAT(completion_script(tool, Shell::zsh), HasSubstr("'run:Run\\: it.'"));
  EXPECT_THAT(completion_script(tool, Shell::fish),
              HasSubstr("-s x -l ex-y -x -a 'a b' -d 'It\\'s [a]: \\\\ of b.'"));
  EXPECT_THAT(completion_script(tool, Shell::bash),
              HasSubstr("-x|--ex-y) COMPREPLY=($(compgen -W \"a b\" -- \"$cur\")); return ;;"));
}

}  // namespace declarations_test
}  // namespace tacet::cli
