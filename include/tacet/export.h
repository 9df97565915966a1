/// @file
/// Results as JSON, CSV and safetensors, in the layout that CONTRACT fixes.
#pragma once

#include <filesystem>
#include <string>

#include "tacet/comparison.h"
#include "tacet/control.h"
#include "tacet/model.h"
#include "tacet/patch.h"
#include "tacet/predict.h"
#include "tacet/silence.h"

namespace tacet {

/// The JSON of `silence` (`"schema": "tacet.silence/1"`), indented, with a final newline. Bytes of
/// tokens that are not UTF-8 are replaced by U+FFFD. Infinities are the strings "inf" and "-inf".
/// These functions throw NumericError, naming the field, for a result that holds NaN (none that
/// tacet makes does), and are safe to call from several threads.
std::string to_json(const SilenceResult& result, const Model& model);
/// The same with the controls of the silencing as its last key, `control`.
std::string to_json(const SilenceResult& result, const ControlResult& control, const Model& model);
/// The JSON of `trajectory` (`"schema": "tacet.trajectory/1"`).
std::string to_json(const TrajectoryResult& result, const Model& model);
/// The JSON of `predict` (`"schema": "tacet.predict/1"`).
std::string to_json(const PredictResult& result, const Model& model);
/// The same with the comparison of its variants as its last key, `comparison`.
std::string to_json(const PredictResult& result, const Comparison& comparison, const Model& model);
/// The JSON of `patch` (`"schema": "tacet.patch/1"`). Of several pairs, `clean` and `corrupt` hold
/// the mean logit difference alone, and `pairs` each pair's own.
std::string to_json(const PatchResult& result, const Model& model);

/// One row per block with a header, the names of the JSON's `layers`; empty cells for null, `inf`
/// and `-inf` as they stand. Lines end in LF.
std::string to_csv(const SilenceResult& result);
std::string to_csv(const TrajectoryResult& result);
/// One row for the clean run, whose `spec` is `clean`, and one per intervention; further targets
/// and the most likely tokens but the first are left out.
std::string to_csv(const PredictResult& result);
/// The same with a column `variant` before the others, empty for the clean run; the interventions
/// are those of the comparison's variants, one variant after the other.
std::string to_csv(const PredictResult& result, const Comparison& comparison);
/// One row per cell.
std::string to_csv(const PatchResult& result);

/// Writes `clean` and `silenced` [L+1, M, d_model] and `cosine.clean`, `cosine.silenced`
/// [L, M, M], all F32, as one safetensors file. Needs a result made with keep_states. The states
/// are those of the rows: entry 0 the embedding, entry l+1 row l. The cosines are raw ones,
/// computed in double. The metadata name model, fingerprint, intervention and tokens. The file is
/// written beside its place and renamed, so that it is whole or not there. Throws OutputError
/// naming file and cause, UsageError for a result without states, NumericError naming block and
/// position for a state that has no cosine.
void write_dump(const SilenceResult& result, const Model& model, const std::filesystem::path& file);

}  // namespace tacet
