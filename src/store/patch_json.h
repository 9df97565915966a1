/// @file
/// The JSON of patch, with or without the model at hand.
#pragma once

#include <string>
#include <string_view>

#include "store/model_summary.h"
#include "tacet/patch.h"

namespace tacet::store {

/// `"schema": "tacet.patch/1"` of a result that the tacet of `version` has made. Throws
/// NumericError for NaN.
std::string patch_json(const PatchResult& result, const ModelSummary& model,
                       std::string_view version);

}  // namespace tacet::store
