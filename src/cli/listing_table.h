#pragma once

#include <string>

#include "cli/view.h"
#include "store/listing.h"

namespace tacet::cli {

/// What `tacet tokens` prints as a table: position, id and piece, one line a token, and how many.
std::string render_tokens(const store::TokenListing& listing, const View& view);

/// What `tacet models` prints as a table: one line a model, and below it why it cannot be used.
std::string render_models(const std::vector<store::ModelListing>& models, const View& view);

}  // namespace tacet::cli
