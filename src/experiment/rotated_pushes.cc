#include "experiment/rotated_pushes.h"

#include "stats/random.h"

namespace tacet::experiment {

RotatedPushes::RotatedPushes(const PushRows& contribution, std::size_t width, std::int64_t n,
                             std::uint64_t seed)
    : rigid_(contribution, width) {
  stats::Random random(seed);
  for (std::int64_t i = 0; i < n; ++i) seeds_.push_back(random.next());
}

PushRows RotatedPushes::operator()(std::size_t number) const {
  stats::Random random(seeds_[number]);
  std::vector<double> normals(rigid_.n_normals());
  for (double& normal : normals) normal = random.normal();
  PushRows rows = rigid_.turned(normals);
  for (float& value : rows) value = -value;
  return rows;
}

}  // namespace tacet::experiment
