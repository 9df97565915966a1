#include "engine/batch.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <vector>

namespace tacet::engine {
namespace {

/// Number of ids that two prompts have in common at their beginnings.
std::size_t common_beginning(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

/// Of several earlier sequences, the one that shares most with a new one.
struct Donor {
  const Sequence* sequence = nullptr;
  std::size_t shared = 0;  ///< positions before this are the same
};

/// Fills `sequence`: `donor`'s rows for the shared positions, new ones from `next` on after them.
Sequence make_sequence(std::size_t n_tokens, const Donor& donor, std::size_t next) {
  Sequence sequence;
  sequence.first_own = donor.shared;
  sequence.row_of.resize(n_tokens);
  for (std::size_t t = 0; t < n_tokens; ++t) {
    sequence.row_of[t] = t < donor.shared ? donor.sequence->row_of[t]
                                          : static_cast<std::uint32_t>(next + t - donor.shared);
  }
  return sequence;
}

/// Heads and what becomes of their slices; a table of values is told by where it lies.
using Way = std::tuple<std::vector<Head>, SliceKind, float, const SliceValues*>;

Way way_of(const Intervention& intervention) {
  const SliceMode& mode = intervention.mode;
  return {intervention.heads, mode.kind, mode.scale, mode.values.get()};
}

/// First position below `limit` that one of the interventions touches and the other does not;
/// `limit` when there is none.
std::size_t first_difference(const Intervention& a, const Intervention& b, std::size_t limit) {
  for (std::size_t t = 0; t < limit; ++t) {
    if (a.touches(static_cast<int>(t)) != b.touches(static_cast<int>(t))) return t;
  }
  return limit;
}

}  // namespace

int BatchRun::cut_layer() const {
  if (patch != nullptr) return patch->layer;
  return push != nullptr ? push->layer : intervention->cut_layer();
}

std::size_t BatchRun::first_position() const {
  if (patch != nullptr) return static_cast<std::size_t>(patch->first_position);
  return static_cast<std::size_t>(push != nullptr ? push->first_position
                                                  : intervention->first_position());
}

Batch::Batch(std::span<const PassPrompt> prompts) {
  add_clean(prompts);
  n_clean_rows_ = n_rows_;
  add_runs(prompts);
}

void Batch::add_clean(std::span<const PassPrompt> prompts) {
  clean_.reserve(prompts.size());  // donors are pointed at
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    Donor best;
    for (std::size_t earlier = 0; earlier < p; ++earlier) {
      const std::size_t shared = common_beginning(prompts[p].token_ids, prompts[earlier].token_ids);
      if (shared > best.shared) best = {&clean_[earlier], shared};
    }
    clean_.push_back(make_sequence(prompts[p].token_ids.size(), best, n_rows_));
    n_rows_ += clean_.back().n_own();
  }
}

void Batch::add_runs(std::span<const PassPrompt> prompts) {
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    BatchRun run{.prompt = p, .sequence = {}};
    for (const Intervention& intervention : prompts[p].interventions) {
      run.intervention = &intervention;
      for (run.draw = 0; run.draw <= prompts[p].noise.count; ++run.draw) runs_.push_back(run);
      ++run.number;
    }
    run.intervention = nullptr;
    run.draw = 0;
    for (const Push& push : prompts[p].pushes) {
      run.push = &push;
      runs_.push_back(run);
      ++run.number;
    }
    run.push = nullptr;
    for (const StreamPatch& patch : prompts[p].patches) {
      run.patch = &patch;
      runs_.push_back(run);
      ++run.number;
    }
  }
  std::ranges::stable_sort(runs_, {}, &BatchRun::leaves_at);

  // Runs of other prompts that silence the same heads in the same way.
  std::map<Way, std::vector<std::size_t>> alike;
  for (std::size_t r = 0; r < runs_.size(); ++r) {
    BatchRun& run = runs_[r];
    const std::span<const std::int32_t> ids = prompts[run.prompt].token_ids;
    Donor best{&clean_[run.prompt], run.first_position()};
    if (run.intervention == nullptr) {
      run.sequence = make_sequence(ids.size(), best, n_rows_);
      n_rows_ += run.sequence.n_own();
      continue;
    }
    // A mean is taken over all of a prompt, so what two prompts have in common ends before it.
    if (run.draw == 0 && run.intervention->mode.kind != SliceKind::mean) {
      const Intervention& intervention = *run.intervention;
      std::vector<std::size_t>& others = alike[way_of(intervention)];
      for (const std::size_t other : others) {
        const std::size_t shared =
            first_difference(intervention, *runs_[other].intervention,
                             common_beginning(ids, prompts[runs_[other].prompt].token_ids));
        if (shared > best.shared) best = {&runs_[other].sequence, shared};
      }
      others.push_back(r);
    }
    run.sequence = make_sequence(ids.size(), best, n_rows_);
    n_rows_ += run.sequence.n_own();
    const std::size_t n_shared = run.sequence.first_own;
    if (n_shared > 0 && run.sequence.row_of[n_shared - 1] >= n_clean_rows_) runs_share_rows_ = true;
  }
}

std::size_t Batch::runs_up_to(int moment) const {
  const auto end = std::ranges::upper_bound(runs_, moment, {}, &BatchRun::leaves_at);
  return static_cast<std::size_t>(end - runs_.begin());
}

std::size_t Batch::runs_before(int layer) const {
  return runs_up_to(2 * layer);
}

std::size_t Batch::runs_within(int layer) const {
  return runs_up_to(2 * layer + 1);
}

std::vector<std::uint32_t> Batch::keep_last_rows() {
  std::vector<Sequence*> sequences;
  for (Sequence& sequence : clean_) sequences.push_back(&sequence);
  for (BatchRun& run : runs_) sequences.push_back(&run.sequence);
  std::vector<std::uint32_t> kept;
  for (const Sequence* sequence : sequences) kept.push_back(sequence->row_of.back());
  std::ranges::sort(kept);
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  for (Sequence* sequence : sequences) {
    const auto place = std::ranges::lower_bound(kept, sequence->row_of.back()) - kept.begin();
    std::ranges::fill(sequence->row_of, static_cast<std::uint32_t>(place));
    sequence->first_own = sequence->row_of.size() - 1;
  }
  n_rows_ = kept.size();
  only_last_rows_ = true;
  return kept;
}

std::size_t Batch::rows_of(std::size_t n_runs) const {
  if (only_last_rows_) return n_rows_;
  return std::accumulate(
      runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(n_runs), n_clean_rows_,
      [](std::size_t rows, const BatchRun& run) { return rows + run.sequence.n_own(); });
}

}  // namespace tacet::engine
