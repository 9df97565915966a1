#pragma once

#include <functional>

#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// Steps that repeat_in_double reports for each block and ln_f: of the clean and the silenced run,
/// and of what is measured on both.
inline constexpr int kDoubleRounds = 3;

/// Does the experiment again on states in double and puts its numbers into `result`, with the
/// noise floor of every row: |mean_delta so far - mean_delta in double|. `result` is that of the
/// same arguments in float32; its values_changed stays. `threads` as resolved; `step` is called
/// kDoubleRounds * (n_layer + 1) times. Returns the seconds that the measures took. Throws what
/// silence() throws.
double repeat_in_double(const Model& model, const Prompt& prompt, const Intervention& intervention,
                        const SilenceOptions& options, int threads,
                        const std::function<void()>& step, SilenceResult& result);

}  // namespace tacet::experiment
