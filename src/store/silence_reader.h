/// @file
/// The JSON of `silence`, read back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/json_place.h"
#include "store/sweep_database.h"
#include "tacet/sweep.h"

namespace tacet::store {

/// What came out of the controls of a silencing, in short: the keys of `control` of these names.
struct ControlSummary {
  std::int64_t n = 0;                  ///< rotated pushes
  std::optional<double> p_late_delta;  ///< nullopt without controls
  std::optional<double> p_growth;
  std::string note;  ///< why there are no controls; empty when there are
};

/// What a `tacet.silence/1` document holds, in the words of a sweep.
struct StoredSilence {
  StoredRun run;  ///< `id` is 0
  SweepOutcome outcome;
  std::optional<ControlSummary> control;  ///< nullopt where none was asked for
};

/// Reads a document whose `schema` is `tacet.silence/1`. Throws InputError naming the file, the key
/// and what is wrong.
StoredSilence read_silence(const JsonPlace& document);

}  // namespace tacet::store
