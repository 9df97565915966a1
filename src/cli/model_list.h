#pragma once

#include <string>
#include <vector>

#include "store/listing.h"

namespace tacet::cli {

/// The embedded model, those in the Hugging Face cache, and for each folder the model in it, or
/// those in its direct sub-folders that have a config.json, in the order of their names. A model
/// that cannot be used is listed with the reason. Asks nothing of the network. Throws ModelError
/// for a folder that does not exist.
std::vector<store::ModelListing> list_models(const std::vector<std::string>& folders);

}  // namespace tacet::cli
