/// @file
/// The JSON of `patch`, read back.
#pragma once

#include "store/json_place.h"
#include "store/result_json.h"
#include "tacet/patch.h"

namespace tacet::store {

/// What a `tacet.patch/1` document holds.
struct PatchDocument {
  ModelSummary model;
  PatchResult result;
};

/// Reads a document whose `schema` is `tacet.patch/1`. Throws InputError naming the file, the key
/// and what is wrong: also where the cells are not every place of the model and the prompts, in
/// their order.
PatchDocument read_patch(const JsonPlace& document);

}  // namespace tacet::store
