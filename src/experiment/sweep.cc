#include "tacet/sweep.h"

#include <algorithm>
#include <exception>
#include <memory>

#include <fmt/format.h>

#include "engine/forward_pass.h"
#include "experiment/silence_run.h"
#include "experiment/summary.h"
#include "experiment/sweep_plan.h"
#include "experiment/sweep_progress.h"
#include "support/memory.h"
#include "support/parallel.h"
#include "tacet/error.h"

namespace tacet {
namespace {

using experiment::CleanState;
using experiment::SilenceRun;
using experiment::SweepChunk;
using experiment::SweepPart;
using experiment::SweepProgress;
using experiment::TrajectoryRun;

/// The same error, saying which of several prompts it is about.
template <typename AnError>
[[noreturn]] void rethrow_for_prompt(const AnError& error, std::size_t prompt,
                                     std::size_t n_prompts) {
  if (n_prompts == 1) throw error;
  throw AnError(fmt::format("prompt number {}: {}", prompt, error.what()));
}

/// The options with what one prompt asks for beside them.
SilenceOptions options_for(const SweepPrompt& prompt, const SilenceOptions& options) {
  SilenceOptions own = options;
  own.follow.insert(own.follow.end(), prompt.follow.begin(), prompt.follow.end());
  return own;
}

void check(const ModelConfig& config, std::span<const SweepPrompt> prompts,
           const SweepOptions& sweep) {
  const SilenceOptions& options = sweep.silence;
  if (sweep.noise_draws < 0 || sweep.noise_draws > kMostNoiseDraws) {
    throw UsageError(fmt::format("the draws of the noise are {}, but must be 0 to {}",
                                 sweep.noise_draws, kMostNoiseDraws));
  }
  if (options.precision != Precision::float32) {
    throw UsageError("a sweep runs in float32; silence one intervention in double");
  }
  if (options.keep_states) {
    throw UsageError("a sweep keeps no states; silence one intervention to have them");
  }
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    try {
      const std::vector<std::int32_t> ids = experiment::ids_of(prompts[p].prompt);
      engine::check_request(config, {.token_ids = ids, .interventions = prompts[p].interventions});
      experiment::check_options(options_for(prompts[p], options), ids.size(),
                                static_cast<std::size_t>(config.d_model));
    } catch (const UsageError& error) {
      rethrow_for_prompt(error, p, prompts.size());
    } catch (const InputError& error) {
      rethrow_for_prompt(error, p, prompts.size());
    }
  }
}

/// One pass up the blocks with what a chunk holds.
class ChunkRun {
 public:
  ChunkRun(const Model& model, std::span<const SweepPrompt> prompts, const SweepChunk& chunk,
           const SweepOptions& options, int threads)
      : model_(model),
        chunk_(chunk),
        options_(options.silence),
        noise_{.count = options.noise_draws, .seed = options.silence.resampling.seed},
        threads_(threads) {
    std::size_t n_runs = 0;
    for (const SweepPart& part : chunk.parts) n_runs += part.count;
    // Either the runs share the threads, or, when there are fewer, each has all of them.
    measure_threads_ = n_runs < static_cast<std::size_t>(threads) ? threads : 1;
    for (const SweepPart& part : chunk.parts) add(prompts[part.prompt], part);
  }

  void run(SweepProgress& progress) {
    std::vector<engine::PassPrompt> requests;
    for (const OnePrompt& prompt : prompts_) {
      requests.push_back(
          {.token_ids = prompt.ids, .interventions = prompt.interventions, .noise = noise_});
    }
    changed_ = engine::forward_pass(
        model_.weights(), requests, threads_, [&](const engine::StateView& view) {
          observe(view);
          if (view.index > 0 && view.index <= model_.config().n_layer) {
            progress.add(chunk_.work[static_cast<std::size_t>(view.index - 1)]);
          }
        });
  }

  /// Makes the tests over all blocks and hands everything over, in order.
  void hand_over(const SweepSink& sink, SweepProgress& progress) {
    for (std::size_t i = 0; i < prompts_.size(); ++i) {
      const SweepPart& part = chunk_.parts[i];
      OnePrompt& prompt = prompts_[i];
      // A prompt whose interventions are spread over chunks has its trajectory from the first.
      if (part.first == 0) sink.trajectory(part.prompt, prompt.trajectory.finish());
      // A few at a time: results are larger than what they are made from. The next ones are made
      // while the caller, who may write to a disk, takes these.
      const std::size_t together = 4 * static_cast<std::size_t>(threads_);
      std::vector<SilenceResult> results = finish(i, 0, together);
      for (std::size_t begin = 0; begin < part.count; begin += together) {
        std::vector<SilenceResult> next;
        support::run_beside(
            threads_, [&] { next = finish(i, begin + together, together); },
            [&] {
              for (std::size_t k = 0; k < results.size(); ++k) {
                sink.result(part.prompt, part.first + begin + k, results[k]);
              }
            });
        progress.finished(part.prompt, results.size());
        results = std::move(next);
      }
    }
  }

 private:
  struct OnePrompt {
    std::unique_ptr<const SilenceOptions> options;  // the runs hold on to them
    std::vector<std::int32_t> ids;
    std::span<const Intervention> interventions;
    TrajectoryRun trajectory;
    std::vector<SilenceRun> runs;
    std::vector<experiment::Comparison> comparisons;
  };

  /// The results of `most` runs of prompt number `i` at most, from run `begin` on.
  std::vector<SilenceResult> finish(std::size_t i, std::size_t begin, std::size_t most) {
    std::vector<SilenceRun>& runs = prompts_[i].runs;
    std::vector<SilenceResult> results(std::min(most, runs.size() - std::min(begin, runs.size())));
    support::parallel_for(results.size(), threads_, [&](std::size_t k) {
      results[k] = runs[begin + k].finish(changed_[i][begin + k]);
    });
    return results;
  }

