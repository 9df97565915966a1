#include "cli/trajectory_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/prompt_view.h"
#include "cli/table_limits.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

/// Where the columns of this table stand.
struct TrajectoryLayout {
  std::size_t name = 5;
  std::size_t hidden = 2;
  std::size_t cells = 20;
};

TrajectoryLayout layout_of(const TrajectoryResult& result, const View& view) {
  TrajectoryLayout layout;
  const std::size_t digits = fmt::format("{}", result.layers.size()).size();
  layout.name = std::max(layout.name, digits + 1);
  layout.hidden = std::max(layout.hidden, digits);
  if (view.width < kFullWidth) layout.cells = 6;
  return layout;
}

std::string header(const TrajectoryLayout& layout, const View& view) {
  const std::string out =
      std::string(6, ' ') + pad_right("state", layout.name) + " " +
      pad_left("hs", layout.hidden + 1) + "  " +
      pad_right(layout.cells < 8 ? "similarity" : "mean similarity", layout.cells + 8) +
      fmt::format("{:>8}{:>8}{:>8}{:>9}{:>9}{:>7}", "q25", "median", "q75", "length", "distance",
                  "rank");
  return view.style.paint(Ink::title, out) + "\n";
}

std::string row_text(const TrajectoryRow& row, const std::string& mark, const std::string& name,
                     const std::string& hidden, const TrajectoryLayout& layout, const View& view) {
  std::string out = view.style.paint(Ink::cut, pad_right(mark, 6));
  out += pad_right(name, layout.name) + " " + pad_left(hidden, layout.hidden + 1) + "  ";
  out += view.style.paint(Ink::bar, unit_bar(row.mean, layout.cells));
  out += fmt::format("{:>8}{:>8}{:>8}{:>8}{:>9}{:>9}{:>7}", format_mean(row.mean),
                     format_mean(row.q25), format_mean(row.median), format_mean(row.q75),
                     format_length(row.mean_norm), format_length(row.mean_distance),
                     fmt::format("{:.2f}", row.effective_rank));
  return out + "\n";
}

std::string rows(const TrajectoryResult& result, const View& view) {
  const TrajectoryLayout layout = layout_of(result, view);
  std::string out = header(layout, view);
  out += row_text(result.embedding, "", "embed", "0", layout, view);
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    const bool is_lowest = static_cast<int>(i) == result.summary.min_layer;
    out += row_text(result.layers[i], is_lowest ? "min ►" : "", fmt::format("L{}", i),
                    fmt::format("{}", i + 1), layout, view);
  }
  if (result.states == StatesKind::hf) return out;  // the last row is ln_f's output already
  std::string line = std::string(6, ' ');
  for (std::size_t i = 0; i < layout.name + layout.hidden + layout.cells + 61; ++i) line += "─";
  out += view.style.paint(Ink::dim, line) + "\n";
  return out + row_text(result.final_norm, "", "ln_f", fmt::format("{}", result.layers.size()),
                        layout, view);
}

std::string summary(const TrajectoryResult& result, const View& view) {
  const TrajectorySummary& clean = result.summary;
  const int last = static_cast<int>(result.layers.size()) - 1;
  const std::string end =
      result.states == StatesKind::hf
          ? fmt::format("{} at the end, with ln_f applied (hidden_states[{}])",
                        format_mean(clean.final_mean), last + 1)
          : fmt::format("{} in {}, {} after ln_f", format_mean(clean.final_mean), block_name(last),
                        format_mean(clean.final_norm_mean));
  return paragraph(
      fmt::format("The mean similarity is {} in the embedding, {} in {}, lowest in {} with {}, and "
                  "{}.",
                  format_mean(clean.embedding_mean), format_mean(clean.initial_mean), block_name(0),
                  block_name(clean.min_layer), format_mean(clean.min_mean), end),
      view, Ink::title);
}

}  // namespace

std::string render_trajectory(const TrajectoryResult& result, const ModelView& model,
                              const View& view) {
  std::string out = field("model", model_line(model), view);
  out += field("measured",
               fmt::format("cosine similarity of {} pairs of {} tokens", result.embedding.n_pairs,
                           result.prompt.tokens.size()),
               view);
  const std::string settings = measure_settings(
      result.states, {result.cosine, result.rogue_dimensions}, result.exclude_first);
  if (!settings.empty()) out += field("settings", settings, view);
  out += "\n" + render_prompt(result.prompt.tokens, {}, view.width, view.style);
  out += "\n" + rows(result, view) + "\n" + summary(result, view);
  if (view.quiet) return out;
  return out + "\n" +
         paragraph(
             "Over the pairs: mean, quartiles and mean Euclidean distance. Over the tokens: "
             "mean length, and the effective rank of their Gram matrix. hs: index in Hugging "
             "Face's hidden_states, whose last entry is ln_f's output.",
             view, Ink::dim);
}

}  // namespace tacet::cli
