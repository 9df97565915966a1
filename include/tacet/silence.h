/// @file
/// The experiment: what silencing heads does to the similarity of all token pairs in every block.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/model.h"
#include "tacet/pair_tests.h"
#include "tacet/states.h"
#include "tacet/stats.h"

namespace tacet {

/// One token of the prompt as it is shown.
struct Token {
  std::int32_t id = 0;
  std::string text;  ///< the token's bytes; may be a part of a character
};

/// What the model reads.
struct Prompt {
  std::string text;           ///< as given, or the ids decoded; empty without a tokenizer
  std::vector<Token> tokens;  ///< M tokens, the prepended one included
};

/// Which states are the rows of `layers` (`--states`).
enum class StatesKind {
  block,  ///< block l's own output for every l; ln_f's output apart
  hf,     ///< Hugging Face's `hidden_states[1:]`: the last row is ln_f's output
};

/// Which tests are counted in the family (`--family`).
enum class Family {
  blocks,     ///< all n_layer blocks
  reachable,  ///< the blocks at and above the cut
  sweep,      ///< all reachable head x block cells of a sweep over every head
};

/// Which pairs are compared (`--pairs`).
enum class PairsKind {
  movable,  ///< without the pairs whose tokens both stand before the first position touched
  all,      ///< every pair i < j
};

/// What is done to the vectors before their cosine is taken (`--cosine`).
enum class Cosine {
  raw,           ///< nothing: the experiment's own
  centred,       ///< minus the clean state's mean over the tokens, dimension by dimension
  standardised,  ///< and divided by the clean state's standard deviation over the tokens
  no_rogue,      ///< the dimensions that carry most of the clean similarity are left out
};

/// The arithmetic of the states that a result's numbers are made from (`--precision`).
enum class Precision {
  float32,  ///< as models run; measures and statistics are in double in any case
  float64,  ///< a second forward pass in double, slow; with it the noise floor is known
};

/// The effect of an intervention on one block, by the chosen test.
enum class Effect {
  none,        ///< changed, but not significantly
  coupling,    ///< significant, tokens more alike: the head was a separator
  decoupling,  ///< significant, tokens less alike: the head was a connector
  unchanged,   ///< every delta is exactly 0
};

/// What a head is by its late blocks (EXPERIMENT, "sign changes").
enum class Role {
  none,       ///< no late block is significant, or late_delta is exactly 0
  connector,  ///< silencing decouples: late_delta < 0
  separator,  ///< silencing couples: late_delta > 0
};

std::string_view to_string(StatesKind kind);
std::string_view to_string(Family family);
std::string_view to_string(PairsKind kind);
std::string_view to_string(Cosine cosine);
/// "float" or "double", as on the command line.
std::string_view to_string(Precision precision);
std::string_view to_string(Effect effect);
std::string_view to_string(Role role);

/// A kind of cosine as the command line and files spell it: "raw", "centred", "standardised", or
/// "no-rogue:3" with its number of dimensions.
std::string to_string(Cosine cosine, int rogue_dimensions);

/// A kind of cosine with what belongs to it.
struct CosineChoice {
  Cosine kind = Cosine::raw;
  int rogue_dimensions = 0;  ///< K of no-rogue:K, else 0
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads the generated comparison
  auto operator<=>(const CosineChoice&) const = default;
};

/// The choice that is spelled so. Throws UsageError naming what is possible; whether the model has
/// more than K dimensions shows later.
CosineChoice parse_cosine(std::string_view text);

/// Two tokens whose similarity is followed.
struct WordPair {
  std::string name;  ///< as it was asked for: "pineapple,pizza"
  int first = 0;     ///< position, below `second`
  int second = 0;
  bool operator==(const WordPair&) const = default;
};

/// The settings of the experiment, with the study's defaults.
struct SilenceOptions {
  StatesKind states = StatesKind::block;
  double alpha = 0.05;  ///< level of the tests, in (0, 1)
  Correction correction = Correction::bonferroni;
  Test test = Test::paired;        ///< the one that decides
  std::vector<Test> tests_beside;  ///< others to show beside it: fill LayerEffect::tests
  ResamplingOptions resampling;    ///< of the tests that draw at random
  Family family = Family::blocks;
  PairsKind pairs = PairsKind::movable;
  Cosine cosine = Cosine::raw;
  /// With Cosine::no_rogue, and 0 otherwise: how many dimensions are left out of both states of a
  /// block, those that contribute most to the clean state's mean cosine over the pairs compared;
  /// of equal ones the lower. From 1 to d_model - 1.
  int rogue_dimensions = 0;
  bool exclude_first = false;                ///< leave position 0 out of the pairs
  Precision precision = Precision::float32;  ///< `silence` alone can do float64
  int threads = 0;                           ///< most threads to use; 0 means all cores
  /// How many dimensions LayerEffect::dimensions names, from 0 to d_model.
  int dimensions = 0;
  /// Fill SilenceResult::verdict_changes: whether the verdict is another one with another cosine.
  bool geometry_beside = false;
  /// Pairs to follow one by one: fill SilenceResult::followed.
  std::vector<WordPair> follow;
  bool keep_states = false;  ///< fill `SilenceResult::clean`, `silenced` (costs memory)
  /// Called on the calling thread after each step: `done` of `total` blocks. May throw to stop.
  std::function<void(int done, int total)> progress;
};

/// What one dimension of the vectors carries of a block's mean similarity.
struct DimensionShare {
  int dimension = 0;
  /// Its mean u_d v_d / (|u| |v|) over the pairs, divided by the mean of the pairs' cosines: the
  /// shares of all dimensions sum to 1. Of the vectors that the cosine is taken of. nullopt where
  /// that mean is exactly 0.
  std::optional<double> clean;
  std::optional<double> silenced;
};

/// One row of the result: a block's state, or ln_f's output. A number that does not exist (the t
/// of an unchanged block) is nullopt. Doubles may be infinite, never NaN.
struct LayerEffect {
  int layer = 0;                     ///< block, zero-based; n_layer for ln_f
  std::int64_t n_pairs = 0;          ///< P, pairs compared
  double mean_clean = 0;             ///< mean cosine similarity of the pairs, clean
  double mean_silenced = 0;          ///< the same, silenced
  double mean_delta = 0;             ///< mean of silenced - clean, pair by pair
  double sd_delta = 0;               ///< its sample standard deviation
  std::optional<double> t;           ///< statistic of the chosen test
  std::optional<double> df;          ///< its degrees of freedom
  std::optional<double> p;           ///< two-sided
  std::optional<double> p_adjusted;  ///< within the family; nullopt for ln_f
  bool significant = false;          ///< p_adjusted < alpha (ln_f: p < alpha)
  Effect effect = Effect::none;
  std::optional<double> cohen_dz;  ///< mean_delta / sd_delta; intervals by jackknife over tokens
  std::optional<double> cohen_dz_low;
  std::optional<double> cohen_dz_high;
  std::optional<double> glass_delta;  ///< mean_delta / sd of the clean cosines
  std::optional<double> glass_delta_low;
  std::optional<double> glass_delta_high;
  std::optional<double> mean_delta_degrees;  ///< mean change of the pairs' angles; < 0: more alike
  std::optional<double> mean_delta_degrees_low;
  std::optional<double> mean_delta_degrees_high;
  std::optional<double> ci_low;  ///< interval of mean_delta at 1 - alpha, by the chosen test
  std::optional<double> ci_high;
  double direct_mean_delta = 0;      ///< mean delta by the heads' own contribution alone
  double perturbation = 0;           ///< median of |delta v| / |v| over the tokens that can move
  double perturbation_absolute = 0;  ///< median of |delta v| over the same tokens
  double norm_ratio = 1;             ///< median of |v'| / |v| over the same tokens
  double mean_distance_clean = 0;    ///< mean Euclidean distance of the pairs, clean
  double mean_distance_silenced = 0;
  double effective_rank_clean = 0;  ///< exp(entropy of the Gram matrix's normalised eigenvalues)
  double effective_rank_silenced = 0;
  /// Linear CKA of clean and silenced state over the tokens that take part in pairs: 1 where the
  /// tokens stand in one pattern, up to turning, shifting and stretching all of it. Of the vectors
  /// as they are, whatever `cosine` says. nullopt where a state's tokens do not differ.
  std::optional<double> cka;
  /// Spearman's, of the pairs' cosines clean against silenced: 1 where no pair changes its place.
  /// nullopt where the cosines of one side are all equal.
  std::optional<double> rank_correlation;
  /// How much of mean_delta may be rounding: with Precision::float64 |mean_delta of the float32
  /// states - mean_delta of the float64 states|, in a sweep with `noise_draws` the largest
  /// |change of mean_delta| over the draws; else nullopt.
  std::optional<double> noise_floor;
  /// Significant, but |mean_delta| < 10 noise_floor; nullopt without a noise floor.
  std::optional<bool> near_noise;
  /// With `tests_beside`: the test that decides and those beside it, in that order; else empty.
  std::vector<TestResult> tests;
  /// With `dimensions`: those that carry most of the clean mean similarity, by the share's size,
  /// the largest first; of equal ones the lower. Else empty.
  std::vector<DimensionShare> dimensions;
};

/// How the change travels up the blocks.
struct Ripple {
  int cut_layer = 0;             ///< the lowest block touched
  std::optional<int> onset;      ///< first significant block at or after the cut
  double immediate_delta = 0;    ///< mean delta at the cut
  double late_delta = 0;         ///< mean of mean delta over the late blocks at or above the cut
  std::vector<int> late_layers;  ///< the last ceil(L / 5) blocks
  std::optional<double> persistence;  ///< share of blocks from the onset on with the onset's sign
  std::optional<double> growth;       ///< slope of log(perturbation) per block, from the cut
  std::optional<double> growth_low;   ///< its interval at 1 - alpha by the jackknife over tokens
  std::optional<double> growth_high;
  std::optional<double> growth_absolute;  ///< the same for the median of |delta v|
  int sign_changes = 0;  ///< changes of sign among the significant blocks from the onset on
  /// Standard error of late_delta by `dyadic_test` of the pairs' changes, each averaged over the
  /// late blocks at or above the cut; nullopt where there is none (fewer than 4 tokens, no change).
  std::optional<double> late_se;
};

/// The clean run's mean similarity along the rows of `layers`.
struct TrajectorySummary {
  int min_layer = 0;
  double initial_mean = 0;     ///< of block 0
  double min_mean = 0;         ///< the smallest, first reached at min_layer
  double final_mean = 0;       ///< of the last row
  double embedding_mean = 0;   ///< of wte + wpe
  double final_norm_mean = 0;  ///< of ln_f's output
};

/// The family of tests that the blocks were judged in.
struct TestSummary {
  Test name = Test::paired;
  double alpha = 0.05;
  Correction correction = Correction::bonferroni;
  Family family = Family::blocks;
  std::int64_t family_size = 0;     ///< m
  std::optional<double> threshold;  ///< alpha / m for Bonferroni, alpha for none
};

/// What becomes of the verdict when the similarity is measured otherwise.
struct VerdictChange {
  /// "without position 0" (or, with exclude_first, "with position 0"), or the cosine: "raw",
  /// "centred", "standardised", "no-rogue:3".
  std::string measured;
  std::vector<int> blocks;    ///< whose effect is another one than in `layers`
  Role role = Role::none;     ///< of the heads that were silenced
  bool role_differs = false;  ///< from SilenceResult::role
  /// Why it cannot be measured so (a vector has no length left); empty where it can. Then the
  /// members above say nothing.
  std::string undefined;
};

/// One pair's similarity in one state.
struct FollowedRow {
  int layer = 0;  ///< block, zero-based; n_layer for ln_f
  double clean = 0;
  double silenced = 0;
  double delta = 0;         ///< silenced - clean
  double direct_delta = 0;  ///< by the heads' own contribution alone, as direct_mean_delta
};

/// One pair's similarity along the blocks. One number a state: there is nothing to test within it.
struct FollowedPair {
  WordPair pair;
  std::vector<FollowedRow> layers;        ///< as SilenceResult::layers
  std::optional<FollowedRow> final_norm;  ///< ln_f's output; nullopt with StatesKind::hf
};

/// How far several draws lie apart.
struct DrawSpread {
  double mean = 0;
  double sd = 0;  ///< sample standard deviation; 0 of one draw
  double min = 0;
  double max = 0;
};

/// One prompt of a corpus whose slices were put in.
struct ReferenceDraw {
  int prompt = 0;  ///< its number in the corpus, from 0
  double immediate_delta = 0;
  double late_delta = 0;
};

/// What the prompts drawn in place of one another did.
struct ReplacementDraws {
  std::vector<ReferenceDraw> draws;  ///< in the order drawn
  DrawSpread late;                   ///< of late_delta
  std::vector<DrawSpread> layers;    ///< of mean_delta, one per row of `layers`
};

/// Seconds spent, for information only: the one part of a result that differs between runs.
struct Timing {
  double load_s = 0;
  double forward_s = 0;
  double analysis_s = 0;
};

/// The result of `silence`.
struct SilenceResult {
  Prompt prompt;
  Intervention intervention;
  std::int64_t values_changed = 0;  ///< values of the c_proj input that the intervention changed
  StatesKind states = StatesKind::block;
  PairsKind pairs = PairsKind::movable;
  Cosine cosine = Cosine::raw;
  int rogue_dimensions = 0;
  bool exclude_first = false;
  Precision precision = Precision::float32;  ///< of the states that all numbers are made from
  TestSummary test;
  std::vector<LayerEffect> layers;        ///< one per block, in order
  std::optional<LayerEffect> final_norm;  ///< ln_f's output; nullopt with StatesKind::hf
  Ripple ripple;
  TrajectorySummary trajectory;
  /// Blocks whose effect is another one without (or, with exclude_first, with) position 0.
  std::vector<int> effect_depends_on_first;
  Role role = Role::none;  ///< of the heads that were silenced, by the late blocks
  /// With `geometry_beside`: the verdict with the other choice of position 0 (where enough tokens
  /// are left) and with the other cosines, each by itself, no-rogue:3 among them where the vectors
  /// have more than 3 dimensions. Else empty.
  std::vector<VerdictChange> verdict_changes;
  std::vector<FollowedPair> followed;     ///< one for each of `SilenceOptions::follow`
  std::optional<ReplacementDraws> draws;  ///< of `silence_resampled`
  Timing timing;
  States clean;     ///< filled when keep_states was asked for; float64 ones rounded to float32
  States silenced;  ///< likewise
};

/// One row of a clean trajectory.
struct TrajectoryRow {
  std::int64_t n_pairs = 0;
  double mean = 0;  ///< of the pairs' cosine similarity
  double sd = 0;
  double q25 = 0;
  double median = 0;
  double q75 = 0;
  double mean_norm = 0;       ///< mean length of the tokens' vectors
  double mean_distance = 0;   ///< mean Euclidean distance of the pairs
  double effective_rank = 0;  ///< of the tokens' Gram matrix
};

/// The result of `trajectory`: the clean model only.
struct TrajectoryResult {
  Prompt prompt;
  StatesKind states = StatesKind::block;
  Cosine cosine = Cosine::raw;
  int rogue_dimensions = 0;
  bool exclude_first = false;
  TrajectoryRow embedding;
  std::vector<TrajectoryRow> layers;  ///< one per block, in order
  TrajectoryRow final_norm;           ///< ln_f's output
  TrajectorySummary summary;
  Timing timing;
  States clean;  ///< filled when keep_states was asked for
};

/// `near_noise` of a row, from its significance, mean_delta and noise_floor.
std::optional<bool> is_near_noise(const LayerEffect& row);

/// Runs the experiment of EXPERIMENT for one intervention on one prompt. Every number outside
/// `timing` is the same, bit for bit, for every thread count. With Precision::float64 the states
/// are computed a second time in double, one run after the other: every number is made from those,
/// and noise_floor says how far the float32 states' mean_delta is from theirs. That takes 16 bytes
/// of memory for each value of a run's states. Thread safe.
/// Throws InputError for prompts that are empty, too long, or leave fewer than 3 tokens for pairs;
/// UsageError for options, ids, heads or positions out of range; NumericError for states that are
/// not finite or of zero norm (naming block and position); ModelError when the file changes.
SilenceResult silence(const Model& model, const Prompt& prompt, const Intervention& intervention,
                      const SilenceOptions& options = {});

/// The clean trajectory; of the options only states, cosine, rogue_dimensions, exclude_first,
/// threads and keep_states matter. Errors as for `silence`.
TrajectoryResult trajectory(const Model& model, const Prompt& prompt,
                            const SilenceOptions& options = {});

/// The verdict in words: one or two sentences on what the silencing did, made from the numbers.
std::string describe(const SilenceResult& result);

/// What the token-swap test, which knows that pairs share tokens, leaves of the verdict: how many
/// of the significant blocks stand up, and where it cannot speak. Empty unless it is among the
/// tests beside another one and some block changed.
std::string describe_standing(const SilenceResult& result);

/// Whether the verdict is another one with another cosine, in one sentence. Empty unless the result
/// was made with `geometry_beside` and some block changed.
std::string describe_geometry(const SilenceResult& result);

}  // namespace tacet
