#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/control.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// All that `tacet silence` prints as a table: model, cut and test; the prompt; the blocks; how the
/// change travels; what happened, in a sentence; what to keep in mind.
/// With `control`, what other pushes of the size did; with `geometry`, the table of --geometry.
std::string render_silence(const SilenceResult& result, const ModelView& model, const View& view,
                           const ControlResult* control = nullptr, bool geometry = false);

}  // namespace tacet::cli
