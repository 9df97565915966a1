#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/patch.h"

namespace tacet::cli {

/// What `tacet patch` shows: the prompts, a map of the recovered share (by block and head, or by
/// token and block; heads at positions have no map but a line for each position), and the cells
/// that recover or destroy most. Fits the view's width from 80 columns on.
std::string render_patch(const PatchResult& result, const ModelView& model, const View& view);

}  // namespace tacet::cli
