#include "cli/predict_across_table.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/bars.h"
#include "cli/cut_text.h"
#include "cli/prompt_view.h"
#include "cli/table_limits.h"
#include "cli/value_map.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kWidestName = 26;

/// What the map and the order of the lines follow.
class Shown {
 public:
  explicit Shown(const store::PredictListing& listing)
      : is_logit_diff_(std::ranges::all_of(listing.prompts, [](const PredictResult& one) {
          return one.clean.contrast.has_value();
        })) {}

  bool is_logit_diff() const { return is_logit_diff_; }
  const PredictChange& of(const PredictAcrossRow& row) const {
    return is_logit_diff_ ? *row.logit_diff : row.log_prob;
  }
  std::string name() const { return is_logit_diff_ ? "Δ logit diff" : "Δ ln P"; }

 private:
  bool is_logit_diff_;
};

/// "384 heads"; "interventions" where some are joint.
std::string count_text(const PredictAcrossResult& across) {
  const bool single = std::ranges::all_of(
      across.rows, [](const PredictAcrossRow& row) { return row.heads.size() == 1; });
  return plural(across.rows.size(), single ? "head" : "intervention");
}

bool has_several_modes(const PredictAcrossResult& across) {
  std::set<std::string> modes;
  for (const PredictAcrossRow& row : across.rows) modes.insert(row.mode);
  return modes.size() > 1;
}

std::string silenced_text(const store::PredictListing& listing) {
  const PredictAcrossResult& across = listing.across;
  const Intervention& first = listing.prompts.front().interventions.front().intervention;
  const std::string what =
      across.rows.size() == 1 ? spec_of(first) : count_text(across) + ", each by itself";
  std::vector<std::string> modes;
  for (const SilencedPrediction& one : listing.prompts.front().interventions) {
    const std::string mode = mode_text(one.intervention.mode);
    if (std::ranges::find(modes, mode) == modes.end()) modes.push_back(mode);
  }
  return fmt::format("{} → {}, at {} tokens", what, fmt::join(modes, ", "),
                     first.positions.empty() ? "all" : "the --at");
}

std::string prompts_text(const PredictAcrossResult& across) {
  const std::string prompts = plural(across.n_prompts, "prompt");
  if (across.n_units == across.n_prompts) return prompts;
  return fmt::format("{} in {}, each of which counts once", prompts,
                     plural(across.n_units, "group"));
}

std::string head_fields(const store::PredictListing& listing, const ModelView& model,
                        const View& view) {
  const PredictResult& first = listing.prompts.front();
  std::string out = field("model", model_line(model), view);
  out += field("silenced", silenced_text(listing), view);
  out += field("predicted", "the token after the last one of each prompt", view);
  out += field("prompts", prompts_text(listing.across), view);
  const TokenScore& target = first.clean.target;
  std::string asked = visible_piece(target.token);
  if (first.clean.contrast) asked += " − " + visible_piece(first.clean.contrast->token);
  out += "\n" +
         paragraph(
             fmt::format("The first of {}, {}:", plural(listing.across.n_prompts, "prompt"), asked),
             view);
  return out + render_prompt(first.prompt.tokens,
                             first.interventions.front().intervention.positions, view.width,
                             view.style);
}

std::string map_of(const PredictAcrossResult& across, const Shown& shown, const View& view) {
  std::vector<std::pair<Head, std::optional<double>>> heads;
  for (const PredictAcrossRow& row : across.rows) {
    if (row.heads.size() == 1) heads.emplace_back(row.heads.front(), shown.of(row).test.mean);
  }
  if (heads.empty() || has_several_modes(across)) return "";
  ValueMap map = head_map(heads);
  map.title = shown.name() + ", mean over the prompts, by block and head";
  map.format = format_delta;
  const std::string less =
      shown.is_logit_diff() ? "the answer closer to the contrast" : "the target less likely";
  map.meaning =
      fmt::format("{} silencing the head brings {}; {} the other way. =: exactly no change.",
                  view.style.color() ? "Blue:" : "-", less, view.style.color() ? "red:" : "+");
  return render_value_map(map, view) + "\n";
}

