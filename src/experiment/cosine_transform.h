#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/similarity.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// The one that is asked for.
CosineChoice chosen_cosine(const SilenceOptions& options);

/// The others of raw, centred, standardised and no-rogue:3, the last where vectors of d_model leave
/// some dimensions then.
std::vector<CosineChoice> other_cosines(const CosineChoice& chosen, std::size_t d_model);

/// Which pairs are compared, and by which cosine.
struct Comparison {
  measure::PairSelection pairs;
  CosineChoice cosine;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads the generated comparison
  auto operator<=>(const Comparison&) const = default;
};

/// What is done to the vectors of a block, clean and silenced alike, before their cosine is taken.
/// All that it needs of a state it takes from the clean one.
class CosineTransform {
 public:
  /// Nothing is done.
  CosineTransform() = default;
  /// `norms` are the lengths of the vectors `clean`, those of the selected tokens above 0.
  /// Precondition: rogue_dimensions below d_model.
  CosineTransform(const measure::TokenVectors& clean, std::span<const double> norms,
                  const Comparison& comparison);

  bool is_identity() const { return !standard_ && left_out_.empty(); }
  void apply(measure::TokenVectors& vectors) const;
  /// How vectors are called once that is done: "centred", "no-rogue:3".
  const std::string& name() const { return name_; }

 private:
  std::optional<measure::Standardisation> standard_;
  std::vector<std::size_t> left_out_;
  std::string name_;
};

}  // namespace tacet::experiment
