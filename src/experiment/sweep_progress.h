#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "experiment/sweep_plan.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// Tells how much of a sweep's work is done, in steps of equal size.
class SweepProgress {
 public:
  /// `finishing`: the work that each prompt's interventions take after the last block.
  SweepProgress(const SilenceOptions& options, std::span<const SweepChunk> chunks,
                std::vector<std::int64_t> finishing)
      : report_(options.progress), finishing_(std::move(finishing)) {
    for (const SweepChunk& chunk : chunks) {
      total_ += std::accumulate(chunk.work.begin(), chunk.work.end(), std::int64_t{0});
      for (const SweepPart& part : chunk.parts) {
        total_ += static_cast<std::int64_t>(part.count) * finishing_[part.prompt];
      }
    }
  }

  void add(std::int64_t work) {
    done_ = std::min(done_ + work, total_);
    reported_ = done_;
    if (report_) report_(static_cast<int>(kSteps * done_ / total_), kSteps);
  }

  /// `count` interventions of a prompt have been handed over. Told to the caller, who may write
  /// what it has to a disk, from a hundredth of the whole on.
  void finished(std::size_t prompt, std::size_t count) {
    done_ = std::min(done_ + static_cast<std::int64_t>(count) * finishing_[prompt], total_);
    if (100 * (done_ - reported_) >= total_) add(0);
  }

 private:
  static constexpr int kSteps = 10000;
  const std::function<void(int, int)>& report_;
  std::vector<std::int64_t> finishing_;
  std::int64_t reported_ = 0;
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
};

}  // namespace tacet::experiment
