#pragma once

#include "engine/forward_pass.h"
#include "tacet/states.h"

namespace tacet::engine {

/// Copies the rows of one run's state number `index` into `states`.
void collect(int index, const RowsView& rows, States& states);

/// The rows of an intervention's state: its own, or the clean ones where it has not left them.
const RowsView& rows_of(const PromptView& prompt, std::size_t intervention);

}  // namespace tacet::engine
