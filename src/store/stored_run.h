/// @file
/// A run as the database tells it from others, whatever experiment it is of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/model_summary.h"
#include "tacet/silence.h"

namespace tacet::store {

/// What a run is of: the command that made it.
enum class Experiment { sweep, predict, patch };

/// `sweep`, `predict`, `patch`.
std::string_view to_string(Experiment experiment);

/// One run: a prompt, a model and one set of settings.
struct RunHeader {
  std::int64_t id = 0;
  std::string prompt_id;     ///< the `id` of the prompt file; empty without one
  std::string prompt_group;  ///< its `group`; empty without one
  Prompt prompt;             ///< of a patch the first pair's clean one
  ModelSummary model;
  std::string tool_version;  ///< of the tacet that made it
};

/// What writing a result has done.
struct WrittenRun {
  enum class Outcome {
    made,      ///< there was no such run
    kept,      ///< it was there with the same numbers, bit for bit
    replaced,  ///< it was there with other numbers, which are gone
  };
  std::int64_t id = 0;
  Outcome outcome = Outcome::made;
};

}  // namespace tacet::store
