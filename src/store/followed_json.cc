#include "store/followed_json.h"

#include <algorithm>
#include <string>
#include <utility>

#include "store/across_json.h"
#include "store/replacement_json.h"

namespace tacet::store {
namespace {

/// The numbers of one intervention, each key behind `prefix`.
ObjectBuilder& add_numbers(ObjectBuilder& builder, const FollowedHead& head,
                           const std::string& prefix) {
  const auto key = [&prefix](const char* name) { return prefix + name; };
  return builder.number(key("late_delta").c_str(), head.late_delta)
      .number(key("mean_delta").c_str(), head.blocks.mean)
      .value(key("n_blocks").c_str(), head.blocks.n)
      .number(key("t").c_str(), head.blocks.t)
      .number(key("df").c_str(), head.blocks.df)
      .number(key("p").c_str(), head.blocks.p)
      .number(key("p_bonferroni").c_str(), head.p_bonferroni)
      .number(key("p_bh").c_str(), head.p_bh);
}

Json head_json(const FollowedHead& head) {
  ObjectBuilder builder(head.spec);
  builder.text("spec", head.spec);
  return add_numbers(builder, head, "").take();
}

Json strongest_json(const FollowedSweep& sweep, const FollowedPair& lines) {
  const std::size_t place = strongest(sweep.heads, 1).front();
  Json json = {{"spec", sweep.heads[place].spec}};
  json.update(followed_json({lines}).front());
  return json;
}

Json place_json(std::int64_t run, const FollowedSweep& sweep, const FollowedPair& lines) {
  Json heads = Json::array();
  for (const FollowedHead& head : sweep.heads) heads.push_back(head_json(head));
  return ObjectBuilder("followed")
      .value("run", run)
      .value("positions", {sweep.pair.first, sweep.pair.second})
      .value("heads", std::move(heads))
      .value("strongest", strongest_json(sweep, lines))
      .take();
}

Json across_head_json(const FollowedAcrossHead& head) {
  ObjectBuilder builder(head.spec);
  builder.text("spec", head.spec);
  return add_mean_test(builder, head.late)
      .value("signs", signs_json(head.signs))
      .number("p_bonferroni", head.p_bonferroni)
      .number("p_bh", head.p_bh)
      .take();
}

Json across_pair_json(const std::vector<FollowedAcross>& across, const std::string& pair) {
  const auto found = std::ranges::find(across, pair, &FollowedAcross::pair);
  if (found == across.end()) return nullptr;
  Json heads = Json::array();
  for (const FollowedAcrossHead& head : found->heads) heads.push_back(across_head_json(head));
  return ObjectBuilder("followed.across")
      .value("n_prompts", found->n_prompts)
      .value("n_units", found->n_units)
      .value("heads", std::move(heads))
      .take();
}

}  // namespace

Json followed_sweep_json(const SweepListing& listing) {
  Json pairs = Json::array();
  for (const std::string& name : listing.runs.front().settings.follow) {
    Json places = Json::array();
    std::size_t family_size = 0;
    for (std::size_t i = 0; i < listing.followed.size(); ++i) {
      const FollowedRun& run = listing.followed[i];
      for (std::size_t k = 0; k < run.pairs.size(); ++k) {
        if (run.pairs[k].pair.name != name) continue;
        family_size = run.pairs[k].family_size;
        places.push_back(place_json(listing.runs[i].id, run.pairs[k], run.strongest[k]));
      }
    }
    pairs.push_back(ObjectBuilder("followed")
                        .text("pair", name)
                        .value("family_size", family_size)
                        .value("across", across_pair_json(listing.followed_across, name))
                        .value("places", std::move(places))
                        .take());
  }
  return pairs;
}

Json followed_columns(const FollowedSweep& sweep, std::size_t head) {
  ObjectBuilder builder("followed");
  builder.text("pair", sweep.pair.name)
      .value("position_a", sweep.pair.first)
      .value("position_b", sweep.pair.second);
  return add_numbers(builder, sweep.heads[head], "pair_")
      .value("pair_family_size", sweep.family_size)
      .take();
}

}  // namespace tacet::store
