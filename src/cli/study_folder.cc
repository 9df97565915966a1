#include "cli/study_folder.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"
#include "tacet/version.h"

namespace tacet::cli {
namespace {

/// What sets the study of a folder apart from the one that is asked for; nullopt for the same.
std::optional<std::string> difference(const store::StoredRun& run, const Model& model,
                                      const Prompt& prompt, const store::RunSettings& settings) {
  if (run.model_fingerprint != model.fingerprint()) {
    return fmt::format("of another model, {} ({})", support::escape_for_display(run.model_id),
                       run.model_fingerprint);
  }
  if (!std::ranges::equal(run.prompt.tokens, prompt.tokens, {}, &Token::id, &Token::id)) {
    return run.prompt.text.empty() ? "of other token ids"
                                   : fmt::format("of another prompt, '{}'",
                                                 support::escape_for_display(run.prompt.text));
  }
  if (run.settings != settings) return "made with other settings";
  if (run.tool_version != kVersion) return fmt::format("made by tacet {}", run.tool_version);
  return std::nullopt;
}

}  // namespace

StudyFolder::StudyFolder(const std::string& name) : name_(name) {
  std::error_code error;
  std::filesystem::create_directories(name, error);
  if (error || !std::filesystem::is_directory(name)) {
    const std::string why = error ? error.message() : std::string("there is a file of that name");
    throw OutputError(
        fmt::format("cannot make the folder '{}': {}; name another with --out", name, why));
  }
  std::error_code ignored;
  if (std::filesystem::exists(database(), ignored)) return;
  for (const std::string& mine : {effects(), report(), json()}) {
    if (!std::filesystem::exists(std::filesystem::symlink_status(mine, ignored))) continue;
    throw InputError(
        fmt::format("'{}' is there, but no sweep.db beside it: the folder is not one of a study, "
                    "and nothing was written; name another with --out, or move the file away",
                    mine));
  }
}

std::string StudyFolder::file(const char* name) const {
  return (std::filesystem::path(name_) / name).string();
}

void check_same_study(const StudyFolder& folder, const store::SweepDatabase& database,
                      const Model& model, const Prompt& prompt,
                      const store::RunSettings& settings) {
  const std::vector<store::StoredRun> runs = database.runs();
  if (runs.empty()) return;
  const std::optional<std::string> what = difference(runs.front(), model, prompt, settings);
  if (!what) return;
  throw InputError(fmt::format("the folder '{}' holds a study {}; name another folder with --out",
                               folder.name(), *what));
}

}  // namespace tacet::cli
