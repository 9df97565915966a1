#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/App.hpp>

#include "cli/options.h"
#include "cli/sweep_prompts.h"
#include "cli/sweep_run.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// All that `tacet study` can be told. `output.out` is the folder.
struct StudyArguments {
  PromptOptions prompt;
  ModelOptions model;
  int layer = 3;        ///< the study's "layer 3", as a block
  SweepCutOptions cut;  ///< of every head; one mode and --at
  SilenceOptions silence;
  int noise_draws = 0;                     ///< of the noise floor
  std::optional<std::int64_t> n_controls;  ///< rotated pushes in the place of each head of `layer`
  /// Of their directions, and of the prompt that --mode resample draws.
  std::optional<std::uint64_t> seed;
  std::uint64_t memory = 0;
  OutputOptions output;
};

/// What is read where no prompt is given: the demo's.
inline constexpr const char* kStudyPrompt =
    "I asked my pizza for a joke about pineapple, but it was too cheesy.";

/// The argument PROMPT and all options; the struct must live as long as the app.
void declare_study_options(CLI::App& app, StudyArguments& arguments);

/// Throws UsageError when options contradict each other or --out is missing.
void check_study(const StudyArguments& arguments);

/// The sweep that the study makes: every head of the model, each by itself, at all tokens.
SweepArguments sweep_of(const StudyArguments& arguments);

/// The prompt, checked against the model. Throws as resolve_inputs.
SweepInput resolve_study_prompt(const StudyArguments& arguments, const Model& model);

}  // namespace tacet::cli
