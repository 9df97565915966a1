#include "cli/figure_options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/declare.h"
#include "cli/values.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

using report::ComparisonPart;
using report::FigureKind;
using report::PairsShow;
using report::Quantity;

constexpr std::array kKinds = {
    FigureKind::map,     FigureKind::ripple,     FigureKind::perturbation, FigureKind::trajectory,
    FigureKind::pairs,   FigureKind::families,   FigureKind::forest,       FigureKind::followed,
    FigureKind::predict, FigureKind::comparison, FigureKind::patch};
constexpr std::array kShows = {PairsShow::clean, PairsShow::silenced, PairsShow::delta};
constexpr std::array kQuantities = {Quantity::prob, Quantity::log_prob, Quantity::logit_diff,
                                    Quantity::kl,   Quantity::rank,     Quantity::recovered};
constexpr std::array kParts = {ComparisonPart::maps, ComparisonPart::histograms,
                               ComparisonPart::scatter};
constexpr const char* kFinalNorm = "ln_f";
constexpr double kLargestScale = 20;

constexpr const char* kResults = "Results";
constexpr const char* kShownGroup = "What is shown";
constexpr const char* kLook = "How it looks";

/// An option or argument that takes one of `choices` and has no value unless it is given.
template <typename Enum, std::size_t N>
CLI::Option* add_optional_choice(CLI::App& app, const std::string& name,
                                 std::optional<Enum>& target, const std::array<Enum, N>& choices,
                                 const std::string& description) {
  std::vector<std::string> names;
  for (const Enum choice : choices) names.emplace_back(to_string(choice));
  const auto setter = [&target, name, names, choices](const std::string& text) {
    target = choices.at(parse_choice(name, text, names));
  };
  return add_value(app, name, fmt::format("{}", fmt::join(names, "|")), setter, description);
}

CLI::Option* add_size(CLI::App& app, const std::string& name, std::optional<int>& target, int low,
                      int high, const std::string& description) {
  const auto setter = [&target, name, low, high](const std::string& text) {
    target = parse_int(name, text, low, high);
  };
  return add_value(app, name, "PX", setter, description);
}

void declare_results(CLI::App& app, PageSource& source) {
  const auto set_run = [&source](const std::string& text) {
    source.run = parse_int("--run", text, 0, kAnyNumber);
  };
  add_text(app, "--db", "FILE", source.database, "The database of a sweep.")->group(kResults);
  add_text(app, "--json", "FILE", source.json,
           "The JSON that `tacet silence`, `predict` or `patch` wrote with --format json.")
      ->group(kResults);
  add_value(app, "--run", "N", set_run, "The run of this id, in place of the first one.")
      ->group(kResults);
  add_text(app, "-m,--model", "MODEL", source.model,
           "The model that the results were made with, where it is not found under the name that "
           "it had then. pairs needs it, and trajectory with --json.")
      ->group(kResults);
  add_text(app, "--revision", "REVISION", source.revision,
           "Of a model in the Hugging Face cache: a branch, a tag or a commit; else main.")
      ->group(kResults);
}

void declare_shown(CLI::App& app, FigureOptions& options) {
  add_text(app, "--heads", "SPEC", options.source.heads,
           "The heads, in place of the strongest: L3H5; ripple and perturbation compare several, "
           "map and patch outline them, predict shows one before and after.")
      ->group(kShownGroup);
  add_optional_choice(app, "--metric", options.metric, kMetrics, "What a map shows; else late.")
      ->group(kShownGroup);
  add_text(app, "--block", "N|ln_f", options.block,
           "The block after which pairs are shown; else the last one. Of a patch by "
           "head,position, the block whose heads are shown, in place of the strongest of each.")
      ->group(kShownGroup);
  add_optional_choice(app, "--quantity", options.quantity, kQuantities,
                      "What predict and patch show: the change of the target's probability, of its "
                      "logarithm, of the logit difference, KL, the change of the rank; of patch "
                      "recovered or logit_diff.")
      ->group(kShownGroup);
  add_optional_choice(app, "--part", options.part, kParts,
                      "What of a comparison is shown; else maps.")
      ->group(kShownGroup);
  add_optional_choice(app, "--show", options.show, kShows,
                      "Which cosines of the pairs; else delta. For trajectory, clean leaves the "
                      "silenced one out.")
      ->group(kShownGroup);
}

void declare_look(CLI::App& app, FigureOptions& options) {
  add_text(app, "-o,--out", "FILE", options.out,
           "FILE.svg, FILE.png or FILE.pdf; needed. It is there whole or not at all.")
      ->group(kLook);
  add_size(app, "--width", options.width, report::kSmallestSide, report::kLargestSide,
           "Width; else what suits the kind. 96 px are an inch.")
      ->group(kLook);
  add_size(app, "--height", options.height, report::kSmallestSide, report::kLargestSide,
           "Height; else what suits the kind.")
      ->group(kLook);
  add_size(app, "--font-size", options.font_size, report::kSmallestFont, report::kLargestFont,
           "Size of labels; else 12. Titles follow it.")
      ->group(kLook);
  const auto set_scale = [&options](const std::string& text) {
    options.scale = parse_between("--scale", text, 0, kLargestScale);
  };
  add_value(app, "--scale", "X", set_scale, "Pixels of a PNG to each px; else 2.")->group(kLook);
  add_flag(app, "--dark", options.dark, "Light on dark.")->group(kLook);
  add_flag(app, "--light", options.light, "Dark on light, as it is unless --dark is given.")
      ->group(kLook);
  add_text(app, "--title", "TEXT", options.title, "A title in place of the figure's own.")
      ->group(kLook);
}

