/// @file
/// What is silenced: heads, positions, and what their slice becomes. Interventions are values.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/slice_values.h"

namespace tacet {

/// One attention head, zero-based.
struct Head {
  int layer = 0;  ///< block, 0 <= layer < n_layer
  int head = 0;   ///< head within the block, 0 <= head < n_head
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads the generated comparison
  auto operator<=>(const Head&) const = default;
};

/// The head's name, `L3H5`.
std::string to_string(Head head);

/// The ways in which a slice is changed.
enum class SliceKind {
  scale,   ///< multiplied by `SliceMode::scale`
  negate,  ///< multiplied by -1
  mean,    ///< replaced by its own mean over all positions of the prompt
  values,  ///< replaced by `SliceMode::values`
};

/// What becomes of a silenced slice of the input of `attn.c_proj`.
///
/// With SliceKind::mean the mean is that of the run itself, over all positions of the prompt even
/// where some alone are changed. It reads the tokens that come later, so here a state does depend
/// on them: what is said elsewhere of a row and the tokens up to its own does not hold from the
/// first position touched on.
struct SliceMode {
  /// The slice is multiplied by this: 0 silences, 1 is the null intervention.
  float scale = 0.0F;
  SliceKind kind = SliceKind::scale;
  /// With SliceKind::values, and null otherwise: the table of what is put in.
  std::shared_ptr<const SliceValues> values = nullptr;
  /// Tables are compared by identity.
  bool operator==(const SliceMode&) const = default;
};

/// The mode that puts `values` in.
SliceMode replace_by(std::shared_ptr<const SliceValues> values);

/// `zero`, `scale:X`, `negate` or `mean`, as the command line spells it (X in its shortest form);
/// the name of the table for SliceKind::values.
std::string to_string(const SliceMode& mode);

/// Reads `zero`, `negate`, `mean`, or `scale:X` with a finite X. Throws UsageError otherwise.
SliceMode parse_slice_mode(std::string_view text);

/// One intervention: the slices `[h*d_head, (h+1)*d_head)` of the input of `attn.c_proj` of all
/// its heads, at all its positions, are changed as `mode` says.
struct Intervention {
  std::vector<Head> heads;     ///< at least one; sorted, without repetitions
  std::vector<int> positions;  ///< zero-based, sorted, without repetitions; empty means all
  SliceMode mode;

  /// The lowest block that the intervention touches.
  int cut_layer() const { return heads.front().layer; }
  /// The first position that the intervention touches.
  int first_position() const { return positions.empty() ? 0 : positions.front(); }
  /// Whether position `t` is among those touched.
  bool touches(int t) const;
  bool operator==(const Intervention&) const = default;
};

/// The heads of an intervention joined by `+`: `L3H5+L4H2`.
std::string spec_of(const Intervention& intervention);

/// Reads a head SPEC: `L3H5` or `3.5`; ranges and wildcards `3.0-7`, `3.*`, `*.5`, `L3H0-7`, `all`;
/// a comma separates interventions, `+` joins heads into one. Each head of a range or wildcard is
/// an intervention of its own, unless the term is joined by `+`. Returns at least one intervention,
/// in the order written, without repetitions; positions and mode are left at their defaults.
/// Throws UsageError naming the term, and for heads outside the shape n_layer x n_head.
std::vector<Intervention> parse_heads(std::string_view spec, int n_layer, int n_head);

/// Reads positions `all` (an empty result), or indices and ranges such as `0,3-5,-1` (negative
/// ones count from the end). Sorted, without repetitions. Throws UsageError naming the term for
/// anything else or outside 0 ... n_tokens-1.
std::vector<int> parse_positions(std::string_view text, int n_tokens);

}  // namespace tacet
