#pragma once

#include <cstdint>

#include "cli/study_folder.h"
#include "cli/study_options.h"
#include "store/sweep_database.h"
#include "tacet/study.h"

namespace tacet::cli {

/// Silences the heads of the study's block again, in a second process and in one more with another
/// number of threads, and compares every value with those of run `run`. Throws Error when one of
/// them fails. The databases that they write are removed again.
Repetition repeat_study(const StudyArguments& arguments, const StudyFolder& folder,
                        const store::SweepDatabase& database, const store::StoredRun& run);

}  // namespace tacet::cli
