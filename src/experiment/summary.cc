#include "experiment/summary.h"

#include <algorithm>

namespace tacet::experiment {

void summarise(std::span<const double> row_means, TrajectorySummary& summary) {
  const auto smallest = std::ranges::min_element(row_means);
  summary.initial_mean = row_means.front();
  summary.min_mean = *smallest;
  summary.min_layer = static_cast<int>(smallest - row_means.begin());
  summary.final_mean = row_means.back();
}

std::vector<std::int32_t> ids_of(const Prompt& prompt) {
  std::vector<std::int32_t> ids;
  ids.reserve(prompt.tokens.size());
  for (const Token& token : prompt.tokens) ids.push_back(token.id);
  return ids;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace tacet::experiment
