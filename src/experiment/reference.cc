#include "tacet/reference.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "engine/forward_pass.h"
#include "experiment/summary.h"
#include "stats/random.h"
#include "support/parallel.h"
#include "tacet/error.h"
#include "tacet/forward.h"
#include "tacet/stats.h"

namespace tacet {
namespace {

/// The sums of slices and how many rows went into each: [n_layer, n_positions, d_model] and
/// [n_positions], or one position for all.
struct Sums {
  std::size_t n_positions = 0;
  std::vector<double> rows;
  std::vector<std::int64_t> counts;
};

/// What `run` returns; an error of one prompt of the corpus begins with its place there.
template <typename Run>
auto of_prompt(const ReferenceCorpus& corpus, std::size_t number, const Run& run) {
  const auto message = [&](const Error& error) {
    return fmt::format("{}: prompt {}: {}", corpus.file, number + 1, error.what());
  };
  try {
    return run();
  } catch (const UsageError& error) {
    throw InputError(message(error));
  } catch (const InputError& error) {
    throw InputError(message(error));
  }
}

void require_prompts(const ReferenceCorpus& corpus) {
  if (!corpus.prompts.empty()) return;
  throw InputError(fmt::format("{} has no prompts to take a mean over", corpus.file));
}

/// Adds up the rows of all prompts; a row of position t goes to sum number `place(t)`, or nowhere
/// when there are not so many.
template <typename Place>
Sums add_up(const Model& model, const ReferenceCorpus& corpus, std::size_t n_positions,
            const Place& place, int threads) {
  const auto width = static_cast<std::size_t>(model.config().d_model);
  const auto n_layer = static_cast<std::size_t>(model.config().n_layer);
  Sums sums{.n_positions = n_positions,
            .rows = std::vector<double>(n_layer * n_positions * width),
            .counts = std::vector<std::int64_t>(n_positions)};
  const auto add = [&](int layer, std::span<const engine::RowsView> clean) {
    for (std::size_t t = 0; t < clean.front().size(); ++t) {
      const std::size_t at = place(t);
      if (at >= n_positions) continue;
      if (layer == 0) ++sums.counts[at];
      const std::span<double> sum = std::span(sums.rows).subspan(
          (static_cast<std::size_t>(layer) * n_positions + at) * width, width);
      std::ranges::transform(sum, clean.front().row(t), sum.begin(),
                             [](double a, float b) { return a + static_cast<double>(b); });
    }
  };
  for (std::size_t p = 0; p < corpus.prompts.size(); ++p) {
    const std::vector<std::int32_t> ids = experiment::ids_of(corpus.prompts[p]);
    const engine::PassPrompt request{.token_ids = ids, .interventions = {}};
    of_prompt(corpus, p, [&] {
      return engine::forward_pass(
          model.weights(), {&request, 1}, support::resolve_threads(threads),
          [](const engine::StateView&) {}, add);
    });
  }
  return sums;
}

std::vector<float> means(const Sums& sums, std::size_t width) {
  std::vector<float> rows(sums.rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t count = sums.counts[i / width % sums.n_positions];
    rows[i] = static_cast<float>(sums.rows[i] / static_cast<double>(count));
  }
  return rows;
}

DrawSpread spread_of(const std::vector<double>& values) {
  const auto [least, most] = std::ranges::minmax_element(values);
  return {.mean = mean(values),
          .sd = values.size() > 1 ? sample_sd(values) : 0.0,
          .min = *least,
          .max = *most};
}

/// Prompts that have other ids than `ids` and a row for each of its positions.
std::vector<std::size_t> candidates(const ReferenceCorpus& corpus,
                                    const std::vector<std::int32_t>& ids) {
  std::vector<std::size_t> numbers;
  for (std::size_t p = 0; p < corpus.prompts.size(); ++p) {
    const Prompt& other = corpus.prompts[p];
    if (other.tokens.size() < ids.size() || experiment::ids_of(other) == ids) continue;
    numbers.push_back(p);
  }
  return numbers;
}

}  // namespace

std::shared_ptr<const SliceValues> corpus_mean(const Model& model, const ReferenceCorpus& corpus,
                                               int threads) {
  require_prompts(corpus);
  const ModelConfig& config = model.config();
  const Sums sums = add_up(
      model, corpus, 1, [](std::size_t) { return std::size_t{0}; }, threads);
  return std::make_shared<const SliceValues>(
      std::string(kCorpusMean), config.n_layer, SliceValues::kEveryPosition, config.d_model,
      means(sums, static_cast<std::size_t>(config.d_model)), reference_of(corpus));
}

std::shared_ptr<const SliceValues> position_mean(const Model& model, const ReferenceCorpus& corpus,
                                                 std::size_t n_positions, int threads) {
  require_prompts(corpus);
  std::size_t longest = 0;
  for (const Prompt& prompt : corpus.prompts) longest = std::max(longest, prompt.tokens.size());
  if (longest < n_positions) {
    throw InputError(fmt::format(
        "the prompt has {} tokens, but of the {} prompts of {} none reaches position {}: the "
        "longest has {} tokens; use longer prompts there, or the mean over all positions "
        "(--mode corpus-mean)",
        n_positions, corpus.prompts.size(), corpus.file, n_positions - 1, longest));
  }
  const ModelConfig& config = model.config();
  const Sums sums = add_up(
      model, corpus, n_positions, [](std::size_t t) { return t; }, threads);
  return std::make_shared<const SliceValues>(
      std::string(kPositionMean), config.n_layer, static_cast<int>(n_positions), config.d_model,
      means(sums, static_cast<std::size_t>(config.d_model)), reference_of(corpus));
}

std::vector<std::size_t> draw_prompts(const ReferenceCorpus& corpus, const Prompt& prompt,
                                      std::size_t n, std::uint64_t seed) {
  const std::vector<std::int32_t> ids = experiment::ids_of(prompt);
  std::vector<std::size_t> numbers = candidates(corpus, ids);
  if (numbers.size() < n) {
    throw InputError(fmt::format(
        "{} prompt{} to be drawn, but of the {} of {} only {} can stand in: other ones, of at "
        "least the prompt's {} tokens; draw fewer (--reference-draws), or use longer prompts there",
        n, n == 1 ? " is" : "s are", corpus.prompts.size(), corpus.file, numbers.size(),
        ids.size()));
  }
  stats::Random random(seed);
  for (std::size_t i = 0; i < n; ++i) {
    std::swap(numbers[i], numbers[i + random.below(numbers.size() - i)]);
  }
  numbers.resize(n);
  return numbers;
}

std::shared_ptr<const SliceValues> resampled(const Model& model, const ReferenceCorpus& corpus,
                                             std::size_t drawn, std::uint64_t seed, int threads) {
  const std::vector<std::int32_t> ids = experiment::ids_of(corpus.prompts[drawn]);
  const SliceValues values = of_prompt(
      corpus, drawn, [&] { return head_outputs(model, ids, std::string(kResample), threads); });
  SliceReference reference = reference_of(corpus);
  reference.seed = seed;
  return std::make_shared<const SliceValues>(
      std::string(kResample), values.n_layer(), values.n_positions(), values.d_model(),
      std::vector<float>(values.rows().begin(), values.rows().end()), reference);
}

SilenceResult silence_resampled(const Model& model, const Prompt& prompt, Intervention intervention,
                                const ReferenceCorpus& corpus, std::size_t n, std::uint64_t seed,
                                const SilenceOptions& options) {
  if (n == 0) throw UsageError("no prompt is to be drawn; draw one at least");
  SilenceResult first;
  ReplacementDraws all;
  std::vector<double> late;
  std::vector<std::vector<double>> deltas;  // per row, over the draws
  SilenceOptions own = options;
  for (const std::size_t drawn : draw_prompts(corpus, prompt, n, seed)) {
    intervention.mode = replace_by(resampled(model, corpus, drawn, seed, options.threads));
    SilenceResult result = silence(model, prompt, intervention, own);
    all.draws.push_back({.prompt = static_cast<int>(drawn),
                         .immediate_delta = result.ripple.immediate_delta,
                         .late_delta = result.ripple.late_delta});
    late.push_back(result.ripple.late_delta);
    deltas.resize(result.layers.size());
    for (std::size_t i = 0; i < deltas.size(); ++i) {
      deltas[i].push_back(result.layers[i].mean_delta);
    }
    if (late.size() > 1) continue;
    first = std::move(result);
    // Of the others only the changes are wanted.
    own.keep_states = false;
    own.tests_beside.clear();
    own.geometry_beside = false;
    own.dimensions = 0;
    own.follow.clear();
    own.precision = Precision::float32;
  }
  all.late = spread_of(late);
  for (const std::vector<double>& row : deltas) all.layers.push_back(spread_of(row));
  first.draws = std::move(all);
  return first;
}

}  // namespace tacet
