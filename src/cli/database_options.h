#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "store/sweep_database.h"

namespace tacet::cli {

/// Opens the database for writing; a signal waits until that is done. Says on standard error,
/// unless `quiet`, that it was brought to this version. Throws OutputError.
store::SweepDatabase open_for_writing(const std::filesystem::path& file, bool quiet);

/// Whether writing to `out` would write to the database or to what SQLite keeps beside it.
bool same_file(const std::filesystem::path& out, const std::filesystem::path& database);

}  // namespace tacet::cli
