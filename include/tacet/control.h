/// @file
/// The question whether it is the head, or any push of that size: what other pushes of the residual
/// stream at the same place do.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet {

/// The fewest controls that a p-value is made from.
inline constexpr std::int64_t kFewestControls = 99;

/// How the controls are made.
struct ControlOptions {
  std::int64_t n = 999;      ///< N, rotated pushes; at least kFewestControls
  std::uint64_t seed = 1;    ///< of their directions
  std::uint64_t memory = 0;  ///< most bytes of working memory, as for a sweep; 0: default_memory()
  int threads = 0;           ///< most threads to use; 0 means all cores
  /// Called on the calling thread: `done` of `total` steps. May throw to stop.
  std::function<void(int done, int total)> progress;
};

/// What one push did.
struct PushEffect {
  double immediate_delta = 0;    ///< as in Ripple
  double late_delta = 0;         ///< likewise
  std::optional<double> growth;  ///< likewise
  std::vector<double> direct;    ///< mean delta by the push alone, per block from the cut on
  std::vector<double> ripple;    ///< mean delta minus `direct`, per block from the cut on
};

/// How a number is spread over the controls that have it.
struct ControlSpread {
  std::int64_t n = 0;          ///< controls that have it
  std::optional<double> mean;  ///< nullopt, as the others, without any
  std::optional<double> low;   ///< quantile 0.025, interpolated as by `quantile`
  std::optional<double> median;
  std::optional<double> high;  ///< quantile 0.975
};

/// One block at or above the cut.
struct ControlLayer {
  int layer = 0;
  double direct = 0;  ///< the silenced head's own: direct_mean_delta
  double ripple = 0;  ///< mean_delta - direct_mean_delta
  ControlSpread control_direct;
  ControlSpread control_ripple;
};

/// Another head of the same block, its contribution scaled to the silenced head's size.
struct OtherHead {
  Head head;
  double scale = 0;  ///< |C| / |C_other|, Frobenius norms
  PushEffect effect;
};

/// The result of `run_controls`.
struct ControlResult {
  std::int64_t n = 0;
  std::uint64_t seed = 0;
  std::string note;      ///< why there are no controls; empty when there are
  double push_norm = 0;  ///< |C|, Frobenius norm of what the silencing takes out
  PushEffect head;       ///< of the silencing itself, from its result
  ControlSpread immediate_delta;
  ControlSpread late_delta;
  ControlSpread growth;
  /// (1 + #{controls with |late_delta| >= the silencing's}) / (n + 1); nullopt without controls.
  std::optional<double> p_late_delta;
  /// The same for growth, one-sided: a small one says that the change grows more than that of other
  /// pushes. A control without a growth counts as one that reaches it. nullopt also where the
  /// silencing's own growth does not exist.
  std::optional<double> p_growth;
  std::vector<ControlLayer> layers;  ///< blocks from the cut on; empty without controls
  /// In order of the heads; those that contribute nothing to the prompt are left out.
  std::vector<OtherHead> other_heads;
};

/// Runs the controls of a silencing whose heads are all in one block.
///
/// Silencing adds -C to the residual stream at the cut, C [M, d_model] the heads' contribution
/// (1 - scale) * slice * W_O. A rotated control adds -C' instead: C' is C turned as a whole by a
/// random rotation of R^d_model, uniform among all, so that every token's length and all inner
/// products between tokens stay and the direction alone is lost. With U S B^T a decomposition of C,
/// C' = U S B'^T with a random orthonormal frame B'. Independent directions for every token would
/// be no control: they would also pull the tokens apart. Each other head of the block adds
/// -C_other |C| / |C_other| (Frobenius norms).
///
/// p = (1 + #{as extreme}) / (N + 1) (Phipson and Smyth 2010, "Permutation P-values should never be
/// zero") is exact where the push's direction is uniform given everything else. Of a head's that is
/// never quite so: its contribution is a part of the stream that it is taken out of, and a turned
/// one is not. The block's other heads are parts of it too (docs/statistics.md).
///
/// `result` is what `silence` found with this model; prompt, states, pairs and cosine are taken
/// from it. An intervention that takes nothing out of the stream (`scale:1`) has no controls, and
/// `note` says so. The numbers are the same, bit for bit, for every thread count and memory. Thread
/// safe. Throws UsageError for fewer controls than kFewestControls, heads in more than one block,
/// or a result that is not this model's; NumericError and ModelError as `silence`.
ControlResult run_controls(const Model& model, const SilenceResult& result,
                           const ControlOptions& options = {});

/// What can be said before a silencing has run. Throws UsageError for fewer than kFewestControls
/// controls and for heads in more than one block, or none.
void check_controls(const Intervention& intervention, std::int64_t n);

/// (1 + #{control >= observed}) / (N + 1) over all N controls; a control that is nullopt counts as
/// one that reaches `observed`.
double control_p(double observed, std::span<const std::optional<double>> controls);

}  // namespace tacet
