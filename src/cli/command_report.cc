#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/page_pairs.h"
#include "cli/page_source.h"
#include "cli/progress.h"
#include "cli/run_settings.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

struct ReportArguments {
  PageSource source;
  std::optional<std::string> title;
  OutputOptions output;
  SilenceOptions options;  ///< threads alone
};

constexpr const char* kReportDescription =
    "Write results as a page: one HTML file that holds everything and asks for nothing.\n\n"
    "The page shows the map of all heads and, for the head that is chosen, how its ripple grows "
    "block by block, the clean model's trajectory, the similarity of every pair of tokens, and a "
    "reading in words. The results of predict and patch have pages of their own: what becomes of "
    "the prediction without each head, and which places carry the answer. A page opens from disk "
    "in any browser, with or without a network, and "
    "#head=L3H5 in its address chooses a head.";

constexpr const char* kReportExamples =
    "Examples:\n"
    "  tacet report --db sweep.db --out sweep.html\n"
    "  tacet report --db sweep.db --run 2 --heads L3H5 --pairs L3H5,L4H2 --out l3h5.html\n"
    "  tacet silence --heads L3H5 --format json --out l3h5.json \"Berlin is the capital of\"\n"
    "  tacet report --json l3h5.json --out l3h5.html\n"
    "  tacet predict --target ' Germany' --format json --out p.json \"Berlin is the capital of\"\n"
    "  tacet report --json p.json --out predict.html\n";

void run_report(const ReportArguments& arguments, const Terminal& terminal) {
  if (!arguments.output.out) throw UsageError("no file is named; give --out FILE.html");
  AnyContent any = read_content(arguments.source);
  const OutputOptions& output = arguments.output;
  if (auto* const content = std::get_if<report::PageContent>(&any)) {
    Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
    add_pairs(*content, arguments.source, usable_threads(arguments.options.threads, output.quiet),
              progress);
  }
  std::visit(
      [&](auto& content) {
        content.title = arguments.title.value_or("");
        write_page(content, *output.out);
      },
      any);
}

}  // namespace

Command declare_report(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("report", kReportDescription);
  app->footer(kReportExamples);
  const auto arguments = std::make_shared<ReportArguments>();
  declare_page_source(*app, arguments->source);
  declare_page_file(*app, arguments->output, arguments->title);
  declare_quiet(*app, arguments->output);
  declare_progress(*app, arguments->output);
  declare_threads(*app, arguments->options);
  return {app, [arguments](const Terminal& terminal) { run_report(*arguments, terminal); }};
}

}  // namespace tacet::cli
