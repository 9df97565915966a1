#include "store/comparison_json.h"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace tacet::store {
namespace {

Json variant_json(const VariantSummary& variant, FlagKind flags, const std::string& name) {
  ObjectBuilder builder(name);
  builder.text("name", variant.name)
      .value("n", variant.n)
      .number("mean", variant.mean)
      .number("sd", variant.sd)
      .number("median", variant.median)
      .number("q25", variant.q25)
      .number("q75", variant.q75)
      .number("min", variant.min)
      .number("max", variant.max)
      .number("median_abs", variant.median_abs)
      .value("histogram", variant.histogram.empty() ? Json() : Json(variant.histogram));
  if (flags == FlagKind::top1) {
    builder.value("n_top1_changed", variant.n_top1_changed);
  } else {
    builder.value("n_coupling", variant.n_coupling).value("n_decoupling", variant.n_decoupling);
  }
  return builder.take();
}

Json spread_json(const std::optional<SpreadTest>& test, const std::string& name) {
  if (!test) return nullptr;
  return ObjectBuilder(name + ".spread_test")
      .number("statistic", test->statistic)
      .number("df", test->df)
      .number("p", test->p)
      .take();
}

Json pair_json(const VariantPair& pair, const Comparison& comparison, const std::string& name) {
  return ObjectBuilder(name)
      .text("a", comparison.variants[pair.a].name)
      .text("b", comparison.variants[pair.b].name)
      .number("pearson", pair.pearson)
      .number("spearman", pair.spearman)
      .number("same_sign", pair.same_sign)
      .value("n_both", pair.n_both)
      .value("n_only_a", pair.n_only_a)
      .value("n_only_b", pair.n_only_b)
      .number("sd_ratio", pair.sd_ratio)
      .value("spread_test", spread_json(pair.spread_test, name))
      .take();
}

}  // namespace

Json comparison_json(const Comparison& comparison) {
  Json variants = Json::array();
  for (const VariantSummary& variant : comparison.variants) {
    variants.push_back(variant_json(variant, comparison.flags,
                                    fmt::format("comparison.variants[{}]", variants.size())));
  }
  Json pairs = Json::array();
  for (const VariantPair& pair : comparison.pairs) {
    pairs.push_back(pair_json(pair, comparison, fmt::format("comparison.pairs[{}]", pairs.size())));
  }
  Json heads = Json::array();
  for (const ComparedHead& head : comparison.heads) {
    heads.push_back(
        ObjectBuilder().text("spec", head.spec).value("values", Json(head.values)).take());
  }
  return ObjectBuilder("comparison")
      .text("what", comparison.what)
      .text("value", comparison.value)
      .text("by", comparison.by)
      .value("edges", comparison.edges.empty() ? Json() : Json(comparison.edges))
      .value("variants", std::move(variants))
      .value("pairs", std::move(pairs))
      .value("heads", std::move(heads))
      .take();
}

}  // namespace tacet::store
