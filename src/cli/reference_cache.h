#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/reference_file.h"
#include "tacet/slice_values.h"

namespace tacet::cli {

/// In place of a folder: nothing is kept.
inline constexpr const char* kNoCache = "none";

/// The means over reference corpora, kept between runs: reading a file in place of running every
/// prompt of the corpus. What is wrong with the cache is a warning on standard error and never an
/// error: the means are then made.
class ReferenceCache {
 public:
  /// What makes the means.
  using Maker = std::function<std::shared_ptr<const SliceValues>()>;

  /// `asked`: what --reference-cache names, a folder or kNoCache; without it the folder is
  /// tacet/references among the user's caches. `quiet`: no warnings; `verbose`: it is told where
  /// the means come from.
  ReferenceCache(const std::optional<std::string>& asked, bool quiet, bool verbose);

  /// The means of `key` for `n_positions` positions, as read_reference: from their file where it
  /// can be used, else from `make`, and then kept. The same bits either way. Throws what `make`
  /// throws.
  std::shared_ptr<const SliceValues> find_or_make(const ReferenceKey& key, std::size_t n_positions,
                                                  const Maker& make) const;

 private:
  std::shared_ptr<const SliceValues> find(const std::filesystem::path& file,
                                          const ReferenceKey& key, std::size_t n_positions) const;
  void keep(const std::filesystem::path& file, const ReferenceKey& key,
            const SliceValues& values) const;
  void tell(const ReferenceKey& key, const std::string& where) const;
  void warn(const std::string& message) const;

  std::optional<std::filesystem::path> folder_;  // nullopt where nothing is kept
  bool quiet_;
  bool verbose_;
};

}  // namespace tacet::cli
