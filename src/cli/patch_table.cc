#include "cli/patch_table.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/prompt_view.h"
#include "cli/table_limits.h"
#include "cli/value_map.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr double kNoteworthy = 0.05;  // of the difference between the two runs
constexpr std::size_t kPatchPieceWidth = 14;

bool denoises(const PatchResult& result) {
  return result.direction == PatchDirection::denoise;
}

/// The logit difference of the run that is patched.
double start_of(const PatchResult& result) {
  return denoises(result) ? result.corrupt_logit_diff : result.clean_logit_diff;
}

bool has_shares(const PatchResult& result) {
  return result.clean_logit_diff != result.corrupt_logit_diff;
}

/// What the maps show: the recovered share, or logits where there is no share.
double value_of(const PatchCell& cell, const PatchResult& result) {
  return cell.recovered ? *cell.recovered : cell.logit_diff - start_of(result);
}

std::string format_value(double value, const PatchResult& result) {
  return has_shares(result) ? fmt::format("{:+.1f} %", 100 * value) : fmt::format("{:+.4f}", value);
}

const std::vector<Token>& shown_tokens(const PatchResult& result) {
  return result.pairs.front().pair.clean.tokens;
}

std::string position_name(int position, const PatchResult& result) {
  const Token& token = shown_tokens(result)[static_cast<std::size_t>(position)];
  return fmt::format("{} {}", position, truncate(visible_piece(token), kPatchPieceWidth));
}

std::string cell_name(const PatchCell& cell, const PatchResult& result) {
  std::string name =
      cell.head ? to_string(Head{cell.layer, *cell.head}) : fmt::format("into L{}", cell.layer);
  if (cell.position) name += " at " + position_name(*cell.position, result);
  return name;
}

std::string patched_text(const PatchResult& result) {
  const std::string into = denoises(result) ? "the clean run's, put into the corrupted run"
                                            : "the corrupted run's, put into the clean run";
  switch (result.by) {
    case PatchBy::head:
      return fmt::format("each head's output at all tokens: {}", into);
    case PatchBy::head_position:
      return fmt::format("each head's output at each token: {}", into);
    case PatchBy::block_position:
      return fmt::format("the stream that enters each block, at each token: {}", into);
  }
  return "";
}

std::string measured_text(const PatchResult& result) {
  if (result.pairs.size() > 1) {
    return fmt::format("logit of target − contrast, mean of {} pairs", result.pairs.size());
  }
  const PatchPair& pair = result.pairs.front().pair;
  return fmt::format("logit of {} − {}", visible_piece(pair.target), visible_piece(pair.contrast));
}

std::vector<int> differing(const PatchPair& pair) {
  std::vector<int> positions;
  for (std::size_t t = 0; t < pair.clean.tokens.size(); ++t) {
    if (pair.clean.tokens[t].id != pair.corrupt.tokens[t].id) {
      positions.push_back(static_cast<int>(t));
    }
  }
  return positions;
}

std::string head_fields(const PatchResult& result, const ModelView& model, const View& view) {
  std::string out = field("model", model_line(model), view);
  out += field("patched", patched_text(result), view);
  out += field("measured", measured_text(result), view);
  out += field("clean", fmt::format("{:+.4f}", result.clean_logit_diff), view);
  out += field("corrupted", fmt::format("{:+.4f}", result.corrupt_logit_diff), view) + "\n";
  if (result.pairs.size() > 1) {
    return out + paragraph(fmt::format("The first of {} pairs:", result.pairs.size()), view) +
           render_prompt(result.pairs.front().pair.clean.tokens,
                         differing(result.pairs.front().pair), view.width, view.style);
  }
  const PatchPair& pair = result.pairs.front().pair;
  const std::vector<int> marked = differing(pair);
  return out + render_prompt(pair.clean.tokens, marked, view.width, view.style) +
         render_prompt(pair.corrupt.tokens, marked, view.width, view.style);
}

std::string map_title(const PatchResult& result, std::string_view by) {
  return has_shares(result) ? fmt::format("Recovered share of the logit difference, {}", by)
                            : fmt::format("Change of the logit difference, {}", by);
}

std::string meaning(const PatchResult& result, const View& view) {
  const std::string towards = denoises(result) ? "clean" : "corrupted";
  return fmt::format(
      "{} the patch takes the answer towards the {} run's, {} away from it. =: exactly no change.",
      view.style.color() ? "Red:" : "+", towards, view.style.color() ? "blue:" : "-");
}

std::string map_by_head(const PatchResult& result, const View& view) {
  std::vector<std::pair<Head, std::optional<double>>> heads;
  for (const PatchCell& cell : result.cells) {
    heads.emplace_back(Head{cell.layer, *cell.head}, value_of(cell, result));
  }
  ValueMap map = head_map(heads);
  map.title = map_title(result, "by block and head");
  map.format = [&result](double value) { return format_value(value, result); };
  map.meaning = meaning(result, view);
  return render_value_map(map, view) + "\n";
}

/// A row per token, a column per block.
std::string map_by_position(const PatchResult& result, const View& view) {
  ValueMap map;
  map.corner = "into block";
  map.values.resize(shown_tokens(result).size());
  for (std::size_t t = 0; t < map.values.size(); ++t) {
    map.rows.push_back(position_name(static_cast<int>(t), result));
  }
  for (const PatchCell& cell : result.cells) {
    if (*cell.position == 0) map.columns.push_back(fmt::format("{}", cell.layer));
    map.values[static_cast<std::size_t>(*cell.position)].emplace_back(value_of(cell, result));
  }
  map.title = map_title(result, "by token and block");
  map.format = [&result](double value) { return format_value(value, result); };
  map.meaning =
      meaning(result, view) + " The stream into block ℓ is hidden_states[ℓ] of Hugging Face.";
  return render_value_map(map, view) + "\n";
}

