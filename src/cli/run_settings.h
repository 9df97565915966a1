#pragma once

#include <string>

#include "cli/options.h"
#include "cli/view.h"

namespace tacet::cli {

/// How the output options ask a table to be shown on this terminal.
View view_for(const OutputOptions& options, const Terminal& terminal);

/// `threads` where the machine has as many cores, else their number, with a warning unless `quiet`.
/// 0, all cores, stays 0.
int usable_threads(int threads, bool quiet);

/// Warns on standard error of what the model's weights hold that is not used.
void print_warnings(const Model& model);

/// Tells on standard error, with --verbose, how long a run took and what its weights hold that is
/// not used.
void print_run_details(const OutputOptions& options, const Model& model, const Timing& timing);

/// Seconds since some fixed moment.
double now_seconds();

}  // namespace tacet::cli
