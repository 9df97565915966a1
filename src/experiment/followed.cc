// Pairs of tokens that a sweep followed: tests over the blocks of a prompt, and over prompts.
#include "tacet/followed.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet {
namespace {

using FollowedPrompts = std::span<const std::vector<FollowedSweep>>;

void check(std::span<const SweepOutcome> outcomes) {
  const auto same_pair = [](const FollowedPair& a, const FollowedPair& b) {
    return a.pair == b.pair && a.layers.size() == b.layers.size();
  };
  for (const SweepOutcome& outcome : outcomes) {
    const int cut = outcome.ripple.cut_layer;
    const bool is_whole = std::ranges::all_of(outcome.followed, [&](const FollowedPair& one) {
      return one.layers.size() == outcome.layers.size() && cut >= 0 &&
             static_cast<std::size_t>(cut) < one.layers.size();
    });
    if (is_whole && std::ranges::equal(outcomes.front().followed, outcome.followed, same_pair)) {
      continue;
    }
    throw UsageError(
        fmt::format("{} does not follow the pairs that {} follows, in every block; sum up "
                    "interventions of one sweep",
                    outcome.spec, outcomes.front().spec));
  }
}

double late_delta(const FollowedPair& pair, const Ripple& ripple) {
  std::vector<double> late;
  for (const int layer : ripple.late_layers) {
    if (layer >= ripple.cut_layer) {
      late.push_back(pair.layers.at(static_cast<std::size_t>(layer)).delta);
    }
  }
  return mean(late);
}

MeanTest test_blocks(const FollowedPair& pair, int cut_layer, double alpha) {
  std::vector<double> deltas;
  for (const FollowedRow& row :
       std::span(pair.layers).subspan(static_cast<std::size_t>(cut_layer))) {
    deltas.push_back(row.delta);
  }
  MeanTest test = mean_t_test(deltas, alpha);
  if (deltas.size() >= kFewestFollowedBlocks) return test;
  MeanTest untested;
  untested.n = test.n;
  untested.mean = test.mean;
  return untested;
}

/// Corrects the p that `p_of` gives of each head over all of them.
template <typename Heads, typename Value>
void correct(Heads& heads, const Value& p_of) {
  std::vector<std::optional<double>> p;
  for (const auto& head : heads) p.push_back(p_of(head));
  const auto bonferroni = adjust_p_values(p, Correction::bonferroni, p.size());
  const auto bh = adjust_p_values(p, Correction::bh, p.size());
  for (std::size_t k = 0; k < p.size(); ++k) {
    heads[k].p_bonferroni = bonferroni[k];
    heads[k].p_bh = bh[k];
  }
}

/// The names of the pairs, each once, in order.
std::vector<std::string> names_of(const std::vector<FollowedSweep>& prompt) {
  std::vector<std::string> names;
  for (const FollowedSweep& one : prompt) {
    if (std::ranges::find(names, one.pair.name) == names.end()) names.push_back(one.pair.name);
  }
  return names;
}

void check(FollowedPrompts prompts) {
  if (prompts.size() < 2) {
    throw UsageError(
        fmt::format("a test across prompts got {}; it needs at least 2", prompts.size()));
  }
  const std::vector<std::string> names = names_of(prompts.front());
  for (const std::vector<FollowedSweep>& prompt : prompts) {
    const auto same_heads = [&prompts](const FollowedSweep& one) {
      return std::ranges::equal(one.heads, prompts.front().front().heads, {}, &FollowedHead::spec,
                                &FollowedHead::spec);
    };
    if (names_of(prompt) == names && std::ranges::all_of(prompt, same_heads)) continue;
    throw UsageError(
        "the prompts differ in interventions or in the pairs that they follow; test those across "
        "prompts that are alike");
  }
}

/// late_delta of the prompt's intervention number `head`, over all places of the pair.
double late_delta(const std::vector<FollowedSweep>& prompt, const std::string& name,
                  std::size_t head) {
  std::vector<double> places;
  for (const FollowedSweep& one : prompt) {
    if (one.pair.name == name) places.push_back(one.heads[head].late_delta);
  }
  return mean(places);
}

FollowedAcross test_across(FollowedPrompts prompts, const std::string& name,
                           const PromptGroups& units, double alpha) {
  const std::vector<FollowedHead>& first = prompts.front().front().heads;
  FollowedAcross result{.pair = name,
                        .n_prompts = prompts.size(),
                        .n_units = units.n_groups,
                        .family_size = first.size(),
                        .heads = {}};
  for (std::size_t head = 0; head < first.size(); ++head) {
    std::vector<double> values;
    for (const std::vector<FollowedSweep>& prompt : prompts) {
      values.push_back(late_delta(prompt, name, head));
    }
    values = group_means(values, units);
    result.heads.push_back({.spec = first[head].spec,
                            .heads = first[head].heads,
                            .cut_layer = first[head].cut_layer,
                            .late = mean_t_test(values, alpha),
                            .signs = sign_count(values),
                            .p_bonferroni = std::nullopt,
                            .p_bh = std::nullopt});
  }
  correct(result.heads, [](const FollowedAcrossHead& head) { return head.late.p; });
  return result;
}

template <typename Heads, typename Value>
std::vector<std::size_t> largest(const Heads& heads, std::size_t count, const Value& value_of) {
  std::vector<std::size_t> places(heads.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::stable_sort(places, std::ranges::greater(),
                           [&](std::size_t place) { return std::abs(value_of(heads[place])); });
  places.resize(std::min(count, places.size()));
  return places;
}

}  // namespace

std::vector<FollowedSweep> followed_heads(std::span<const SweepOutcome> outcomes, double alpha) {
  if (outcomes.empty()) return {};
  check(outcomes);
  std::vector<FollowedSweep> result;
  for (std::size_t i = 0; i < outcomes.front().followed.size(); ++i) {
    FollowedSweep sweep{
        .pair = outcomes.front().followed[i].pair, .family_size = outcomes.size(), .heads = {}};
    for (const SweepOutcome& outcome : outcomes) {
      const FollowedPair& pair = outcome.followed[i];
      sweep.heads.push_back({.spec = outcome.spec,
                             .heads = outcome.heads,
                             .cut_layer = outcome.ripple.cut_layer,
                             .late_delta = late_delta(pair, outcome.ripple),
                             .blocks = test_blocks(pair, outcome.ripple.cut_layer, alpha),
                             .p_bonferroni = std::nullopt,
                             .p_bh = std::nullopt});
    }
    correct(sweep.heads, [](const FollowedHead& head) { return head.blocks.p; });
    result.push_back(std::move(sweep));
  }
  return result;
}

std::vector<FollowedAcross> followed_across(FollowedPrompts prompts,
                                            std::span<const std::string> groups, double alpha) {
  check(prompts);
  const PromptGroups units = group_prompts(groups);
  std::vector<FollowedAcross> result;
  for (const std::string& name : names_of(prompts.front())) {
    result.push_back(test_across(prompts, name, units, alpha));
  }
  return result;
}

std::vector<std::size_t> strongest(std::span<const FollowedHead> heads, std::size_t count) {
  return largest(heads, count, [](const FollowedHead& head) { return head.late_delta; });
}

std::vector<std::size_t> strongest(std::span<const FollowedAcrossHead> heads, std::size_t count) {
  return largest(heads, count, [](const FollowedAcrossHead& head) { return head.late.mean; });
}

}  // namespace tacet
