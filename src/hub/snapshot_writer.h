#pragma once

#include <string_view>

#include "hub/cache_layout.h"

namespace tacet::hub {

// Each throws OutputError when the cache cannot be written.

/// Makes the cache's folder, and marks it as one that backups may leave out (CACHEDIR.TAG).
void prepare_cache(const RepoFolder& folder);

/// Gives `file` of the snapshot the blob's bytes: by a relative link, or, where none can be made or
/// `symlinks` is false, by a second name of the blob or a copy of it. Whole or not at all.
void place_in_snapshot(const RepoFolder& folder, std::string_view commit, std::string_view file,
                       std::string_view etag, bool symlinks);

/// Writes which commit `revision` stands at; nothing for a commit itself.
void write_ref(const RepoFolder& folder, std::string_view revision, std::string_view commit);

/// Notes that the repository has no such file, so that nobody has to ask again.
void mark_missing(const RepoFolder& folder, std::string_view commit, std::string_view file);

}  // namespace tacet::hub
