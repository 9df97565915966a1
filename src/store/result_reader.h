/// @file
/// The JSON of any command whose results a page shows, read back.
#pragma once

#include <filesystem>
#include <variant>

#include "store/patch_reader.h"
#include "store/predict_reader.h"
#include "store/silence_reader.h"

namespace tacet::store {

/// What a document holds, by its `schema`.
using ResultDocument = std::variant<StoredSilence, PredictDocument, PatchDocument>;

/// Reads the JSON that `tacet silence`, `predict` or `patch` wrote. Throws InputError naming the
/// file, the key and what is wrong, for a document of another schema too.
ResultDocument read_result_json(const std::filesystem::path& file);

}  // namespace tacet::store
