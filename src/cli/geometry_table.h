#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// What `--geometry` asks for: for every block from the cut on linear CKA and the rank correlation
/// of clean and silenced, and where the effect is another one when it is measured otherwise.
/// Needs a result made with `geometry_beside`; empty where nothing changed.
std::string render_geometry(const SilenceResult& result, const View& view);

}  // namespace tacet::cli
