#include "cli/reference_cache.h"

#include <system_error>

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/signals.h"
#include "hub/environment.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> folder_of(const std::optional<std::string>& asked) {
  if (!asked) return hub::read_user_caches() / "tacet" / "references";
  if (*asked == kNoCache) return std::nullopt;
  return *asked;
}

}  // namespace

ReferenceCache::ReferenceCache(const std::optional<std::string>& asked, bool quiet, bool verbose)
    : folder_(folder_of(asked)), quiet_(quiet), verbose_(verbose) {}

std::shared_ptr<const SliceValues> ReferenceCache::find_or_make(const ReferenceKey& key,
                                                                std::size_t n_positions,
                                                                const Maker& make) const {
  if (!folder_) {
    std::shared_ptr<const SliceValues> made = make();
    tell(key, "made, and not kept");
    return made;
  }
  const fs::path file = *folder_ / file_name(key);
  if (auto found = find(file, key, n_positions)) {
    tell(key, fmt::format("from {}", file.string()));
    return found;
  }
  std::shared_ptr<const SliceValues> made = make();
  keep(file, key, *made);
  return made;
}

std::shared_ptr<const SliceValues> ReferenceCache::find(const fs::path& file,
                                                        const ReferenceKey& key,
                                                        std::size_t n_positions) const {
  std::error_code error;
  if (fs::status(file, error).type() == fs::file_type::not_found) return nullptr;
  try {
    return read_reference(file, key, n_positions);
  } catch (const ModelError& problem) {
    warn(fmt::format("the means kept in '{}' are not used and made again: {}", file.string(),
                     problem.what()));
    return nullptr;
  }
}

void ReferenceCache::keep(const fs::path& file, const ReferenceKey& key,
                          const SliceValues& values) const {
  try {
    std::error_code error;
    fs::create_directories(*folder_, error);
    if (error) {
      throw OutputError(
          fmt::format("cannot make the folder '{}': {}", folder_->string(), error.message()));
    }
    const SignalDeferral deferral;
    write_reference(file, key, values);
    tell(key, fmt::format("made, and kept in {}", file.string()));
  } catch (const OutputError& problem) {
    tell(key, "made, and not kept");
    warn(
        fmt::format("the means over {} are not kept for the next time: {}; --reference-cache "
                    "names another folder, or none",
                    key.corpus.file, problem.what()));
  }
}

void ReferenceCache::tell(const ReferenceKey& key, const std::string& where) const {
  if (!verbose_) return;
  print_message("note", fmt::format("{} of {} ({} prompts): {}", key.kind, key.corpus.file,
                                    key.corpus.n_prompts, where));
}

void ReferenceCache::warn(const std::string& message) const {
  if (!quiet_) print_message("warning", message);
}

}  // namespace tacet::cli
