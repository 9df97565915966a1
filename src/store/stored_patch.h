/// @file
/// A result of `patch` as it stands in a database. See SweepDatabase for reading it.
#pragma once

#include "store/stored_run.h"
#include "tacet/patch.h"

namespace tacet::store {

/// A run of `tacet patch`, all pairs of it: `result` is what `patch` gave back, every number bit
/// for bit. Reading needs no model.
struct StoredPatch {
  RunHeader run;
  PatchResult result;
};

}  // namespace tacet::store
