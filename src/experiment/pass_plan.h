#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacet/model.h"

namespace tacet::experiment {

/// Rows that go up the blocks together at most. From some thousand on the products are as fast as
/// they get; more would only let results wait.
inline constexpr std::uint64_t kMostRows = 8192;

/// Cuts runs into passes up the blocks that keep to `memory` bytes, in the order given: the end of
/// each pass among the runs. Run i has `own_rows[i]` rows beside the `shared_rows` that every pass
/// has, and each takes `bytes_each` bytes beside its rows. A pass holds at least one run, whatever
/// the memory; no runs make no pass.
std::vector<std::size_t> pass_ends(const ModelConfig& config, std::uint64_t shared_rows,
                                   std::span<const std::uint64_t> own_rows,
                                   std::uint64_t bytes_each, std::uint64_t memory);

}  // namespace tacet::experiment
