#include "experiment/pass_plan.h"

#include "engine/forward_pass.h"

namespace tacet::experiment {

std::vector<std::size_t> pass_ends(const ModelConfig& config, std::uint64_t shared_rows,
                                   std::span<const std::uint64_t> own_rows,
                                   std::uint64_t bytes_each, std::uint64_t memory) {
  const std::uint64_t row_bytes = engine::bytes_per_row(config);
  const std::uint64_t shared_bytes = engine::bytes_for_weights(config) + shared_rows * row_bytes;
  std::vector<std::size_t> ends;
  std::uint64_t rows = shared_rows;
  std::uint64_t bytes = shared_bytes;
  for (std::size_t i = 0; i < own_rows.size(); ++i) {
    const std::uint64_t more = own_rows[i] * row_bytes + bytes_each;
    const bool is_first = i == 0 || (!ends.empty() && ends.back() == i);
    if (!is_first && (rows + own_rows[i] > kMostRows || bytes + more > memory)) {
      ends.push_back(i);
      rows = shared_rows;
      bytes = shared_bytes;
    }
    rows += own_rows[i];
    bytes += more;
  }
  if (!own_rows.empty()) ends.push_back(own_rows.size());
  return ends;
}

}  // namespace tacet::experiment
