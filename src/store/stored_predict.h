/// @file
/// A result of `predict` as it stands in a database. See SweepDatabase for reading it.
#pragma once

#include "store/stored_run.h"
#include "tacet/predict.h"

namespace tacet::store {

/// A run of `tacet predict`.
///
/// `result` is what `predict` gave back, every number bit for bit, with one exception: tables of
/// values (SliceKind::values) are not kept. A mode that was made from a file of prompts has a table
/// of one value in its place, which names the table and its `reference()` and which no model takes;
/// other modes of that kind have none. Reading needs no model.
struct StoredPredict {
  RunHeader run;
  PredictResult result;
};

}  // namespace tacet::store
