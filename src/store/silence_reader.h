/// @file
/// The JSON of `silence`, read back.
#pragma once

#include <filesystem>

#include "store/sweep_database.h"
#include "tacet/sweep.h"

namespace tacet::store {

/// What a `tacet.silence/1` document holds, in the words of a sweep.
struct StoredSilence {
  StoredRun run;  ///< `id` is 0
  SweepOutcome outcome;
};

/// Reads the JSON that `tacet silence --format json` wrote. Throws InputError naming the file, the
/// key and what is wrong, for a document of another schema too.
StoredSilence read_silence_json(const std::filesystem::path& file);

}  // namespace tacet::store