/// Of every position the head that does most there.
std::string lines_by_position(const PatchResult& result, const View& view) {
  std::string out = view.style.paint(
      Ink::title, fmt::format("  {}{:<9}{:>12}   {}", pad_right("position", kPatchPieceWidth + 6),
                              "strongest", has_shares(result) ? "recovered" : "change",
                              has_shares(result) ? "heads beyond 5 %" : ""));
  out.erase(out.find_last_not_of(' ') + 1);
  out += "\n";
  for (std::size_t t = 0; t < shown_tokens(result).size(); ++t) {
    const PatchCell* strongest = nullptr;
    int noteworthy = 0;
    for (const PatchCell& cell : result.cells) {
      if (static_cast<std::size_t>(*cell.position) != t) continue;
      const double size = std::abs(value_of(cell, result));
      if (size >= kNoteworthy) ++noteworthy;
      if (strongest == nullptr || size > std::abs(value_of(*strongest, result))) strongest = &cell;
    }
    const std::string name =
        pad_right(position_name(static_cast<int>(t), result), kPatchPieceWidth + 6);
    if (strongest == nullptr || value_of(*strongest, result) == 0) {
      out += fmt::format("  {}{:<9}{:>12}\n", name, "-", "=");
      continue;
    }
    out += fmt::format("  {}{:<9}{:>12}", name, to_string(Head{strongest->layer, *strongest->head}),
                       format_value(value_of(*strongest, result), result));
    out += has_shares(result) ? fmt::format("{:>12}\n", noteworthy) : "\n";
  }
  return out + "\n";
}

std::vector<const PatchCell*> by_strength(const PatchResult& result) {
  std::vector<const PatchCell*> cells;
  for (const PatchCell& cell : result.cells) cells.push_back(&cell);
  std::ranges::stable_sort(cells, std::ranges::greater{}, [&](const PatchCell* cell) {
    return std::abs(value_of(*cell, result));
  });
  return cells;
}

std::string strongest_cells(const PatchResult& result, const View& view) {
  std::vector<const PatchCell*> cells = by_strength(result);
  if (!view.verbose) cells.resize(std::min(cells.size(), kLinesBesideMap));
  const bool several = result.pairs.size() > 1;
  std::size_t width = 8;
  for (const PatchCell* const cell : cells) {
    width = std::max(width, display_width(cell_name(*cell, result)) + 1);
  }
  std::string out = view.style.paint(
      Ink::title,
      fmt::format("  {}{:>12}{:>12}{}", pad_right("patched", width), "logit diff",
                  has_shares(result) ? "recovered" : "change",
                  several ? fmt::format("{:>12}{:>12}", "sd (diff)", "sd (share)") : ""));
  out += "\n";
  const auto optional = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.3f}", *value) : std::string("-");
  };
  for (const PatchCell* const cell : cells) {
    out += fmt::format("  {}{:>12}{:>12}", pad_right(cell_name(*cell, result), width),
                       fmt::format("{:+.4f}", cell->logit_diff),
                       format_value(value_of(*cell, result), result));
    if (several) {
      out +=
          fmt::format("{:>12}{:>12}", optional(cell->logit_diff_sd), optional(cell->recovered_sd));
    }
    out += "\n";
  }
  return out;
}

std::string verdict(const PatchResult& result, const View& view) {
  if (!has_shares(result)) {
    return paragraph(
        "The clean and the corrupted run have the same logit difference, so there is no share of "
        "it to recover; the changes are in logits.",
        view, Ink::title);
  }
  const auto brings = std::ranges::count_if(
      result.cells, [](const PatchCell& cell) { return *cell.recovered >= kNoteworthy; });
  const auto takes = std::ranges::count_if(
      result.cells, [](const PatchCell& cell) { return *cell.recovered <= -kNoteworthy; });
  const PatchCell& strongest = *by_strength(result).front();
  return paragraph(
      fmt::format("{} does most: {} of the way from {:+.4f} to {:+.4f}. {} of {} places bring 5 % "
                  "or more, {} take as much away.",
                  cell_name(strongest, result), format_value(*strongest.recovered, result),
                  start_of(result),
                  denoises(result) ? result.clean_logit_diff : result.corrupt_logit_diff, brings,
                  result.cells.size(), takes),
      view, Ink::title);
}

std::string legend(const PatchResult& result, const View& view) {
  std::string text = fmt::format(
      "0 % leaves the {} run as it was, 100 % makes it as good as the other; shares may lie beyond "
      "and need not add up.",
      denoises(result) ? "corrupted" : "clean");
  if (result.pairs.size() > 1) {
    text += " sd: over the pairs, of the patched logit difference and of each pair's own share.";
  }
  return paragraph(text, view, Ink::dim);
}

}  // namespace

std::string render_patch(const PatchResult& result, const ModelView& model, const View& view) {
  std::string out = head_fields(result, model, view) + "\n";
  switch (result.by) {
    case PatchBy::head:
      out += map_by_head(result, view);
      break;
    case PatchBy::head_position:
      out += lines_by_position(result, view);
      break;
    case PatchBy::block_position:
      out += map_by_position(result, view);
      break;
  }
  out += strongest_cells(result, view) + "\n" + verdict(result, view);
  return view.quiet ? out : out + "\n" + legend(result, view);
}

}  // namespace tacet::cli
