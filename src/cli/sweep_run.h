#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/sweep_prompts.h"
#include "cli/sweep_writer.h"
#include "cli/terminal.h"
#include "store/sweep_database.h"
#include "tacet/sweep.h"

namespace tacet::cli {

/// All that `tacet sweep` can be told.
struct SweepArguments {
  SweepSource source;
  ModelOptions model;
  SweepCutOptions cut;
  std::vector<std::string> follow = {};  ///< --pair
  SweepOptions options;
  SweepStoreOptions store;
  OutputOptions output;
  ReportOptions report;
};

/// What of a sweep is left to do, and what the database holds already.
struct SweepPlan {
  std::vector<std::int64_t> runs;    ///< of all prompts, in their order
  std::set<std::string> specs;       ///< of all interventions
  std::vector<SweepPrompt> prompts;  ///< those with something left to do
  std::vector<SweepTarget> targets;  ///< theirs
  std::int64_t n_found = 0;          ///< interventions x prompts that are there
  std::int64_t n_left = 0;           ///< and that are not
};

/// Throws UsageError when the cosine leaves out as many dimensions as the model has, or more: said
/// before a database is made.
void check_cosine(const SweepArguments& arguments, const Model& model);

/// What --mode puts in, its corpus read where it has one and `corpus`, the same read before, is
/// null. Throws UsageError and InputError.
Replacement replacement_of(const SweepArguments& arguments, const Model& model,
                           std::shared_ptr<const ReferenceCorpus> corpus = nullptr);

/// What the arguments ask for beside the prompt, with `positions` touched in it.
store::RunSettings settings_of(const SweepArguments& arguments, const std::vector<int>& positions,
                               std::optional<SliceReference> reference = std::nullopt);

/// Finds or makes the run of every prompt and leaves out what is finished. Throws OutputError,
/// UsageError for the SPEC, InputError for a corpus that does not serve a prompt.
SweepPlan plan_sweep(const SweepArguments& arguments, const Model& model,
                     const std::vector<SweepInput>& inputs, Replacement& replacement,
                     store::SweepDatabase& database);

/// Does what the plan leaves to do, with progress on the terminal and, with --verbose, notes.
/// Throws what `sweep` throws, and OutputError; what was found until then is kept.
void carry_out(const SweepPlan& plan, const SweepArguments& arguments, const Model& model,
               store::SweepDatabase& database, const Terminal& terminal);

}  // namespace tacet::cli
