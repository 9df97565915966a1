#include "cli/cut_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tacet::cli {

std::string mode_text(const SliceMode& mode) {
  const std::string name = to_string(mode);
  if (!mode.values || !mode.values->reference()) return name;
  const SliceReference& reference = *mode.values->reference();
  return fmt::format("{} of {} ({} prompt{})", name, reference.file, reference.n_prompts,
                     reference.n_prompts == 1 ? "" : "s");
}

std::string positions_text(const std::vector<int>& positions, std::size_t n_tokens) {
  if (positions.empty()) return fmt::format("at all {} tokens", n_tokens);
  return fmt::format("at position{} {}", positions.size() == 1 ? "" : "s",
                     fmt::join(positions, ", "));
}

}  // namespace tacet::cli
