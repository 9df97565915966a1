#include "cli/study_table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/cut_text.h"
#include "cli/test_names.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kIdWidth = 28;  // late_rise_without_final_norm
constexpr std::size_t kVerdictWidth = 13;

/// How a verdict is shown: by a sign, in words, and in colour.
struct Mark {
  std::string_view sign;
  std::string_view words;
  Ink ink;
};

Mark mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return {"✓", "holds", Ink::holds};
    case Verdict::in_part:
      return {"~", "in part", Ink::in_part};
    case Verdict::does_not_hold:
      break;
  }
  return {"✗", "does not hold", Ink::fails};
}

std::string model_text(const store::StoredRun& run) {
  return model_line({.id = run.model_id,
                     .n_layer = run.n_layer,
                     .n_head = run.n_head,
                     .d_model = run.d_model,
                     .dtype = run.model_dtype,
                     .fingerprint = run.model_fingerprint,
                     .official = run.model_official});
}

std::string prompt_text(const store::StoredRun& run, const View& view) {
  const std::string count = fmt::format(" ({} tokens)", run.prompt.tokens.size());
  if (run.prompt.text.empty()) return "token ids" + count;
  // One line: the screen is for the verdicts.
  return truncate(support::escape_for_display(run.prompt.text), view.width - count.size() - 14) +
         count;
}

std::string run_test_text(const store::RunSettings& settings) {
  std::string text = fmt::format("{}; significant where p adj. < {} ({})", test_name(settings.test),
                                 settings.alpha, to_string(settings.correction));
  const std::string measure = measure_settings(
      settings.states, {settings.cosine, settings.rogue_dimensions}, settings.exclude_first);
  return measure.empty() ? text : text + "; " + measure;
}

/// How the heads are cut where it is not zeroed at all tokens: " → mean, at position 4".
std::string cut_text(const store::StoredRun& run) {
  const store::RunSettings& settings = run.settings;
  if (settings.mode == SliceMode{} && settings.positions.empty()) return "";
  return fmt::format(" → {}, {}", to_string(settings.mode),
                     positions_text(settings.positions, run.prompt.tokens.size()));
}

std::string head_fields(const store::StudyListing& study, const std::string& folder,
                        const View& view) {
  const store::StoredRun& run = study.sweep.runs.front();
  std::string out = field("model", model_text(run), view);
  out += field("prompt", prompt_text(run, view), view);
  out += field("silenced",
               fmt::format("{} heads, each by itself{}; \"layer {}\" is {}",
                           study.sweep.summary.heads.size(), cut_text(run), study.layer,
                           block_name(study.layer)),
               view);
  out += field("test", run_test_text(run.settings), view);
  return out + field("files", support::escape_for_display(folder), view);
}

std::string claim_lines(const Claim& claim, const View& view) {
  const Mark mark = mark_of(claim.verdict);
  const std::string indent(2 + 2 + kIdWidth + 2 + kVerdictWidth + 2, ' ');
  const std::vector<std::string> reading = wrap(claim.reading, view.width - indent.size());
  std::string out = "  " + view.style.paint(mark.ink, mark.sign) + " " +
                    pad_right(claim.id, kIdWidth) + "  " +
                    view.style.paint(mark.ink, pad_right(mark.words, kVerdictWidth));
  for (std::size_t i = 0; i < reading.size(); ++i) {
    out += (i == 0 ? "  " : indent) + reading[i] + "\n";
  }
  if (claim.stands_up) {
    const Mark standing = mark_of(*claim.stands_up);
    out += indent + view.style.paint(standing.ink, standing.sign) +
           view.style.paint(Ink::dim, fmt::format(" by token-swap: {}", standing.words)) + "\n";
  }
  if (!view.verbose) return out;
  for (const std::string& line : wrap(claim.statement + " " + claim.rule, view.width - 4)) {
    out += "    " + view.style.paint(Ink::dim, line) + "\n";
  }
  return out;
}

std::string counts_text(const store::StudyListing& study) {
  const auto count = [&study](Verdict verdict) {
    return std::ranges::count(study.claims, verdict, &Claim::verdict);
  };
  std::string text =
      fmt::format("Of {} claims: holds {}, in part {}, does not hold {}.", study.claims.size(),
                  count(Verdict::holds), count(Verdict::in_part), count(Verdict::does_not_hold));
  const auto n_tested = std::ranges::count_if(
      study.claims, [](const Claim& claim) { return claim.stands_up.has_value(); });
  const auto n_same = std::ranges::count_if(
      study.claims, [](const Claim& claim) { return claim.stands_up == claim.verdict; });
  if (n_tested > 0) {
    text += fmt::format(" {} rest on a test; by token-swap, {} of them come out the same.",
                        n_tested, n_same);
  }
  return text;
}

std::string study_notes(const View& view) {
  const std::string text =
      "The verdicts use the study's own test, which calls too much significant: pairs share "
      "tokens, and token-swap knows it. L3/4: block 3, hidden_states[4]; Δ and δ: silenced minus "
      "clean; late: the last "
      "fifth of the blocks.";
  return paragraph(text, view, Ink::dim);
}

}  // namespace

std::string render_study(const store::StudyListing& study, const std::string& folder,
                         const View& view) {
  std::string out = head_fields(study, folder, view) + "\n";
  for (const Claim& claim : study.claims) out += claim_lines(claim, view);
  out += "\n" + paragraph(counts_text(study), view, Ink::title);
  if (view.quiet) return out;
  return out + "\n" + study_notes(view);
}

}  // namespace tacet::cli
