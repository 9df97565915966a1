#pragma once

#include <optional>
#include <string>

#include <CLI/App.hpp>

#include "cli/options.h"
#include "report/figure.h"
#include "tacet/sweep.h"

namespace tacet::cli {

/// The files that a figure can be written as.
enum class FigureFormat { svg, png, pdf };

/// A figure as the command line asks for it. What is not given has no value, so that an option
/// that a kind of figure does not know is seen.
struct FigureOptions {
  std::optional<report::FigureKind> kind;
  PageSource source;
  std::optional<Metric> metric;
  std::optional<std::string> block;
  std::optional<report::PairsShow> show;
  std::optional<report::Quantity> quantity;
  std::optional<report::ComparisonPart> part;
  std::optional<int> width;
  std::optional<int> height;
  std::optional<int> font_size;
  std::optional<double> scale;
  bool dark = false;
  bool light = false;
  std::optional<std::string> title;
  std::optional<std::string> out;
};

/// KIND, where the results come from, what of them is shown and how it looks.
void declare_figure_options(CLI::App& app, FigureOptions& options);

/// The format that `file`'s ending names. Throws UsageError for another ending.
FigureFormat format_of(const std::string& file);

/// Throws UsageError where something is missing, or an option does not belong to the kind.
void check_figure(const FigureOptions& options);

/// The request, of a model with n_layer blocks. Throws UsageError for a block that it does not
/// have.
report::FigureRequest request_of(const FigureOptions& options, int n_layer);

}  // namespace tacet::cli
