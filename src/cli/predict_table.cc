#include "cli/predict_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

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

constexpr std::size_t kPredictPieceWidth = 16;

std::string piece(const Token& token) {
  return truncate(visible_piece(token), kPredictPieceWidth);
}

double change_of(const PredictResult& result, const SilencedPrediction& silenced) {
  return silenced.prediction.target.prob - result.clean.target.prob;
}

std::string silenced_text(const PredictResult& result) {
  const std::vector<SilencedPrediction>& all = result.interventions;
  const Intervention& first = all.front().intervention;
  const std::string what =
      all.size() == 1 ? spec_of(first) : fmt::format("{} heads, each by itself", all.size());
  return fmt::format("{} → {}, {}", what, mode_text(first.mode),
                     positions_text(first.positions, result.prompt.tokens.size()));
}

std::string head_fields(const PredictResult& result, const ModelView& model, const View& view) {
  std::string out = field("model", model_line(model), view);
  out += field("silenced", silenced_text(result), view);
  out += field("predicted",
               fmt::format("the token after position {}, {}", result.position,
                           visible_piece(result.prompt.tokens.back())),
               view);
  return out + "\n" +
         render_prompt(result.prompt.tokens, result.interventions.front().intervention.positions,
                       view.width, view.style);
}

/// One token of one run.
std::string score_line(std::string_view name, std::string_view run, const TokenScore& score) {
  return fmt::format("  {}  {:<9}{:>10}{:>10}{:>7}{:>10}\n", pad_right(name, kPredictPieceWidth),
                     run, format_number(score.prob, 4), fmt::format("{:.4f}", score.log_prob),
                     score.rank, fmt::format("{:.4f}", score.logit));
}

std::string score_lines(const TokenScore& clean, const TokenScore& silenced) {
  return score_line(piece(clean.token), "clean", clean) + score_line("", "silenced", silenced);
}

/// Every token asked for, clean and silenced.
std::string scores(const Prediction& clean, const Prediction& silenced, const View& view) {
  std::string out = view.style.paint(Ink::title, fmt::format("  {}  {:<9}{:>10}{:>10}{:>7}{:>10}",
                                                             pad_right("token", kPredictPieceWidth),
                                                             "", "P", "ln P", "rank", "logit"));
  out += "\n" + score_lines(clean.target, silenced.target);
  for (std::size_t i = 0; i < clean.others.size(); ++i) {
    out += score_lines(clean.others[i], silenced.others[i]);
  }
  if (clean.contrast) out += score_lines(*clean.contrast, *silenced.contrast);
  return out;
}

/// The most likely tokens before and after, side by side.
std::string top_lists(const Prediction& clean, const Prediction& silenced, const View& view) {
  const auto entry = [](const LikelyToken& likely) {
    return pad_right(piece(likely.token), kPredictPieceWidth) +
           fmt::format("{:>10}", format_number(likely.prob, 4));
  };
  std::string out = view.style.paint(
      Ink::title,
      fmt::format("  rank  {}    {}", pad_right("clean", kPredictPieceWidth + 10), "silenced"));
  out += "\n";
  for (std::size_t i = 0; i < clean.top.size(); ++i) {
    out += fmt::format("  {:>4}  {}    {}\n", i + 1, entry(clean.top[i]), entry(silenced.top[i]));
  }
  return out;
}

/// What became of one prediction, in a sentence or two.
std::string verdict(const PredictResult& result, const View& view) {
  const SilencedPrediction& silenced = result.interventions.front();
  const Prediction& after = silenced.prediction;
  if (silenced.values_changed == 0) {
    return paragraph("The intervention changed nothing: no value of the slices is another one.",
                     view, Ink::title);
  }
  std::string text;
  if (result.clean.logit_diff) {
    text = fmt::format("The logit difference {} − {} goes from {:+.4f} to {:+.4f}. ",
                       piece(result.clean.target.token), piece(result.clean.contrast->token),
                       *result.clean.logit_diff, *after.logit_diff);
  }
  const Token& before = result.clean.top.front().token;
  const Token& now = after.top.front().token;
  text += silenced.top1_changed ? fmt::format("The most likely token is now {}, it was {}. ",
                                              piece(now), piece(before))
                                : fmt::format("The most likely token stays {}. ", piece(before));
  text += fmt::format("KL(clean ‖ silenced) is {} nats.", format_number(silenced.kl, 4));
  return paragraph(text, view, Ink::title);
}

std::string one(const PredictResult& result, const View& view) {
  const Prediction& after = result.interventions.front().prediction;
  return scores(result.clean, after, view) + "\n" + top_lists(result.clean, after, view) + "\n" +
         verdict(result, view);
}

std::string row_header(const PredictResult& result, std::size_t spec, const View& view) {
  return view.style.paint(
             Ink::title,
             fmt::format("  {}{:>10}{:>11}{:>7}{}{:>10}  most likely", pad_right("head", spec), "P",
                         "Δ P", "rank",
                         result.clean.contrast ? fmt::format("{:>12}", "logit diff") : "", "KL")) +
         "\n";
}

