/// @file
/// The forward pass, clean and with heads silenced, for users who want the states themselves.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/model.h"
#include "tacet/states.h"

namespace tacet {

/// What a forward pass with interventions leaves behind.
struct ForwardResult {
  States clean;                              ///< the untouched run
  std::vector<States> silenced;              ///< one per intervention, in order
  std::vector<std::int64_t> values_changed;  ///< per intervention: values of the slices changed
};

/// Runs `token_ids` (length M) through the model, clean and once per intervention, in one batch.
/// States below a cut and before its first position are bit for bit the clean ones; every row's
/// bits are independent of `threads`, of later tokens (but for SliceKind::mean) and of whatever
/// else is in the batch.
/// `threads` is the most threads to use; 0 means all cores.
/// Throws UsageError for ids outside the vocabulary and heads or positions outside the shape,
/// InputError for M = 0 or M > n_positions, NumericError for NaN or infinity (naming the block),
/// ModelError when the model's file changes under the run. Safe to call from several threads.
ForwardResult forward(const Model& model, std::span<const std::int32_t> token_ids,
                      std::span<const Intervention> interventions = {}, int threads = 0);

/// The heads' outputs side by side, the input of `attn.c_proj`, of the clean run of `token_ids`
/// (length M): a table for SliceMode::values with M positions, under `name`. Putting it in where it
/// was taken changes nothing, bit for bit. Threads and errors as for `forward`.
SliceValues head_outputs(const Model& model, std::span<const std::int32_t> token_ids,
                         std::string name, int threads = 0);

/// The vector unit that the forward pass uses on this machine, such as "AVX2", "AVX3" (AVX-512) or
/// "NEON". The same weights and ids give the same bits wherever it is the same; between two units
/// the last bits differ. Thread safe.
std::string vector_unit();

/// Logits of the next token after a state of `ln_f`: `normed` is one row of `final_norm()`,
/// [d_model]; the result is [vocab_size]. Thread safe.
std::vector<float> unembed(const Model& model, std::span<const float> normed, int threads = 0);

}  // namespace tacet
