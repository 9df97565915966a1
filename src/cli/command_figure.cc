#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/figure_options.h"
#include "cli/output.h"
#include "cli/page_pairs.h"
#include "cli/page_source.h"
#include "cli/progress.h"
#include "cli/run_settings.h"
#include "report/figure.h"
#include "report/page_data.h"
#include "report/svg_raster.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

using report::FigureKind;
using report::PageContent;
using report::PagePrompt;

/// Pixels of a PNG to each px: sharp on screens and in print of common sizes.
constexpr double kDefaultScale = 2;

struct FigureArguments {
  FigureOptions figure;
  OutputOptions output;
  SilenceOptions options;  ///< threads alone
};

constexpr const char* kFigureDescription =
    "Draw a figure for a paper: SVG, PNG or PDF, with the page's charts and without a browser.\n\n"
    "The figure shows the first run and its strongest head unless --run and --heads say otherwise. "
    "The same results give the same SVG and PDF, byte for byte.";

constexpr const char* kFigureExamples =
    "Examples:\n"
    "  tacet figure map --db sweep.db --metric onset --out map.svg\n"
    "  tacet figure ripple --db sweep.db --heads L3H5,L4H2 --out ripple.pdf\n"
    "  tacet figure pairs --db sweep.db --heads L3H5 --block 20 --out pairs.png --dark\n"
    "  tacet figure predict --json predict.json --quantity kl --out kl.svg\n"
    "  tacet figure patch --json patch.json --width 600 --out patch.pdf\n"
    "  tacet figure trajectory --json l3h5.json --width 600 --font-size 14 --out trajectory.svg\n";

void check_single(std::size_t n_named, FigureKind kind) {
  if (n_named > 1) {
    throw UsageError(fmt::format("a figure of kind {} shows one intervention; --heads names {}",
                                 to_string(kind), n_named));
  }
}

/// The intervention that a figure of one is of. Throws UsageError when several were named.
std::string single_spec(const PageContent& content, FigureKind kind) {
  check_single(content.chosen.size(), kind);
  if (!content.chosen.empty()) return content.chosen.front();
  return std::ranges::max_element(
             content.prompts.front().outcomes, {},
             [](const SweepOutcome& one) { return std::abs(one.ripple.late_delta); })
      ->spec;
}

/// Adds what only the model can give: the matrices of `spec`, and a trajectory that is not known.
void add_from_model(PageContent& content, const std::string& spec, const FigureArguments& arguments,
                    const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  PageSource source = arguments.figure.source;
  source.pairs = spec;
  const int threads = usable_threads(arguments.options.threads, output.quiet);
  try {
    add_pairs(content, source, threads, progress);
  } catch (const ModelError& error) {
    throw ModelError(
        fmt::format("this figure needs the model that the results were made with: {}; "
                    "--model says where it is",
                    error.what()));
  }
}

std::string file_content(const std::string& svg, const FigureOptions& figure) {
  switch (format_of(*figure.out)) {
    case FigureFormat::svg:
      return svg;
    case FigureFormat::png:
      return report::svg_to_png(svg, figure.scale.value_or(kDefaultScale));
    case FigureFormat::pdf:
      return report::svg_to_pdf(svg);
  }
  return svg;
}

/// The experiment whose results a kind of figure shows.
store::Experiment experiment_of(FigureKind kind) {
  switch (kind) {
    case FigureKind::predict:
    case FigureKind::comparison:
      return store::Experiment::predict;
    case FigureKind::patch:
      return store::Experiment::patch;
    default:
      return store::Experiment::sweep;
  }
}

/// The commands that make its results, as messages name them.
std::string_view commands_of(store::Experiment experiment) {
  return experiment == store::Experiment::sweep ? "silence or sweep" : to_string(experiment);
}

[[noreturn]] void refuse_kind(FigureKind kind, store::Experiment held) {
  throw UsageError(fmt::format(
      "a figure of kind {} shows the results of {}, and these are of {}; name another kind or "
      "other results",
      to_string(kind), commands_of(experiment_of(kind)), commands_of(held)));
}

/// The document and what is asked of it.
struct Drawing {
  std::string data;
  report::FigureRequest request;
};

Drawing drawing_of(PageContent content, const FigureArguments& arguments,
                   const Terminal& terminal) {
  const report::FigureRequest request =
      request_of(arguments.figure, content.prompts.front().run.n_layer);
  const FigureKind kind = request.kind;
  if (experiment_of(kind) != store::Experiment::sweep) refuse_kind(kind, store::Experiment::sweep);
  if (kind == FigureKind::forest || kind == FigureKind::followed) {
    check_single(content.chosen.size(), kind);
  }
  if (kind != FigureKind::forest) {
    // The first run alone: the others would only be read.
    content.prompts.resize(1);
  }
  if (kind == FigureKind::pairs || kind == FigureKind::trajectory) {
    const std::string spec = single_spec(content, kind);
    if (kind == FigureKind::pairs || !content.prompts.front().trajectory) {
      add_from_model(content, spec, arguments, terminal);
    }
  }
  return {.data = report::page_data(content), .request = request};
}

Drawing drawing_of(const report::PredictPage& content, const FigureArguments& arguments,
                   const Terminal& /*terminal*/) {
  const FigureKind kind = *arguments.figure.kind;
  if (experiment_of(kind) != store::Experiment::predict) {
    refuse_kind(kind, store::Experiment::predict);
  }
  check_single(content.chosen.size(), kind);
  return {.data = report::page_data(content),
          .request = request_of(arguments.figure, content.model.n_layer)};
}

Drawing drawing_of(const report::PatchPage& content, const FigureArguments& arguments,
                   const Terminal& /*terminal*/) {
  const FigureKind kind = *arguments.figure.kind;
  if (experiment_of(kind) != store::Experiment::patch) refuse_kind(kind, store::Experiment::patch);
  if (arguments.figure.block && content.result.by != PatchBy::head_position) {
    throw UsageError(
        "--block chooses the block whose heads are shown at each position; these results have no "
        "heads at positions");
  }
  return {.data = report::page_data(content),
          .request = request_of(arguments.figure, content.model.n_layer)};
}

void run_figure(const FigureArguments& arguments, const Terminal& terminal) {
  const FigureOptions& figure = arguments.figure;
  check_figure(figure);
  format_of(*figure.out);
  const Drawing drawing = std::visit(
      [&](auto&& content) {
        return drawing_of(std::forward<decltype(content)>(content), arguments, terminal);
      },
      read_content(figure.source, experiment_of(*figure.kind)));
  write_result(file_content(report::render_svg(drawing.data, drawing.request), figure), figure.out);
}

}  // namespace

Command declare_figure(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("figure", kFigureDescription);
  app->footer(kFigureExamples);
  const auto arguments = std::make_shared<FigureArguments>();
  declare_figure_options(*app, arguments->figure);
  declare_quiet(*app, arguments->output);
  declare_progress(*app, arguments->output);
  declare_threads(*app, arguments->options);
  return {app, [arguments](const Terminal& terminal) { run_figure(*arguments, terminal); }};
}

}  // namespace tacet::cli
