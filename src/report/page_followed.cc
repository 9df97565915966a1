#include "report/page_followed.h"

#include <algorithm>
#include <vector>

#include "report/base64.h"
#include "report/column_values.h"
#include "report/page_columns.h"

namespace tacet::report {
namespace {

using store::Json;

std::vector<float> clean_line(const FollowedPair& pair) {
  std::vector<float> line;
  for (const FollowedRow& row : pair.layers) line.push_back(number(row.clean));
  if (pair.final_norm) line.push_back(number(pair.final_norm->clean));
  return line;
}

/// Adds the silenced values of one outcome from its cut on.
void add_silenced(const SweepOutcome& outcome, const WordPair& pair, std::vector<float>& rows) {
  const auto found = std::ranges::find(outcome.followed, pair, &FollowedPair::pair);
  const bool is_there = found != outcome.followed.end();
  for (auto layer = static_cast<std::size_t>(outcome.ripple.cut_layer);
       layer < outcome.layers.size(); ++layer) {
    rows.push_back(is_there ? number(found->layers[layer].silenced) : kNone);
  }
  if (!outcome.final_norm) return;
  rows.push_back(is_there && found->final_norm ? number(found->final_norm->silenced) : kNone);
}

}  // namespace

std::size_t n_followed_values(std::span<const SweepOutcome> outcomes) {
  return outcomes.empty() ? 0 : outcomes.front().followed.size() * n_rows(outcomes);
}

Json followed_pairs(std::span<const SweepOutcome> outcomes) {
  if (n_followed_values(outcomes) == 0) return nullptr;
  Json pairs = Json::array();
  for (const FollowedPair& one : outcomes.front().followed) {
    std::vector<float> silenced;
    for (const SweepOutcome& outcome : outcomes) add_silenced(outcome, one.pair, silenced);
    pairs.push_back(store::ObjectBuilder()
                        .text("pair", one.pair.name)
                        .value("positions", {one.pair.first, one.pair.second})
                        .value("clean", base64_floats(clean_line(one)))
                        .value("silenced", base64_floats(silenced))
                        .take());
  }
  return pairs;
}

}  // namespace tacet::report
