#pragma once

#include <CLI/App.hpp>

namespace tacet::cli {

/// Throws UsageError when a file that `command` is to write is one that another of its options
/// names: what was there would be lost. Names are compared as files, not as text; what is no
/// regular file (/dev/null) may be named twice.
void check_distinct_files(const CLI::App& command);

}  // namespace tacet::cli
