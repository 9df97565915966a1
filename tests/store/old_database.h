/// @file
/// Databases as older versions of tacet laid them out.
#pragma once

#include <filesystem>

namespace tacet::testing {

/// How the tables of version 3 are laid out before there were pairs to follow.
enum class Followed { with, without };

/// Makes `file`, a database of `version` (2 or 3), with the rows that the sweeps 0 and 1 of
/// write_sweep leave, as far as that version has a place for them.
void make_old_database(const std::filesystem::path& file, int version,
                       Followed followed = Followed::with);

}  // namespace tacet::testing
