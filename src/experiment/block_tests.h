#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "experiment/clean_state.h"
#include "measure/similarity.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// The tests that a run makes of each block: the one that decides first, then those shown beside
/// it.
std::vector<Test> wanted_tests(const SilenceOptions& options);

/// Whether one of them is the token-swap test.
bool wants_token_swap(const SilenceOptions& options);

/// One test of one block's pairs, except for token-swap, which takes all blocks at once. `clean`
/// and `silenced` are the cosines of `pairs` among n_tokens tokens. Resamples share `threads`
/// threads; the bits are the same for any number.
TestResult run_test(Test name, std::span<const double> clean, std::span<const double> silenced,
                    const measure::PairSelection& pairs, std::size_t n_tokens,
                    const SilenceOptions& options, int threads);

/// Fills in the sizes of a row's change and their intervals. `clean` and `silenced` as for
/// `run_test`.
void set_sizes(LayerEffect& row, std::span<const double> clean, std::span<const double> silenced,
               const measure::PairSelection& pairs, std::size_t n_tokens, double alpha);

/// The dyadic standard error of the mean of `delta`, the changes of `pairs` among n_tokens tokens;
/// nullopt where `dyadic_test` has none.
std::optional<double> dyadic_error(std::span<const double> delta,
                                   const measure::PairSelection& pairs, std::size_t n_tokens,
                                   double alpha);

/// The token-swap parts of a block, one for every token of the prompt that takes part in pairs.
std::vector<double> swap_parts(const MeasuredState& clean, const MeasuredState& silenced,
                               const measure::PairSelection& pairs,
                               const CosineTransform& transform);

/// Puts a test's numbers into the row's own columns.
void set_columns(LayerEffect& row, const TestResult& result);

/// Fills in the token-swap results of the rows of one intervention, where they are wanted, from the
/// blocks' parts, [rows][tokens]; a row below the cut may have none. Returns the family-wise p of
/// the rows, nullopt where there is none.
std::vector<std::optional<double>> add_token_swap(std::span<LayerEffect> rows,
                                                  std::span<const std::vector<double>> parts,
                                                  const SilenceOptions& options);

}  // namespace tacet::experiment
