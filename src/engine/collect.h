#pragma once

#include "engine/forward_pass.h"
#include "tacet/states.h"

namespace tacet::engine {

/// Copies the clean rows of a state into `clean`.
void collect_clean(const StateView& view, States& clean);

/// Copies intervention `k`'s state into `silenced`: its own rows, and the clean ones wherever the
/// run has not left the clean one.
void collect_silenced(const StateView& view, std::size_t k, States& silenced);

}  // namespace tacet::engine
