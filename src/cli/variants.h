#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "cli/options.h"
#include "tacet/intervention.h"
#include "tacet/prompt.h"

namespace tacet::cli {

/// One of the ways to cut that a command compares, or the only one.
struct CutVariant {
  std::string name;     ///< "zero", "all", "0+2": what tells it from the others
  SweepCutOptions cut;  ///< with one mode, one --at, and what of --reference is this mode's
};

/// The modes of a list such as `zero,mean`, one at least. Throws UsageError that names the part
/// that is empty or no mode.
std::vector<SliceMode> parse_modes(std::string_view text);

/// The parts of `--compare-at`, as they are named: `all,0+2,-1,text: pizza`. Throws UsageError that
/// names the part where one is empty or stands twice, and where there is but one.
std::vector<std::string> parse_positions_list(std::string_view text);

/// A part of `--compare-at` as --at has it: `0+2` is `0,2`.
std::string at_of(std::string_view part);

/// What the options ask for: one variant with its mode, or several where --mode or --compare-at
/// names several. Throws UsageError where both do, --at stands beside --compare-at, a mode stands
/// twice, or options are given that no mode takes.
std::vector<CutVariant> cut_variants(const SweepCutOptions& cut);

/// What the variants of these options differ in: "mode" or "positions".
std::string variants_by(const SweepCutOptions& cut);

/// Throws UsageError where two of the variants touch the same tokens in every prompt, and so are
/// one: `positions` holds, for each variant, those in each prompt, as parse_positions gives them.
void check_positions_differ(std::span<const CutVariant> variants,
                            std::span<const std::vector<std::vector<int>>> positions,
                            std::span<const Prompt> prompts);

}  // namespace tacet::cli
