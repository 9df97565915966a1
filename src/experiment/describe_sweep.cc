#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "tacet/sweep.h"

namespace tacet {
namespace {

/// The head of this role whose late delta is the largest in length; null when there is none.
const HeadSummary* strongest(const SweepSummary& summary, Role role) {
  const HeadSummary* found = nullptr;
  for (const HeadSummary& head : summary.heads) {
    if (head.role != role) continue;
    if (found == nullptr || std::abs(head.late) > std::abs(found->late)) found = &head;
  }
  return found;
}

std::string named(const HeadSummary& head) {
  return fmt::format("{} (mean Δ {:+.2e})", head.spec, head.late);
}

/// "the strongest connector is A (...), the strongest separator B (...)".
std::string strongest_text(const SweepSummary& summary) {
  const HeadSummary* const connector = strongest(summary, Role::connector);
  const HeadSummary* const separator = strongest(summary, Role::separator);
  if (connector == nullptr) return fmt::format("The strongest is {}", named(*separator));
  if (separator == nullptr) return fmt::format("The strongest is {}", named(*connector));
  const bool connector_first = std::abs(connector->late) >= std::abs(separator->late);
  return fmt::format("The strongest is the {} {}, the strongest {} {}",
                     connector_first ? "connector" : "separator",
                     named(connector_first ? *connector : *separator),
                     connector_first ? "separator" : "connector",
                     named(connector_first ? *separator : *connector));
}

/// "draw" of several, "draws" of one.
std::string verb(std::int64_t count, const std::string& plural) {
  return count == 1 ? plural + "s" : plural;
}

}  // namespace

std::string describe(const SweepSummary& summary) {
  const bool joint = std::ranges::any_of(
      summary.heads, [](const HeadSummary& head) { return head.heads.size() > 1; });
  const std::string noun = joint ? "interventions" : "heads";
  const std::int64_t n_prompts = summary.heads.empty() ? 1 : summary.heads.front().n_prompts;
  const std::string where = n_prompts > 1
                                ? fmt::format("in at least half of the {} prompts", n_prompts)
                                : std::string("in the last blocks");
  const std::size_t n_heads = summary.heads.size();
  if (summary.n_connectors + summary.n_separators == 0) {
    return fmt::format("None of the {} {} changes the last blocks significantly{}.", n_heads, noun,
                       n_prompts > 1 ? " " + where : "");
  }
  std::string text = fmt::format(
      "Of {} {}, {} {} tokens together {} (connectors), {} {} them apart (separators), and {} {} "
      "nothing significant there. {}",
      n_heads, noun, summary.n_connectors, verb(summary.n_connectors, "draw"), where,
      summary.n_separators, verb(summary.n_separators, "keep"), summary.n_none,
      summary.n_none == 1 ? "does" : "do", strongest_text(summary));
  if (summary.n_late_only > 0) {
    text += fmt::format("; {} of the {} {} late without an effect at their own block",
                        summary.n_late_only, summary.n_connectors + summary.n_separators,
                        verb(summary.n_late_only, "act"));
  }
  return text + ".";
}

}  // namespace tacet
