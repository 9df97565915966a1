#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/sweep_prompts.h"
#include "cli/sweep_run.h"
#include "cli/terminal.h"
#include "cli/variants.h"
#include "store/sweep_variants.h"

namespace tacet::cli {

/// Sweeps that are compared, as they are shown.
struct ShownVariants {
  store::SweepVariants variants;
  std::vector<std::int64_t> n_found = {};  ///< of each, what was in the database before
  std::vector<std::string> remarks = {};   ///< sentences that the reader should not miss
};

/// Throws UsageError for options that show one sweep and none of several.
void check_compared(const SweepArguments& arguments);

/// Makes the sweep of every variant, each a run of its own per prompt, in the database that the
/// arguments name, and prints them and their comparison. `inputs` have the first variant's
/// positions. Throws as `sweep`, and UsageError where two variants cut at the same tokens.
void sweep_variants(const SweepArguments& arguments, std::span<const CutVariant> variants,
                    const Model& model, std::vector<SweepInput> inputs, const Terminal& terminal);

/// The groups of runs that --run names, compared over the interventions of `heads`, or else over
/// those that all of them hold. They are named after what they differ in: the mode, the positions,
/// or else the runs. Throws InputError where they are not of one model, or hold nothing in common.
ShownVariants read_variants(const store::SweepDatabase& database,
                            const std::optional<std::string>& heads, std::optional<Test> test,
                            const SweepArguments& arguments);

/// Prints them in the format that is asked for.
void print_variants(const ShownVariants& shown, const SweepArguments& arguments,
                    const Terminal& terminal);

}  // namespace tacet::cli
