/// @file
/// The study's claims, each as a rule that a sweep and a clean trajectory fulfil or do not.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tacet/control.h"
#include "tacet/sweep.h"

namespace tacet {

/// What a rule of two conditions says of a claim.
enum class Verdict {
  holds,          ///< both are met
  in_part,        ///< one of them
  does_not_hold,  ///< none
};

std::string_view to_string(Verdict verdict);

/// A value of a figure; monostate where it does not exist. Doubles may be infinite, never NaN.
using FigureValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;
/// A number that decides a verdict, or says what it is about, with its name.
using Figure = std::pair<std::string, FigureValue>;

/// A claim of the study, judged.
struct Claim {
  std::string id;         ///< `late_rise`
  std::string statement;  ///< what the study says, in one sentence
  std::string rule;       ///< when it holds, in one sentence
  Verdict verdict = Verdict::does_not_hold;
  bool is_tested = false;  ///< whether the rule asks what is significant
  /// The verdict by the same rule with the token-swap test, which knows that pairs share tokens;
  /// nullopt where the rule asks nothing of a test, or that test was not made.
  std::optional<Verdict> stands_up;
  std::vector<Figure> figures;  ///< in order; each name once
  std::string reading;          ///< the figures that decide, in a few words
};

/// Mean similarity of the clean model's pairs, state by state.
struct CleanMeans {
  std::vector<double> blocks;  ///< of every block's own output
  double final_norm = 0;       ///< of ln_f's output
};

/// What comes of doing a part of the study again.
struct Repetition {
  std::int64_t n_heads = 0;    ///< heads that were silenced again
  std::int64_t n_values = 0;   ///< values compared: their rows and the clean trajectory
  std::int64_t n_process = 0;  ///< of these, with other bits in a second process
  int threads = 1;             ///< of that process
  /// Another number of threads; nullopt on a machine that has one core alone.
  std::optional<int> other_threads;
  std::int64_t n_threads = 0;  ///< values with other bits on `other_threads`
};

/// What the claims about the heads of one block ask of a head, or of a push in its place.
struct HeadReading {
  double immediate_delta = 0;    ///< as in Ripple
  double late_delta = 0;         ///< likewise
  std::optional<double> growth;  ///< likewise
  bool significant_at_cut = false;
  int n_late = 0;              ///< late blocks at or above the cut
  int n_late_significant = 0;  ///< those that are significant
  bool one_sign = true;        ///< whether the significant ones change with one sign
  double change_at_cut = 0;    ///< perturbation_absolute at the cut
  double change_at_last = 0;   ///< the same in the last block
};

/// What rotated pushes do in the place of every head of a block (tacet/control.h).
struct StudyControls {
  int layer = 0;
  std::int64_t n = 0;
  std::uint64_t seed = 0;
  /// n sets; set i has the i-th rotation of each of the block's heads, in their order.
  std::vector<std::vector<HeadReading>> sets;
};

/// All that the claims are judged by. Spans and pointers must outlive it.
struct StudyEvidence {
  int n_layer = 0;
  int n_head = 0;
  int layer = 3;  ///< the study's "layer 3", as a block
  double alpha = 0.05;
  std::span<const SweepOutcome> outcomes;  ///< one for every head of the model
  CleanMeans clean;                        ///< over all pairs
  /// The same without position 0; nullopt where too few tokens are left.
  std::optional<CleanMeans> clean_without_first;
  Repetition repetition;
  const StudyControls* controls = nullptr;  ///< of `layer`; null where none were run
  /// What each outcome's silencing does to the prediction of the next token: KL(clean || silenced)
  /// in nats (output_divergences in tacet/predict.h), in the order of `outcomes`. Empty: not known,
  /// and `more_than_output` is not among the claims.
  std::span<const double> divergences;
};

/// Judges the study's claims (EXPERIMENT, "The study's claims, as rules"), in that order, and again
/// with the token-swap test where every outcome holds it among its rows' tests. Pure.
///
/// With `controls` the claims about the block's heads (`small_immediate_effect`,
/// `late_significance`, `accumulation`) have further figures, of `layer` alone. `control_share` is
/// the share of heads that decides the claim, as the median over the sets, between the quantiles
/// `control_share_low` (0.025) and `control_share_high` (0.975); `control_p` is (1 + #{sets whose
/// share is at least the heads'}) / (n + 1). Where a ratio decides too, `control_ratio` and
/// `control_p_ratio` are the same of it, with the sets that fulfil the rule as well as the heads. A
/// set without a ratio counts as one that does. The verdicts do not depend on them.
///
/// Throws UsageError unless there is one outcome for every head of the model, with as many rows as
/// it has blocks, a mean for every block, and a finite divergence at or above 0 for every outcome
/// where there are any, unless `layer` is one of the blocks, and for controls of
/// another block, without sets, or with sets of other than n_head readings.
std::vector<Claim> judge_claims(const StudyEvidence& evidence);

/// Runs `options.n` rotated controls of every head of block `layer`, each head silenced as `cut`
/// says (its positions and mode; its heads are not read), and reads them as the claims read the
/// heads. `silencing` says how they are measured and tested, its own test alone. The numbers are
/// the same, bit for bit, for every thread count and memory. Thread safe. Throws UsageError for a
/// block that the model lacks, fewer controls than kFewestControls, or a correction that takes the
/// p-values of all heads (holm or bh over Family::sweep), or positions outside the prompt;
/// InputError, NumericError and ModelError as `silence`.
StudyControls run_study_controls(const Model& model, const Prompt& prompt, int layer,
                                 const SilenceOptions& silencing, const ControlOptions& options,
                                 const Intervention& cut = {});

}  // namespace tacet