[[noreturn]] void refuse(const char* option, FigureKind kind, const char* belongs) {
  throw UsageError(fmt::format("{} means nothing for a figure of kind {}; it belongs to {}", option,
                               to_string(kind), belongs));
}

void check_quantity(const std::optional<Quantity>& quantity, FigureKind kind) {
  if (!quantity) return;
  const std::string option = fmt::format("--quantity {}", to_string(*quantity));
  if (kind == FigureKind::predict) {
    if (quantity == Quantity::recovered) refuse(option.c_str(), kind, "patch");
  } else if (kind == FigureKind::patch) {
    const bool has = quantity == Quantity::recovered || quantity == Quantity::logit_diff;
    if (!has) refuse(option.c_str(), kind, "predict");
  } else {
    refuse("--quantity", kind, "predict and patch");
  }
}

}  // namespace

void declare_figure_options(CLI::App& app, FigureOptions& options) {
  add_optional_choice(
      app, "KIND", options.kind, kKinds,
      "map: all heads; ripple: mean change per block; perturbation: its size; "
      "trajectory: similarity per block; pairs: token x token; families: how many "
      "heads do what; forest: one head on every prompt, and over all of them; followed: "
      "two words' similarity per block; predict: the prediction without each "
      "head, or without the one of --heads; comparison: ways to silence side by "
      "side; patch: which places carry the answer.");
  declare_results(app, options.source);
  declare_shown(app, options);
  declare_look(app, options);
}

FigureFormat format_of(const std::string& file) {
  std::string ending = std::filesystem::path(file).extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == ".svg") return FigureFormat::svg;
  if (ending == ".png") return FigureFormat::png;
  if (ending == ".pdf") return FigureFormat::pdf;
  throw UsageError(fmt::format(
      "--out '{}' does not say what to write; give a name that ends in .svg, .png or .pdf", file));
}

void check_figure(const FigureOptions& options) {
  if (!options.kind) {
    std::vector<std::string_view> names;
    for (const FigureKind kind : kKinds) names.push_back(to_string(kind));
    throw UsageError(fmt::format("no kind of figure is named; give one of {} after 'figure'",
                                 fmt::join(names, ", ")));
  }
  if (!options.out) throw UsageError("no file is named; give --out FILE.svg, .png or .pdf");
  const FigureKind kind = *options.kind;
  const bool is_pairs = kind == FigureKind::pairs;
  const bool is_trajectory = kind == FigureKind::trajectory;
  if (options.metric && kind != FigureKind::map) refuse("--metric", kind, "map");
  const bool is_patch = kind == FigureKind::patch;
  if (options.block && !is_pairs && !is_patch) refuse("--block", kind, "pairs and patch");
  if (options.block == kFinalNorm && is_patch) refuse("--block ln_f", kind, "pairs");
  check_quantity(options.quantity, kind);
  if (options.part && kind != FigureKind::comparison) refuse("--part", kind, "comparison");
  if (options.show && !is_pairs && !is_trajectory) refuse("--show", kind, "pairs and trajectory");
  if (options.show == PairsShow::delta && is_trajectory) refuse("--show delta", kind, "pairs");
  if (options.source.model && !is_pairs && !is_trajectory) {
    refuse("--model", kind, "pairs and trajectory");
  }
  if (options.source.revision && !is_pairs && !is_trajectory) {
    refuse("--revision", kind, "pairs and trajectory");
  }
  const bool is_of_all = kind == FigureKind::families || kind == FigureKind::comparison;
  if (options.source.heads && is_of_all) refuse("--heads", kind, "the other kinds");
  if (options.source.heads && is_trajectory && options.show == PairsShow::clean) {
    throw UsageError("--show clean leaves the silenced trajectory out; leave out --heads as well");
  }
  if (options.scale && format_of(*options.out) != FigureFormat::png) {
    throw UsageError("--scale says how many pixels a PNG has; SVG and PDF have none");
  }
  if (options.dark && options.light) throw UsageError("--dark and --light contradict each other");
}

report::FigureRequest request_of(const FigureOptions& options, int n_layer) {
  report::FigureRequest request;
  request.kind = *options.kind;
  request.metric = options.metric.value_or(Metric::late);
  request.show = options.show;
  request.quantity = options.quantity;
  request.part = options.part;
  request.width = options.width;
  request.height = options.height;
  request.font_size = options.font_size;
  request.dark = options.dark;
  request.title = options.title;
  request.final_norm = options.block == kFinalNorm;
  if (options.block && !request.final_norm) {
    request.block = parse_int("--block", *options.block, 0, n_layer - 1);
  }
  return request;
}

}  // namespace tacet::cli
