/// @file
/// Reads the files that tests/golden/make_torch_golden.py wrote.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/temp_dir.h"
#include "tacet/intervention.h"
#include "tacet/model.h"

namespace tacet::testing {

/// One golden file: a checkpoint and what PyTorch made of it in float64.
struct GoldenFile {
  /// Reads `TACET_TEST_DATA/NAME.safetensors`, given as `file`, and lays its checkpoint out as a
  /// folder in Hugging Face layout. Throws std::runtime_error when the file is not as expected.
  explicit GoldenFile(const std::filesystem::path& file);

  TempDir folder;                             ///< config.json and model.safetensors
  std::vector<std::int32_t> token_ids;        ///< [M]
  std::vector<Intervention> interventions;    ///< K of them
  std::vector<double> clean;                  ///< states, [n_layer + 2, M, d_model]
  std::vector<std::vector<double>> silenced;  ///< the same, one per intervention
  std::vector<double> logits;                 ///< of the last position, clean, [vocab_size]
};

}  // namespace tacet::testing
