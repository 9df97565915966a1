#include <algorithm>
#include <optional>
#include <string>

#include "experiment/block_analysis.h"
#include "experiment/clean_state.h"
#include "tacet/error.h"
#include "tacet/pairs.h"

namespace tacet {
namespace {

using measure::Gram;
using measure::TokenVectors;

void append(const Gram& gram, const std::string& name, std::vector<float>& cosines) {
  if (std::ranges::find(gram.norms(), 0.0) != gram.norms().end()) {
    throw NumericError("a token's state at " + name +
                       " has norm 0, so it has no cosine with any other: leave the pairs out");
  }
  for (const double cosine : measure::pair_cosines(gram, {})) {
    cosines.push_back(static_cast<float>(cosine));
  }
}

}  // namespace

PairMatrices pair_matrices(const SilenceResult& result) {
  const States& clean = result.clean;
  if (clean.data().empty() || clean.data().size() != result.silenced.data().size()) {
    throw UsageError("the result holds no states; make it with keep_states set");
  }
  constexpr int kThreads = 1;  // some dozen tokens
  const auto width = static_cast<std::size_t>(clean.d_model());
  const experiment::Comparison compared{
      .pairs = experiment::selected_pairs(result.intervention, result.pairs, result.exclude_first),
      .cosine = {.kind = result.cosine, .rogue_dimensions = result.rogue_dimensions}};
  PairMatrices matrices;
  for (int index = 1; index <= clean.n_layer() + 1; ++index) {
    const std::string name = experiment::state_name(index, clean.n_layer());
    TokenVectors before(clean.state(index), width);
    TokenVectors after(result.silenced.state(index), width);
    const experiment::CosineTransform transform(before, Gram(before, kThreads).norms(), compared);
    transform.apply(before);
    transform.apply(after);
    append(Gram(before, kThreads), name, matrices.clean);
    append(Gram(after, kThreads), name, matrices.silenced);
  }
  return matrices;
}

}  // namespace tacet
