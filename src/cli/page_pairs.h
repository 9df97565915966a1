#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/options.h"
#include "cli/progress.h"
#include "report/page_data.h"
#include "tacet/model.h"

namespace tacet::cli {

/// Heads whose matrices of pairs a page holds unless others are asked for.
inline constexpr std::size_t kDefaultPairs = 10;
/// Prompts that have matrices, unless heads were asked for: each costs a run of the model a head.
inline constexpr std::size_t kDefaultPairsPrompts = 3;

/// The clean model's trajectory as a page shows it. Errors as for `trajectory`.
store::StoredTrajectory clean_trajectory(const Model& model, const Prompt& prompt,
                                         const SilenceOptions& options);

/// Runs the model again for what results do not hold: the matrices of the heads `pairs` (a SPEC;
/// the strongest where there is none), as far as a page has room, and trajectories that are not
/// known. Throws UsageError for a SPEC outside of what was silenced, and what `silence` throws.
void add_pairs(report::PageContent& content, const Model& model,
               const std::optional<std::string>& pairs, int threads, Progress& progress);

/// The same with the model that `source` names, or else the one that the results were made with.
/// Where that is not there any more, the page says that the pairs are left out. Throws UsageError
/// where a model was named that is another one.
void add_pairs(report::PageContent& content, const PageSource& source, int threads,
               Progress& progress);

}  // namespace tacet::cli
