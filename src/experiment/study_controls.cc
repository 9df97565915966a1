// Rotated pushes in the place of every head of the study's block.
#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "experiment/claims.h"
#include "experiment/control_runs.h"
#include "experiment/rotated_pushes.h"
#include "stats/random.h"
#include "support/parallel.h"
#include "tacet/error.h"
#include "tacet/study.h"

namespace tacet {
namespace {

/// What a push is measured and tested by: the study's own test, and nothing beside it.
SilenceOptions measures_of(const SilenceOptions& silencing) {
  const bool takes_all_heads =
      silencing.family == Family::sweep &&
      (silencing.correction == Correction::holm || silencing.correction == Correction::bh);
  if (takes_all_heads) {
    throw UsageError(fmt::format(
        "controls of one block's heads have no p-values of all the others, which the correction "
        "{} over the family sweep takes; use bonferroni, or another family",
        to_string(silencing.correction)));
  }
  SilenceOptions measures = silencing;
  measures.tests_beside.clear();
  measures.geometry_beside = false;
  measures.keep_states = false;
  measures.dimensions = 0;
  measures.progress = {};
  return measures;
}

}  // namespace

StudyControls run_study_controls(const Model& model, const Prompt& prompt, int layer,
                                 const SilenceOptions& silencing, const ControlOptions& options,
                                 const Intervention& cut) {
  const ModelConfig& config = model.config();
  if (layer < 0 || layer >= config.n_layer) {
    throw UsageError(
        fmt::format("there is no block {}; the model's are 0 to {}", layer, config.n_layer - 1));
  }
  std::vector<Intervention> heads;
  for (int head = 0; head < config.n_head; ++head) {
    heads.push_back(
        {.heads = {{.layer = layer, .head = head}}, .positions = cut.positions, .mode = cut.mode});
  }
  check_controls(heads.front(), options.n);
  const std::uint64_t memory = options.memory == 0 ? default_memory() : options.memory;
  // What a push is compared with depends on block and positions alone, which all heads share.
  const experiment::ControlRuns runs(model, prompt, heads.front(), measures_of(silencing), memory,
                                     support::resolve_threads(options.threads));
  stats::Random seeds(options.seed);
  std::vector<experiment::RotatedPushes> rotated;
  for (const experiment::PushRows& contribution : runs.contributions(heads)) {
    rotated.emplace_back(contribution, static_cast<std::size_t>(config.d_model), options.n,
                         seeds.next());
  }

  StudyControls controls{.layer = layer, .n = options.n, .seed = options.seed, .sets = {}};
  const std::size_t n_heads = heads.size();
  const std::size_t n_pushes = n_heads * static_cast<std::size_t>(options.n);
  const std::size_t total = n_pushes * static_cast<std::size_t>(config.n_layer + 1);
  controls.sets.assign(static_cast<std::size_t>(options.n), std::vector<HeadReading>(n_heads));
  runs.run(
      n_pushes, [&](std::size_t i) { return rotated[i % n_heads](i / n_heads); },
      rotated.front().bytes(),
      [&](std::size_t i, const SilenceResult& found) {
        controls.sets[i / n_heads][i % n_heads] =
            experiment::reading_of(found.layers, found.ripple);
      },
      [&](std::size_t done) {
        constexpr std::size_t kSteps = 10000;
        if (options.progress) {
          options.progress(static_cast<int>(kSteps * done / total), kSteps);
        }
      });
  return controls;
}

}  // namespace tacet