  void add(const SweepPrompt& request, const SweepPart& part) {
    const ModelConfig& config = model_.config();
    auto options = std::make_unique<const SilenceOptions>(options_for(request, options_));
    const SilenceOptions& own = *options;
    OnePrompt prompt{
        .options = std::move(options),
        .ids = experiment::ids_of(request.prompt),
        .interventions = std::span(request.interventions).subspan(part.first, part.count),
        .trajectory = TrajectoryRun(config, request.prompt, own),
        .runs = {},
        .comparisons = {}};
    prompt.comparisons.push_back(prompt.trajectory.comparison());
    for (const Intervention& intervention : prompt.interventions) {
      prompt.runs.emplace_back(config, request.prompt, intervention, own, measure_threads_);
      for (const experiment::Comparison& comparison : prompt.runs.back().comparisons()) {
        if (std::ranges::find(prompt.comparisons, comparison) == prompt.comparisons.end()) {
          prompt.comparisons.push_back(comparison);
        }
      }
    }
    prompts_.push_back(std::move(prompt));
  }

  void observe(const engine::StateView& view) {
    const ModelConfig& config = model_.config();
    const std::string name = experiment::state_name(view.index, config.n_layer);
    std::vector<std::optional<CleanState>> clean(prompts_.size());
    const bool many = prompts_.size() >= static_cast<std::size_t>(threads_);
    support::parallel_for(prompts_.size(), many ? threads_ : 1, [&](std::size_t i) {
      clean[i].emplace(
          experiment::to_vectors(view.prompts[i].clean, static_cast<std::size_t>(config.d_model)),
          name, prompts_[i].comparisons, many ? 1 : threads_);
      prompts_[i].trajectory.observe(view.index, *clean[i]);
    });

    struct Task {
      SilenceRun* run;
      const CleanState* clean;
      const engine::SilencedView* silenced;
    };
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < prompts_.size(); ++i) {
      for (std::size_t k = 0; k < prompts_[i].runs.size(); ++k) {
        tasks.push_back({&prompts_[i].runs[k], &*clean[i], &view.prompts[i].silenced[k]});
      }
    }
    support::parallel_for(tasks.size(), measure_threads_ == 1 ? threads_ : 1, [&](std::size_t i) {
      tasks[i].run->observe(view.index, *tasks[i].clean, *tasks[i].silenced);
    });
  }

  const Model& model_;
  const SweepChunk& chunk_;
  const SilenceOptions& options_;
  engine::NoiseDraws noise_;
  int threads_;
  int measure_threads_ = 1;
  std::vector<OnePrompt> prompts_;
  std::vector<std::vector<std::int64_t>> changed_;
};

/// Sends chunks up the blocks. Where a number is not finite, the chunk is halved until the
/// intervention to blame stands alone, so that all others are found and handed over.
class Passes {
 public:
  Passes(const Model& model, std::span<const SweepPrompt> prompts, const SweepOptions& options,
         int threads)
      : model_(model), prompts_(prompts), options_(options), threads_(threads) {}

  /// Keeps the first NumericError in `failure`.
  void run(const SweepChunk& chunk, const SweepSink& sink, SweepProgress& progress,
           std::exception_ptr& failure) const {
    ChunkRun pass(model_, prompts_, chunk, options_, threads_);
    try {
      pass.run(progress);
    } catch (const NumericError& error) {
      const auto [first, second] = experiment::halves(chunk);
      if (second.parts.empty()) {
        const SweepPart part = chunk.parts.front();
        keep(error, part.prompt, failure);
        // The prompt's trajectory comes with its first intervention, or by itself.
        if (part.first == 0 && part.count > 0) {
          run({.parts = {{.prompt = part.prompt}}, .work = first.work}, sink, progress, failure);
        }
        return;
      }
      run(first, sink, progress, failure);
      run(second, sink, progress, failure);
      return;
    }
    pass.hand_over(sink, progress);
    progress.add(0);  // what was handed over need not wait for the next block
  }

 private:
  void keep(const NumericError& error, std::size_t prompt, std::exception_ptr& failure) const {
    if (failure) return;
    try {
      rethrow_for_prompt(error, prompt, prompts_.size());
    } catch (...) {
      failure = std::current_exception();
    }
  }

  const Model& model_;
  std::span<const SweepPrompt> prompts_;
  const SweepOptions& options_;
  int threads_;
};

}  // namespace

std::uint64_t default_memory() {
  return support::available_memory() / 4;
}

void sweep(const Model& model, std::span<const SweepPrompt> prompts, const SweepOptions& options,
           const SweepSink& sink) {
  const int threads = support::resolve_threads(options.silence.threads);
  check(model.config(), prompts, options);
  const std::uint64_t memory = options.memory == 0 ? default_memory() : options.memory;
  const std::vector<SweepChunk> chunks =
      experiment::plan_sweep(model.config(), prompts, memory, threads, options.noise_draws);
  std::vector<std::int64_t> finishing;
  for (const SweepPrompt& prompt : prompts) {
    finishing.push_back(
        experiment::finishing_work(model.config(), options.silence, prompt.prompt.tokens.size()));
  }
  SweepProgress progress(options.silence, chunks, std::move(finishing));
  const Passes passes(model, prompts, options, threads);
  std::exception_ptr failure;
  for (const SweepChunk& chunk : chunks) passes.run(chunk, sink, progress, failure);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace tacet
