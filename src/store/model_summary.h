/// @file
/// What a result says about its model.
#pragma once

#include <string>

#include "tacet/model.h"

namespace tacet::store {

/// What a result's JSON says about the model.
struct ModelSummary {
  std::string id;
  int n_layer = 0;
  int n_head = 0;
  int d_model = 0;
  std::string dtype;
  std::string fingerprint;
  std::string sha256 = {};    ///< empty: null in the document
  std::string official = {};  ///< the same
};

/// The summary of a loaded model.
ModelSummary summary_of(const Model& model);

}  // namespace tacet::store
