#include "cli/sweep_list.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/table_limits.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kEffectSize = 7;  // columns of d_z
constexpr std::size_t kPrompts = 8;     // columns of "prompts"

/// Where the columns of this list stand.
struct HeadListLayout {
  std::size_t spec = kNarrowestSpec;
  bool effect_size = true;
  bool prompts = false;
};

std::string_view mark_of(Role role) {
  switch (role) {
    case Role::connector:
      return "▼";
    case Role::separator:
      return "▲";
    case Role::none:
      break;
  }
  return "·";
}

Ink ink_of(Role role) {
  switch (role) {
    case Role::connector:
      return Ink::decoupling;
    case Role::separator:
      return Ink::coupling;
    case Role::none:
      break;
  }
  return Ink::plain;
}

std::vector<const HeadSummary*> chosen(const SweepSummary& summary, ListKind kind,
                                       std::size_t count) {
  std::vector<const HeadSummary*> heads;
  for (const HeadSummary& head : summary.heads) {
    if (kind == ListKind::connectors && head.role != Role::connector) continue;
    if (kind == ListKind::separators && head.role != Role::separator) continue;
    heads.push_back(&head);
  }
  std::ranges::stable_sort(heads, std::ranges::greater(),
                           [](const HeadSummary* head) { return std::abs(head->late); });
  heads.resize(std::min(count, heads.size()));
  return heads;
}

/// Everything beside the spec, d_z and prompts takes 65 columns.
HeadListLayout layout_of(const std::vector<const HeadSummary*>& heads, const View& view) {
  constexpr std::size_t kOtherColumns = 65;
  HeadListLayout layout;
  layout.prompts = heads.front()->n_prompts > 1;
  const std::size_t fixed = kOtherColumns + (layout.prompts ? kPrompts : 0);
  layout.effect_size = view.width >= fixed + kEffectSize + kNarrowestSpec;
  const std::size_t taken = fixed + (layout.effect_size ? kEffectSize : 0);
  for (const HeadSummary* const head : heads) {
    layout.spec = std::max(layout.spec, display_width(head->spec));
  }
  layout.spec = std::min(layout.spec, view.width - std::min(view.width - kNarrowestSpec, taken));
  return layout;
}

std::string header(const HeadListLayout& layout, const View& view) {
  std::string out = "    " + pad_right("head", layout.spec) + pad_left("late Δ", 10) +
                    pad_left("own block", 10) + pad_left("farthest", 10) + pad_left(" in", 7) +
                    pad_left("t", 8);
  if (layout.effect_size) out += pad_left("d_z", kEffectSize);
  out += pad_left("onset", 7) + pad_left("p adj.", 9);
  if (layout.prompts) out += pad_left("prompts", kPrompts);
  return view.style.paint(Ink::title, out) + "\n";
}

/// A block as it is counted here and in hidden_states: "L23/24".
std::string both_indices(int layer) {
  return fmt::format("L{}/{}", layer, layer + 1);
}

/// The onset's block, or their mean over the prompts.
std::string onset_text(const HeadSummary& head) {
  if (!head.onset) return "-";
  const double rounded = std::round(*head.onset);
  if (rounded == *head.onset) return both_indices(static_cast<int>(rounded));
  return fmt::format("{:.1f}", *head.onset);
}

std::string row_text(const HeadSummary& head, const HeadListLayout& layout, const Style& style) {
  const Ink ink = ink_of(head.role);
  std::string out = "  " + style.paint(ink, mark_of(head.role)) + " " +
                    pad_right(truncate(head.spec, layout.spec), layout.spec);
  out += style.paint(ink, pad_left(format_delta(head.late), 10));
  out += pad_left(format_delta(head.immediate), 10) + pad_left(format_delta(head.extreme), 10);
  out += pad_left(both_indices(head.extreme_layer), 7) + pad_left(format_t(head.t), 8);
  if (layout.effect_size) out += pad_left(format_t(head.cohen_dz), kEffectSize);
  out += pad_left(onset_text(head), 7) + pad_left(format_p(head.p_adjusted), 9);
  if (layout.prompts) {
    out += pad_left(fmt::format("{}/{}", head.n_significant, head.n_prompts), kPrompts);
  }
  return out + "\n";
}

std::string title(ListKind kind, std::size_t shown, std::size_t total) {
  const std::string some = shown < total ? fmt::format("the {} strongest of {} ", shown, total)
                                         : fmt::format("all {} ", total);
  switch (kind) {
    case ListKind::connectors:
      return "Connectors, " + some + "(silencing makes tokens less alike)";
    case ListKind::separators:
      return "Separators, " + some + "(silencing makes tokens more alike)";
    case ListKind::all:
      break;
  }
  return "Interventions, " + some + "(▼ less alike, ▲ more alike, · neither)";
}

}  // namespace

std::string render_list(const SweepSummary& summary, ListKind kind, std::size_t count,
                        const View& view) {
  const std::size_t total = chosen(summary, kind, summary.heads.size()).size();
  const std::vector<const HeadSummary*> heads = chosen(summary, kind, count);
  if (heads.empty()) return "";
  const HeadListLayout layout = layout_of(heads, view);
  std::string out = "  " + view.style.paint(Ink::title, title(kind, heads.size(), total)) + "\n\n";
  out += header(layout, view);
  for (const HeadSummary* const head : heads) out += row_text(*head, layout, view.style);
  return out;
}

}  // namespace tacet::cli
