/// @file
/// What to put in place of a head other than zeros: means over a corpus of prompts, what another of
/// its prompts has there, or what is left of a head that attends to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/model.h"
#include "tacet/prompt.h"
#include "tacet/silence.h"

namespace tacet {

/// Prompts that heads' usual outputs are learned from.
struct ReferenceCorpus {
  std::string file;  ///< its name, for results and messages
  std::vector<Prompt> prompts;
};

/// What a result says of the corpus; `seed` is left empty.
SliceReference reference_of(const ReferenceCorpus& corpus);

/// A head's value bias, `c_attn`'s bias for its values: what its slice is for every token when the
/// values are their bias alone, since the attention of a token sums to 1. Tools that fold this bias
/// into that of the projection leave exactly it in the stream when they zero a head.
/// One row for every position, kKeepsValueBias.
std::shared_ptr<const SliceValues> value_bias(const Model& model);

/// The mean of every head's slice over all tokens of all prompts: a prompt of twice the tokens
/// counts twice. Summed in double, in the order of the prompts. One row for every position,
/// kCorpusMean. Throws InputError for an empty corpus and naming the prompt that the model cannot
/// run. `threads` as for `forward`; the bits do not depend on it.
std::shared_ptr<const SliceValues> corpus_mean(const Model& model, const ReferenceCorpus& corpus,
                                               int threads = 0);

/// The mean over the prompts for each of positions 0 to n_positions-1, kPositionMean: over those
/// prompts that reach it. Throws InputError, too, when no prompt reaches the last of them.
std::shared_ptr<const SliceValues> position_mean(const Model& model, const ReferenceCorpus& corpus,
                                                 std::size_t n_positions, int threads = 0);

/// Which prompts of the corpus stand in for `prompt`: `n` different ones, drawn with `seed` among
/// those of other ids and at least as many tokens. A smaller `n` draws the first ones of a larger.
/// Throws InputError when there are fewer, saying how many there are.
std::vector<std::size_t> draw_prompts(const ReferenceCorpus& corpus, const Prompt& prompt,
                                      std::size_t n, std::uint64_t seed);

/// The slices of prompt number `drawn` of the corpus, position by position, kResample. Throws
/// InputError when the model cannot run it.
std::shared_ptr<const SliceValues> resampled(const Model& model, const ReferenceCorpus& corpus,
                                             std::size_t drawn, std::uint64_t seed,
                                             int threads = 0);

/// `silence` with the slices of `n` prompts drawn as draw_prompts says, each by itself; what
/// becomes of a slice is the mode of `intervention` no more. The result is that of the first draw;
/// its `draws` tell of all. Throws what draw_prompts and `silence` throw, UsageError for n = 0.
SilenceResult silence_resampled(const Model& model, const Prompt& prompt, Intervention intervention,
                                const ReferenceCorpus& corpus, std::size_t n, std::uint64_t seed,
                                const SilenceOptions& options = {});

}  // namespace tacet