std::string row(const std::string& name, const Prediction& prediction, double change, double kl,
                bool top1_changed, std::size_t spec, const View& view) {
  std::string out = fmt::format("  {}{:>10}{:>11}{:>7}", pad_right(name, spec),
                                format_number(prediction.target.prob, 4), format_delta(change),
                                prediction.target.rank);
  if (prediction.logit_diff)
    out += fmt::format("{:>12}", fmt::format("{:+.4f}", *prediction.logit_diff));
  out += fmt::format("{:>10}", format_number(kl, 4));
  const std::string best = piece(prediction.top.front().token);
  return out + "  " + (top1_changed ? view.style.paint(Ink::cut, best + " ◄") : best) + "\n";
}

/// A line for the clean run and one for each of `shown`.
std::string rows(const PredictResult& result, const std::vector<const SilencedPrediction*>& shown,
                 const View& view) {
  std::size_t spec = 7;
  for (const SilencedPrediction* const one : shown) {
    spec = std::max(spec, spec_of(one->intervention).size() + 1);
  }
  spec = std::min<std::size_t>(spec, 26);
  std::string out = row_header(result, spec, view);
  out += row("(clean)", result.clean, 0, 0, false, spec, view);
  for (const SilencedPrediction* const one : shown) {
    out += row(truncate(spec_of(one->intervention), spec - 1), one->prediction,
               change_of(result, *one), one->kl, one->top1_changed, spec, view);
  }
  return out;
}

/// How often another token became the most likely one, and which.
std::string top1_summary(const PredictResult& result, const View& view) {
  std::map<std::string, int> counts;
  int changed = 0;
  for (const SilencedPrediction& silenced : result.interventions) {
    if (!silenced.top1_changed) continue;
    ++changed;
    ++counts[piece(silenced.prediction.top.front().token)];
  }
  const std::string before = piece(result.clean.top.front().token);
  const std::size_t total = result.interventions.size();
  if (changed == 0) {
    return paragraph(fmt::format("The most likely token is {} in all {} runs, as in the clean one.",
                                 before, total),
                     view, Ink::title);
  }
  std::vector<std::pair<int, std::string>> order;
  for (const auto& [name, count] : counts) order.emplace_back(-count, name);
  std::ranges::sort(order);
  std::vector<std::string> named;
  for (const auto& [count, name] : order) named.push_back(fmt::format("{} in {}", name, -count));
  if (named.size() > 5) named.resize(5);
  return paragraph(
      fmt::format("In {} of {} runs another token than {} is the most likely one: {}{}.", changed,
                  total, before, fmt::join(named, ", "),
                  order.size() > named.size() ? " and others" : ""),
      view, Ink::title);
}

std::string map_of(const PredictResult& result, const View& view) {
  std::vector<std::pair<Head, std::optional<double>>> heads;
  for (const SilencedPrediction& silenced : result.interventions) {
    if (silenced.intervention.heads.size() != 1) continue;
    heads.emplace_back(silenced.intervention.heads.front(), change_of(result, silenced));
  }
  if (heads.empty()) return "";
  ValueMap map = head_map(heads);
  map.title = fmt::format("P(silenced) − P(clean) of {}, by block and head",
                          piece(result.clean.target.token));
  map.format = format_delta;
  map.meaning = view.style.color()
                    ? "Blue: silencing the head makes the target less likely; red: more likely."
                    : "- silencing the head makes the target less likely, + more likely. "
                      "=: exactly as likely.";
  return render_value_map(map, view) + "\n";
}

std::string several(const PredictResult& result, const View& view) {
  std::vector<const SilencedPrediction*> shown;
  for (const SilencedPrediction& silenced : result.interventions) shown.push_back(&silenced);
  std::string out;
  if (shown.size() > kMostLines) {
    out = map_of(result, view);
    if (!view.verbose) {
      std::ranges::stable_sort(shown, std::ranges::greater{}, [&](const SilencedPrediction* one) {
        return std::abs(change_of(result, *one));
      });
      shown.resize(kLinesBesideMap);
      out += paragraph(
          fmt::format("The {} that change it most (all with --verbose):", kLinesBesideMap), view);
    }
  }
  return out + rows(result, shown, view) + "\n" + top1_summary(result, view);
}

std::string legend(const PredictResult& result, const View& view) {
  if (result.interventions.size() == 1) {
    return paragraph(
        "P: softmax over the whole vocabulary. Rank 1 is the most likely token. Logits mean "
        "something by their differences alone.",
        view, Ink::dim);
  }
  return paragraph(
      fmt::format("P and rank of {}{}. KL: of the whole distribution, clean ‖ silenced, in nats. "
                  "◄ another most likely token than in the clean run.",
                  piece(result.clean.target.token),
                  result.clean.contrast ? fmt::format("; logit diff: its logit minus that of {}",
                                                      piece(result.clean.contrast->token))
                                        : ""),
      view, Ink::dim);
}

}  // namespace

std::string render_predict(const PredictResult& result, const ModelView& model, const View& view) {
  std::string out = head_fields(result, model, view) + "\n";
  out += result.interventions.size() == 1 ? one(result, view) : several(result, view);
  if (view.quiet) return out;
  return out + "\n" + legend(result, view);
}

}  // namespace tacet::cli
