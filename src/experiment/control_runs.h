#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// A push's rows from the first position touched on, [M - first, d_model].
using PushRows = std::vector<float>;

/// Runs pushes of one prompt at the cut of one intervention and measures them as `silence` would.
class ControlRuns {
 public:
  /// Called with a push's number and what was found, in the order of the numbers.
  using Taker = std::function<void(std::size_t number, const SilenceResult& found)>;

  /// Model, prompt and intervention must outlive this. Of `options` measures and test count;
  /// `threads` as resolved, `memory` in bytes. Throws UsageError and InputError as `silence`.
  ControlRuns(const Model& model, const Prompt& prompt, const Intervention& intervention,
              const SilenceOptions& options, std::uint64_t memory, int threads);

  /// What each of `interventions`, with this one's positions and heads in one block, the cut's,
  /// takes out of the stream there.
  std::vector<PushRows> contributions(std::span<const Intervention> interventions) const;

  /// Runs pushes number 0 … n-1, each made by `make` (called from several threads at once) when its
  /// turn comes, and hands what they did to `take`. `making` are the bytes that `make` works with.
  /// `step` is told how much of n * (n_layer + 1) is done.
  void run(std::size_t n, const std::function<PushRows(std::size_t)>& make, std::uint64_t making,
           const Taker& take, const std::function<void(std::size_t)>& step) const;

 private:
  void run_chunk(std::span<const PushRows> pushes, std::size_t first, const Taker& take,
                 const std::function<void()>& passed) const;
  std::size_t n_rows() const;

  const Model& model_;
  const Prompt& prompt_;
  const Intervention& intervention_;
  SilenceOptions options_;
  std::uint64_t memory_;
  int threads_;
  std::vector<std::int32_t> ids_;
};

}  // namespace tacet::experiment
