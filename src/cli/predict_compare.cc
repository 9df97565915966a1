#include "cli/predict_compare.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/comparison_table.h"
#include "cli/cut_text.h"
#include "cli/declare.h"
#include "cli/prompt_input.h"
#include "cli/prompt_view.h"
#include "cli/side_by_side.h"
#include "cli/table_limits.h"
#include "cli/value_map.h"
#include "cli/width.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr std::array kValues = {PredictedValue::prob, PredictedValue::logit_diff};

/// The first intervention of variant number `k`.
const Intervention& first_of(const PredictResult& result, const Comparison& comparison,
                             std::size_t k) {
  return result.interventions.at(k * comparison.heads.size()).intervention;
}

std::string head_fields(const PredictResult& result, const Comparison& comparison,
                        const ModelView& model, const View& view) {
  const std::size_t n_tokens = result.prompt.tokens.size();
  const std::size_t n_heads = comparison.heads.size();
  std::string out = field("model", model_line(model), view);
  out += field("silenced",
               n_heads == 1 ? comparison.heads.front().spec
                            : fmt::format("{} heads, each by itself", n_heads),
               view);
  for (std::size_t k = 0; k < comparison.variants.size(); ++k) {
    const Intervention& one = first_of(result, comparison, k);
    out +=
        field(k == 0 ? "compared" : "",
              fmt::format("{}: → {}, {}", support::escape_for_display(comparison.variants[k].name),
                          mode_text(one.mode), positions_text(one.positions, n_tokens)),
              view);
  }
  out += field("predicted",
               fmt::format("the token after position {}, {}; its likeliest is {}, P = {}",
                           result.position, visible_piece(result.prompt.tokens.back()),
                           visible_piece(result.clean.top.front().token),
                           format_number(result.clean.top.front().prob, 4)),
               view);
  const std::vector<int> touched =
      comparison.by == "mode" ? first_of(result, comparison, 0).positions : std::vector<int>();
  return out + "\n" + render_prompt(result.prompt.tokens, touched, view.width, view.style);
}

std::string what_of(const PredictResult& result, const Comparison& comparison) {
  if (comparison.value != "delta_prob") return comparison.what;
  return fmt::format("{} of {}", comparison.what,
                     truncate(visible_piece(result.clean.target.token), 16));
}

ValueMap map_of(const Comparison& comparison, std::size_t k, const View& view) {
  std::vector<std::pair<Head, std::optional<double>>> cells;
  for (const ComparedHead& head : comparison.heads) {
    if (head.heads.size() == 1) cells.emplace_back(head.heads.front(), head.values[k]);
  }
  ValueMap map = head_map(cells);
  map.title = truncate(support::escape_for_display(comparison.variants[k].name), 40);
  map.format = format_delta;
  map.meaning = view.style.color()
                    ? "Blue: silencing the head lowers it; red: raises it."
                    : "- silencing the head lowers it, + raises it. =: exactly as before.";
  for (const ComparedHead& head : comparison.heads) {
    if (head.heads.size() != 1) continue;
    for (std::size_t other = 0; other < head.values.size(); ++other) {
      if (other != k) map.scale_with.push_back(head.values[other]);
    }
  }
  return map;
}

/// All variants' maps, in one scale that stands below the last.
std::string maps(const PredictResult& result, const Comparison& comparison, const View& view) {
  const std::size_t n = comparison.variants.size();
  std::string out = "  " +
                    view.style.paint(Ink::title, fmt::format("{}, by block and head",
                                                             what_of(result, comparison))) +
                    "\n\n";
  View above = view;
  above.quiet = true;
  for (std::size_t k = 0; k < n; ++k) {
    const ValueMap map = map_of(comparison, k, view);
    if (map.rows.empty()) return "";
    const std::size_t half = k + 1 < n ? half_width(map, view) : 0;
    if (half > 0) {
      View narrow = above;
      narrow.width = half;
      out += beside(render_value_map(map, narrow),
                    render_value_map(map_of(comparison, k + 1, view), narrow), half);
      ++k;
    } else {
      out += render_value_map(map, above);
    }
    out += "\n";
  }
  if (!view.quiet) out += value_map_scale(map_of(comparison, 0, view), view) + "\n";
  return out;
}

}  // namespace

void declare_compare_by(CLI::App& app, std::optional<PredictedValue>& value) {
  const auto setter = [&value](const std::string& text) {
    std::vector<std::string> names;
    names.reserve(kValues.size());
    for (const PredictedValue one : kValues) names.emplace_back(to_string(one));
    value = kValues.at(parse_choice("--compare-by", text, names));
  };
  add_value(app, "--compare-by", "prob|logit-diff", setter,
            "With a list in --mode or in --compare-at: what is compared, the change of the "
            "target's probability or of the logit difference.")
      ->default_str(std::string(to_string(PredictedValue::prob)))
      ->group("What is predicted");
}

void check_compare_by(std::optional<PredictedValue> value, std::span<const CutVariant> variants,
                      const TargetOptions& targets) {
  if (!value) return;
  if (variants.size() == 1) {
    throw UsageError(
        "--compare-by says what is compared, and nothing is; give a list, such as --mode zero,mean "
        "or --compare-at all,-1, or leave it out");
  }
  if (*value == PredictedValue::logit_diff && !targets.contrast && !targets.contrast_id) {
    throw UsageError("--compare-by logit-diff needs a contrast; give --contrast or --contrast-id");
  }
}

std::vector<Intervention> interventions_of(std::span<const CutVariant> variants,
                                           const std::vector<Intervention>& named,
                                           const Prompt& prompt, const Model& model,
                                           const ReferenceReading& reading) {
  std::vector<std::vector<std::vector<int>>> positions;
  for (const CutVariant& variant : variants) {
    positions.push_back({resolve_positions(variant.cut.at, prompt)});
  }
  check_positions_differ(variants, positions, {&prompt, 1});
  std::vector<Intervention> interventions;
  std::shared_ptr<const ReferenceCorpus> corpus;
  SliceMode replaced;
  for (std::size_t k = 0; k < variants.size(); ++k) {
    const SweepCutOptions& cut = variants[k].cut;
    if (k == 0 || cut.mode != variants[k - 1].cut.mode) {
      ReferenceReading own = reading;
      own.seed = cut.replacement.seed.value_or(reading.seed);
      Replacement replacement(cut.mode, cut.replacement, model, own, corpus);
      if (replacement.shared_corpus()) corpus = replacement.shared_corpus();
      replaced = replacement.for_prompt(prompt, prompt.tokens.size());
    }
    for (const Intervention& one : named) {
      interventions.push_back(
          {.heads = one.heads, .positions = positions[k].front(), .mode = replaced});
    }
  }
  return interventions;
}

std::optional<Comparison> comparison_of(const PredictResult& result,
                                        std::span<const CutVariant> variants, std::string by,
                                        PredictedValue value) {
  if (variants.size() < 2) return std::nullopt;
  std::vector<std::string> names;
  for (const CutVariant& variant : variants) names.push_back(variant.name);
  return compare_predictions(result, names, std::move(by), value);
}

std::string render_predict_comparison(const PredictResult& result, const Comparison& comparison,
                                      const ModelView& model, const View& view) {
  std::string out = head_fields(result, comparison, model, view) + "\n";
  const bool has_maps = comparison.heads.size() > kMostLines;
  if (has_maps) out += maps(result, comparison, view);
  return out + render_comparison(comparison, has_maps ? kLinesBesideMap : kMostLines, view);
}

}  // namespace tacet::cli
