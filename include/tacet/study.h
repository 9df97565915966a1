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

/// A claim that this version has no means to judge.
struct OpenClaim {
  std::string id;
  std::string statement;
  std::string rule;
  std::string needs;  ///< what is lacking, in one sentence
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

/// All that the claims are judged by. Spans must outlive it.
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
};

/// Judges the study's claims (EXPERIMENT, "The study's claims, as rules"), in that order, and again
/// with the token-swap test where every outcome holds it among its rows' tests. Pure.
/// Throws UsageError unless there is one outcome for every head of the model, with as many rows as
/// it has blocks, and a mean for every block, and unless `layer` is one of them.
std::vector<Claim> judge_claims(const StudyEvidence& evidence);

/// The claims that cannot be judged yet.
std::vector<OpenClaim> open_claims();

}  // namespace tacet
