#include "store/across_json.h"

#include <cstddef>
#include <span>
#include <utility>

namespace tacet::store {
namespace {

Json random_effects_json(const RandomEffects& result) {
  return ObjectBuilder("random_effects")
      .value("k", result.k)
      .number("mean", result.mean)
      .number("se", result.se)
      .number("t", result.t)
      .number("df", result.df)
      .number("p", result.p)
      .number("ci_low", result.ci_low)
      .number("ci_high", result.ci_high)
      .number("tau2", result.tau2)
      .number("i2", result.i2)
      .number("q", result.q)
      .number("q_p", result.q_p)
      .number("pi_low", result.pi_low)
      .number("pi_high", result.pi_high)
      .value("note", result.note.empty() ? Json() : json_text(result.note))
      .take();
}

Json head_json(const AcrossHead& head) {
  Json blocks = Json::array();
  for (const AcrossBlock& block : head.blocks) {
    blocks.push_back(ObjectBuilder(head.spec)
                         .value("layer", block.layer)
                         .number("mean", block.mean)
                         .number("t", block.t)
                         .number("p", block.p)
                         .number("p_max_t", block.p_max_t)
                         .take());
  }
  ObjectBuilder builder(head.spec);
  builder.text("spec", head.spec);
  return add_mean_test(builder, head.late)
      .value("random_effects", random_effects_json(head.random_effects))
      .value("signs", signs_json(head.signs))
      .number("p_flip", head.p_flip)
      .number("p_max_t", head.p_max_t)
      .number("p_holm", head.p_holm)
      .number("p_bh", head.p_bh)
      .value("blocks", std::move(blocks))
      .take();
}

Json max_t_json(const AcrossResult& result) {
  const bool exists = result.n_patterns > 0;
  return ObjectBuilder("max_t")
      .value("family_size", result.family_size)
      .value("enumerated", result.enumerated)
      .value("n_patterns", result.n_patterns)
      .value("seed", exists && !result.enumerated ? Json(result.seed) : Json())
      .number("smallest_p", result.smallest_p)
      .take();
}

/// The keys that the whole sweep and its held-out half share.
ObjectBuilder& add_result(ObjectBuilder& builder, const AcrossResult& result) {
  Json heads = Json::array();
  for (const AcrossHead& head : result.heads) heads.push_back(head_json(head));
  return builder.value("n_prompts", result.n_prompts)
      .value("n_units", result.n_units)
      .value("max_t", max_t_json(result))
      .value("heads", std::move(heads));
}

Json run_ids(std::span<const StoredRun> runs, std::span<const std::size_t> places) {
  Json ids = Json::array();
  for (const std::size_t place : places) ids.push_back(runs[place].id);
  return ids;
}

Json holdout_json(const SweepListing& listing) {
  const HoldoutResult& holdout = *listing.holdout;
  ObjectBuilder builder("holdout");
  builder.value("seed", holdout.seed)
      .value("choosing", run_ids(listing.runs, holdout.choosing))
      .value("testing", run_ids(listing.runs, holdout.testing));
  return add_result(builder, holdout.tested).take();
}

}  // namespace

ObjectBuilder& add_mean_test(ObjectBuilder& builder, const MeanTest& test) {
  return builder.number("mean", test.mean)
      .number("sd", test.sd)
      .number("se", test.se)
      .number("t", test.t)
      .number("df", test.df)
      .number("p", test.p)
      .number("log10_p", test.log10_p)
      .number("ci_low", test.ci_low)
      .number("ci_high", test.ci_high);
}

Json signs_json(const SignCount& signs) {
  return ObjectBuilder("signs")
      .value("positive", signs.n_positive)
      .value("negative", signs.n_negative)
      .value("zero", signs.n_zero)
      .value("agree", signs.n_agree)
      .number("p", signs.p)
      .take();
}

Json across_json(const SweepListing& listing) {
  ObjectBuilder builder("across");
  builder.number("alpha", listing.across->alpha);
  return add_result(builder, *listing.across)
      .value("holdout", listing.holdout ? holdout_json(listing) : Json())
      .take();
}

}  // namespace tacet::store