std::string name_of(const PredictAcrossRow& row, bool with_mode) {
  return with_mode ? row.spec + " " + row.mode : row.spec;
}

std::string line_of(const PredictAcrossRow& row, const Shown& shown, std::size_t width,
                    bool with_mode) {
  const PredictChange& change = shown.of(row);
  std::string out = "  " + pad_right(truncate(name_of(row, with_mode), width), width);
  out += pad_left(fmt::format("{:+.3g}", change.test.mean), 11);
  out += pad_left(format_number(change.test.sd, 4), 9) + pad_left(format_t(change.test.t), 8);
  out += pad_left(format_p(change.test.p), 9) + pad_left(format_p(change.p_bh), 9);
  if (shown.is_logit_diff()) {
    out += pad_left(fmt::format("{:+.3g}", row.log_prob.test.mean), 9);
  }
  out += pad_left(format_number(row.kl_mean, 3), 9);
  return out + fmt::format("{:>6.0f} %", 100 * row.top1_changed) + "\n";
}

std::string lines(const std::vector<const PredictAcrossRow*>& rows, const Shown& shown,
                  bool with_mode, const View& view) {
  std::size_t width = 6;
  for (const PredictAcrossRow* const row : rows) {
    width = std::max(width, display_width(name_of(*row, with_mode)));
  }
  // All other columns take 74.
  const std::size_t most = std::max<std::size_t>(6, view.width > 80 ? view.width - 74 : 6);
  width = std::min({width, kWidestName, most});
  std::string header = "  " + pad_right("head", width);
  header += pad_left(shown.name(), shown.is_logit_diff() ? 12 : 11);
  header += pad_left("sd", shown.is_logit_diff() ? 8 : 9) + pad_left("t", 8) + pad_left("p", 9);
  header += pad_left("BH", 9);
  if (shown.is_logit_diff()) header += pad_left("Δ ln P", 9);
  header += pad_left("KL", 9) + pad_left("other", 8);
  std::string out = view.style.paint(Ink::title, header) + "\n";
  for (const PredictAcrossRow* const row : rows) out += line_of(*row, shown, width, with_mode);
  return out;
}

double certainty(const PredictChange& change) {
  return change.test.t ? std::abs(*change.test.t) : -1;
}

std::string legend(const PredictAcrossResult& across, const Shown& shown, const View& view) {
  std::string text = "A prompt is one observation. ";
  text += shown.is_logit_diff()
              ? "Δ logit diff: mean change of the logit of target minus that of contrast; "
              : "Δ ln P: mean change of the target's log probability; ";
  text += fmt::format(
      "sd over the prompts, t and p of its one-sample t-test, BH: p adjusted for the "
      "{} (Benjamini and Hochberg). KL: mean of KL(clean ‖ silenced), in nats. "
      "Other: prompts in which another token than in the clean run is the most "
      "likely one.",
      count_text(across));
  if (across.n_units < 2) text += " One prompt has no spread and no test: use more.";
  return paragraph(text, view, Ink::dim);
}

}  // namespace

std::string render_predict_prompts(const store::PredictListing& listing, const ModelView& model,
                                   const View& view) {
  const PredictAcrossResult& across = listing.across;
  const Shown shown(listing);
  std::vector<const PredictAcrossRow*> rows;
  for (const PredictAcrossRow& row : across.rows) rows.push_back(&row);
  std::string out = head_fields(listing, model, view) + "\n";
  if (rows.size() > kMostLines) {
    out += map_of(across, shown, view);
    if (!view.verbose) {
      std::ranges::stable_sort(rows, std::ranges::greater{}, [&](const PredictAcrossRow* row) {
        return certainty(shown.of(*row));
      });
      rows.resize(kLinesBesideMap);
      out += paragraph(
          fmt::format("The {} with the largest |t| (all with --verbose):", kLinesBesideMap), view);
    }
  }
  out += lines(rows, shown, has_several_modes(across), view);
  if (view.quiet) return out;
  return out + "\n" + legend(across, shown, view);
}

}  // namespace tacet::cli
