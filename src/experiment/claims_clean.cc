// The claims about the clean model's trajectory, and the one about the bits.
#include <algorithm>

#include <fmt/format.h>

#include "experiment/claims.h"

namespace tacet::experiment {
namespace {

constexpr double kFall = 0.05;
constexpr double kRise = 0.1;
constexpr double kHigh = 0.9;

/// The block with the smallest mean; the lowest of equals.
int lowest_block(const CleanMeans& means) {
  return static_cast<int>(std::ranges::min_element(means.blocks) - means.blocks.begin());
}

double lowest_mean(const CleanMeans& means) {
  return means.blocks[static_cast<std::size_t>(lowest_block(means))];
}

/// How far the means fall from block 0 to the lowest.
double fall_of(const CleanMeans& means) {
  return means.blocks.front() - lowest_mean(means);
}

bool falls_early(const CleanMeans& means) {
  const int lowest = lowest_block(means);
  const int last_early = static_cast<int>(means.blocks.size()) / 2;
  return lowest >= 1 && lowest <= last_early && fall_of(means) >= kFall;
}

std::string fall_text(const CleanMeans& means) {
  if (lowest_block(means) == 0) return fmt::format("lowest in {} itself", short_block(0));
  return fmt::format("lowest in {}, {:.3f} below {}", short_block(lowest_block(means)),
                     fall_of(means), short_block(0));
}

void add_fall(Claim& claim, const std::optional<CleanMeans>& means, const std::string& suffix) {
  const auto add = [&](const std::string& name, const auto& value) {
    claim.figures.emplace_back(name + suffix, means ? FigureValue(value()) : FigureValue());
  };
  add("initial_mean", [&] { return means->blocks.front(); });
  add("min_layer", [&] { return std::int64_t{lowest_block(*means)}; });
  add("min_mean", [&] { return lowest_mean(*means); });
  add("fall", [&] { return fall_of(*means); });
}

/// The two claims about a rise, to a last state whose mean is `end`.
void judge_rise(Claim& claim, const CleanMeans& means, double end, const std::string& where) {
  const double lowest = lowest_mean(means);
  const double rise = end - lowest;
  claim.verdict = verdict_of(rise >= kRise, end >= kHigh);
  claim.figures = {{"min_layer", std::int64_t{lowest_block(means)}},
                   {"min_mean", lowest},
                   {"end_mean", end},
                   {"rise", rise}};
  claim.reading = fmt::format("{:.3f} in {}, {:.3f} {}: {:+.3f}", lowest,
                              short_block(lowest_block(means)), end, where, rise);
}

}  // namespace

Claim judge_early_fall(const StudyEvidence& evidence) {
  Claim claim;
  claim.id = "early_fall";
  claim.statement = "Over the early blocks the tokens grow less alike.";
  claim.rule =
      "The smallest block mean lies in blocks 1 to L/2, at least 0.05 below block 0's; and the "
      "same with position 0 left out.";
  const std::optional<CleanMeans>& rest = evidence.clean_without_first;
  claim.verdict = verdict_of(falls_early(evidence.clean), rest && falls_early(*rest));
  claim.figures.emplace_back("last_early_layer", std::int64_t{evidence.n_layer / 2});
  add_fall(claim, evidence.clean, "");
  add_fall(claim, rest, "_without_first");
  claim.reading = fmt::format("{}; without position 0 {}", fall_text(evidence.clean),
                              rest ? fall_text(*rest) : "too few tokens are left");
  return claim;
}

Claim judge_late_rise(const StudyEvidence& evidence) {
  Claim claim;
  claim.id = "late_rise";
  claim.statement = "Over the late blocks the tokens grow alike, towards a similarity of 1.";
  claim.rule =
      "From the smallest block mean to the end with ln_f applied (hidden_states[L]) the mean "
      "rises by at least 0.1; and it ends at 0.9 or more.";
  judge_rise(claim, evidence.clean, evidence.clean.final_norm, "after ln_f");
  return claim;
}

Claim judge_late_rise_without_final_norm(const StudyEvidence& evidence) {
  Claim claim;
  claim.id = "late_rise_without_final_norm";
  claim.statement = "The blocks themselves make that rise, not the final LayerNorm.";
  claim.rule =
      "From the smallest block mean to the last block's own output the mean rises by at least "
      "0.1; and it ends at 0.9 or more.";
  judge_rise(claim, evidence.clean, evidence.clean.blocks.back(),
             "in " + short_block(evidence.n_layer - 1));
  return claim;
}

Claim judge_same_bits(const StudyEvidence& evidence) {
  const Repetition& again = evidence.repetition;
  const bool same_process = again.n_values > 0 && again.n_process == 0;
  const bool same_threads = again.n_values > 0 && again.other_threads && again.n_threads == 0;
  Claim claim;
  claim.id = "same_bits";
  claim.statement = "The same input and the same cut give the same result, always.";
  claim.rule = "A second process gives the same bits; and another thread count does.";
  claim.verdict = verdict_of(same_process, same_threads);
  claim.figures = {
      {"layer", std::int64_t{evidence.layer}},
      {"n_heads", again.n_heads},
      {"n_values", again.n_values},
      {"differences_second_process", again.n_process},
      {"threads", std::int64_t{again.threads}},
      {"other_threads",
       again.other_threads ? FigureValue(std::int64_t{*again.other_threads}) : FigureValue()},
      {"differences_other_threads",
       again.other_threads ? FigureValue(again.n_threads) : FigureValue()}};
  claim.reading = fmt::format(
      "of {} values {} differ in a second process, {}", again.n_values, again.n_process,
      again.other_threads
          ? fmt::format("{} with {} thread{} in place of {}", again.n_threads, *again.other_threads,
                        *again.other_threads == 1 ? "" : "s", again.threads)
          : "no other thread count can be had on one core");
  return claim;
}

}  // namespace tacet::experiment
