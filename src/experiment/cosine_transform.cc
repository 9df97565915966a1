#include "experiment/cosine_transform.h"

#include "measure/dimensions.h"

namespace tacet::experiment {
namespace {

/// Timkey and van Schijndel find one to three such dimensions in GPT-2.
constexpr int kRogueBeside = 3;

}  // namespace

CosineChoice chosen_cosine(const SilenceOptions& options) {
  return {.kind = options.cosine, .rogue_dimensions = options.rogue_dimensions};
}

std::vector<CosineChoice> other_cosines(const CosineChoice& chosen, std::size_t d_model) {
  std::vector<CosineChoice> others;
  for (const CosineChoice& one :
       {CosineChoice{.kind = Cosine::raw}, CosineChoice{.kind = Cosine::centred},
        CosineChoice{.kind = Cosine::standardised},
        CosineChoice{.kind = Cosine::no_rogue, .rogue_dimensions = kRogueBeside}}) {
    const bool fits = static_cast<std::size_t>(one.rogue_dimensions) < d_model;
    if (fits && one != chosen) others.push_back(one);
  }
  return others;
}

CosineTransform::CosineTransform(const measure::TokenVectors& clean, std::span<const double> norms,
                                 const Comparison& comparison)
    : name_(to_string(comparison.cosine.kind, comparison.cosine.rogue_dimensions)) {
  const Cosine kind = comparison.cosine.kind;
  switch (kind) {
    case Cosine::raw:
      break;
    case Cosine::centred:
    case Cosine::standardised:
      standard_ = measure::standardisation(clean, comparison.pairs.first_token,
                                           kind == Cosine::standardised);
      break;
    case Cosine::no_rogue:
      left_out_ = measure::largest(measure::dimension_contributions(clean, norms, comparison.pairs),
                                   static_cast<std::size_t>(comparison.cosine.rogue_dimensions));
      break;
  }
}

void CosineTransform::apply(measure::TokenVectors& vectors) const {
  if (standard_) measure::apply(*standard_, vectors);
  measure::leave_out(left_out_, vectors);
}

}  // namespace tacet::experiment
