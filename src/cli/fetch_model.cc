#include "cli/fetch_model.h"

#include <cstdlib>

#include <fmt/format.h>

#include "cli/pull_progress.h"
#include "cli/terminal.h"
#include "cli/values.h"
#include "hub/environment.h"
#include "tacet/version.h"

namespace tacet::cli {
namespace {

/// The factor on all waits between two attempts: tests of a hub that fails would take minutes.
double wait_scale() {
  constexpr const char* kName = "TACET_WAIT_SCALE";
  constexpr double kLargest = 1000;
  const char* const text = std::getenv(kName);
  return text == nullptr || *text == '\0' ? 1 : parse_between(kName, text, 0, kLargest);
}

}  // namespace

hub::PullResult fetch_model(const hub::RepoId& repo, const std::optional<std::string>& revision,
                            const OutputOptions& output) {
  const hub::Environment environment = hub::read_environment();
  hub::PullOptions options;
  if (revision) options.revision = *revision;
  options.user_agent = fmt::format("tacet/{}", kVersion);
  options.retry.scale = wait_scale();
  const bool bars = Terminal::detect().error_is_terminal && !output.quiet && !output.no_progress &&
                    environment.progress.value_or(true);
  PullProgress progress(bars, !output.quiet);
  return hub::pull(repo, environment, options,
                   [&progress](const hub::PullEvent& event) { progress.show(event); });
}

}  // namespace tacet::cli
