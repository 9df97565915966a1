#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/view.h"
#include "store/sweep_json.h"

namespace tacet::cli {

/// What a sweep's table says beside the results.
struct SweepTableOptions {
  Metric metric = Metric::late;
  std::size_t top = 10;              ///< lines of a list at most
  std::string database;              ///< the file's name
  std::int64_t n_found = 0;          ///< interventions x prompts that were in the database before
  std::vector<std::string> remarks;  ///< sentences that the reader should not miss
};

/// All that `tacet sweep` prints as a table: model, prompts and test; the map of the heads; the
/// strongest connectors and separators; how many there are; what stands out, in a sentence or two.
/// A sweep of joint heads alone has a list of its interventions in place of map and lists.
std::string render_sweep(const store::SweepListing& listing, const SweepTableOptions& options,
                         const View& view);

}  // namespace tacet::cli
