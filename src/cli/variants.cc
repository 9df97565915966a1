#include "cli/variants.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "support/trim.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr std::string_view kTextMark = "text:";

/// The parts between the commas. Throws UsageError naming `option` and the part that is empty.
std::vector<std::string> parts_of(std::string_view option, std::string_view text) {
  std::vector<std::string> parts;
  std::string_view rest = text;
  while (true) {
    const std::size_t end = rest.find(',');
    parts.emplace_back(support::trim(rest.substr(0, end)));
    if (parts.back().empty()) {
      throw UsageError(
          fmt::format("{} '{}': part {} of the list is empty; take the spare comma out", option,
                      support::escape_for_display(text), parts.size()));
    }
    if (end == std::string_view::npos) return parts;
    rest.remove_prefix(end + 1);
  }
}

/// Throws UsageError where what follows a text can be nothing but the rest of it.
void check_texts(const std::vector<std::string>& parts, std::string_view text) {
  bool after_text = false;
  for (const std::string& part : parts) {
    const bool is_text = part.starts_with(kTextMark);
    if (after_text && !is_text && part != "all" &&
        part.find_first_not_of("0123456789+-") != std::string::npos) {
      throw UsageError(fmt::format(
          "--compare-at '{}': '{}' is no position; a comma ends a text, so that one with a comma "
          "cannot stand in the list: give its positions, such as 3+4, which `tacet tokens` lists",
          support::escape_for_display(text), support::escape_for_display(part)));
    }
    after_text = after_text || is_text;
  }
}

/// What of the options beside --mode is this mode's, which stands in a list with others.
ReplacementOptions own_options(ReplacementOptions options, const SliceMode& mode) {
  if (!needs_reference(mode)) options.reference.reset();
  if (!keeps_means(mode)) options.cache.reset();
  if (mode.name != kResample) {
    options.draws.reset();
    options.seed.reset();
  }
  return options;
}

/// Throws UsageError for options beside a list of modes that none of them takes.
void check_options(const std::vector<SliceMode>& modes, const ReplacementOptions& options) {
  const auto refuse = [&](std::string_view option, std::string_view of, auto takes) {
    if (std::ranges::any_of(modes, takes)) return;
    throw UsageError(fmt::format(
        "{} is of --mode {}, and the list names none of them; leave it out", option, of));
  };
  if (options.keeps_value_bias) {
    throw UsageError(
        "--zero-keeps-value-bias does not go with a list of modes; write zero-keeps-value-bias as "
        "a part of the list, such as --mode zero,zero-keeps-value-bias");
  }
  if (options.reference) {
    refuse("--reference", "corpus-mean, position-mean and resample", needs_reference);
  }
  if (options.cache && *options.cache != kNoCache) {
    refuse("--reference-cache", "corpus-mean and position-mean", keeps_means);
  }
  const auto draws = [](const SliceMode& mode) { return mode.name == kResample; };
  if (options.draws) refuse("--reference-draws", "resample", draws);
  if (options.seed) refuse("--seed", "resample", draws);
}

std::vector<CutVariant> by_mode(const SweepCutOptions& cut) {
  std::vector<SliceMode> modes = cut.modes;
  // With --reference `mean` is `corpus-mean`, unless another mode is there for the reference.
  if (cut.replacement.reference && std::ranges::none_of(modes, needs_reference)) {
    for (SliceMode& mode : modes) {
      if (mode.kind == SliceKind::mean) mode = parse_slice_mode(kCorpusMean);
    }
  }
  check_options(modes, cut.replacement);
  std::vector<CutVariant> variants;
  for (const SliceMode& mode : modes) {
    const std::string name = to_string(mode);
    if (std::ranges::find(variants, name, &CutVariant::name) != variants.end()) {
      throw UsageError(fmt::format("--mode names {} twice; compare each mode once", name));
    }
    CutVariant& variant = variants.emplace_back(CutVariant{name, cut});
    variant.cut.modes.clear();
    variant.cut.replacement = own_options(cut.replacement, mode);
    variant.cut.mode = chosen_mode(mode, variant.cut.replacement);
  }
  return variants;
}

std::vector<CutVariant> by_positions(const SweepCutOptions& cut) {
  std::vector<CutVariant> variants;
  for (const std::string& part : parse_positions_list(*cut.compare_at)) {
    CutVariant& variant = variants.emplace_back(CutVariant{part, cut});
    variant.cut.compare_at.reset();
    variant.cut.at = at_of(part);
    variant.cut.mode = chosen_mode(cut.mode, cut.replacement);
  }
  return variants;
}

/// Positions without "empty means all".
std::vector<int> written_out(const std::vector<int>& positions, std::size_t n_tokens) {
  if (!positions.empty()) return positions;
  std::vector<int> all(n_tokens);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

std::vector<SliceMode> parse_modes(std::string_view text) {
  if (text.find(',') == std::string_view::npos) return {parse_slice_mode(text)};
  std::vector<SliceMode> modes;
  for (const std::string& part : parts_of("--mode", text)) modes.push_back(parse_slice_mode(part));
  return modes;
}

std::vector<std::string> parse_positions_list(std::string_view text) {
  std::vector<std::string> parts = parts_of("--compare-at", text);
  if (parts.size() < 2) {
    throw UsageError(fmt::format(
        "--compare-at '{}' names one set of positions; give two or more with commas between them, "
        "such as all,-1, or --at",
        support::escape_for_display(text)));
  }
  check_texts(parts, text);
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    if (std::find(parts.begin(), part, *part) == part) continue;
    throw UsageError(fmt::format("--compare-at names '{}' twice; compare each once",
                                 support::escape_for_display(*part)));
  }
  return parts;
}

std::string at_of(std::string_view part) {
  std::string at(part);
  if (!at.starts_with(kTextMark)) std::ranges::replace(at, '+', ',');
  return at;
}

std::vector<CutVariant> cut_variants(const SweepCutOptions& cut) {
  if (cut.compare_at && cut.at_given) {
    throw UsageError(
        "--at and --compare-at both say where is cut; give --at alone, or all parts in "
        "--compare-at");
  }
  if (cut.compare_at && !cut.modes.empty()) {
    throw UsageError(
        "--mode names several modes and --compare-at several positions; compare one of the two at "
        "a time");
  }
  if (cut.compare_at) return by_positions(cut);
  if (!cut.modes.empty()) return by_mode(cut);
  CutVariant only{"", cut};
  only.cut.mode = chosen_mode(cut.mode, cut.replacement);
  only.name = to_string(only.cut.mode);
  return {only};
}

std::string variants_by(const SweepCutOptions& cut) {
  return cut.compare_at ? "positions" : "mode";
}

void check_positions_differ(std::span<const CutVariant> variants,
                            std::span<const std::vector<std::vector<int>>> positions,
                            std::span<const Prompt> prompts) {
  for (std::size_t b = 0; b < variants.size(); ++b) {
    for (std::size_t a = 0; a < b; ++a) {
      bool differ = variants[a].cut.mode != variants[b].cut.mode;
      for (std::size_t i = 0; i < prompts.size() && !differ; ++i) {
        const std::size_t n_tokens = prompts[i].tokens.size();
        differ = written_out(positions[a][i], n_tokens) != written_out(positions[b][i], n_tokens);
      }
      if (differ) continue;
      throw UsageError(
          fmt::format("--compare-at: '{}' and '{}' are the same tokens {}; compare others",
                      support::escape_for_display(variants[a].name),
                      support::escape_for_display(variants[b].name),
                      prompts.size() == 1 ? "of this prompt" : "in every prompt"));
    }
  }
}

}  // namespace tacet::cli
