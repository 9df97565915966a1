#pragma once

#include "cli/database_options.h"
#include "cli/options.h"
#include "cli/terminal.h"

namespace tacet::cli {

/// Prints the run of predict that the options name, as `tacet predict` printed it when it was made.
/// Throws InputError for a database or run that cannot be read.
void show_predict(const DatabaseOptions& options, const OutputOptions& output,
                  const Terminal& terminal);

/// The same for a run of patch.
void show_patch(const DatabaseOptions& options, const OutputOptions& output,
                const Terminal& terminal);

}  // namespace tacet::cli
