#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "cli/replacement.h"
#include "cli/target_token.h"
#include "cli/variants.h"
#include "cli/view.h"
#include "tacet/comparison.h"
#include "tacet/predict.h"

namespace tacet::cli {

/// --compare-by.
void declare_compare_by(CLI::App& app, std::optional<PredictedValue>& value);

/// Throws UsageError where --compare-by has nothing to compare: no list of --mode or --compare-at,
/// or no contrast for the logit difference.
void check_compare_by(std::optional<PredictedValue> value, std::span<const CutVariant> variants,
                      const TargetOptions& targets);

/// The interventions of every variant on this prompt, one variant after the other; `named` are the
/// heads. Throws UsageError for --at and --compare-at, and what Replacement throws.
std::vector<Intervention> interventions_of(std::span<const CutVariant> variants,
                                           const std::vector<Intervention>& named,
                                           const Prompt& prompt, const Model& model,
                                           const ReferenceReading& reading);

/// The comparison of the variants whose interventions `result` holds; nullopt where there is one.
std::optional<Comparison> comparison_of(const PredictResult& result,
                                        std::span<const CutVariant> variants, std::string by,
                                        PredictedValue value);

/// The table of predictions under several variants: their maps, below one another or side by side
/// where both fit, and what the comparison says.
std::string render_predict_comparison(const PredictResult& result, const Comparison& comparison,
                                      const ModelView& model, const View& view);

}  // namespace tacet::cli
