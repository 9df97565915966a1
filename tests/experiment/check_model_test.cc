// Published facts, made up for the embedded model: what should hold comes from the float64
// reference.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/reference.h"
#include "support/tiny_model.h"
#include "tacet/check.h"
#include "tacet/error.h"
#include "tacet/intervention.h"

namespace tacet {
namespace check_model_test {

using ::testing::HasSubstr;
using Ids = std::vector<std::int32_t>;

constexpr const char* kText = "I told my friend that pineapple on pizza is a";

const Model& mini() {
  static const Model model = Model::mini();
  return model;
}

const testing::Reference& reference() {
  static const testing::Reference kReference(mini());
  return kReference;
}

/// The reference's logits after token `position`.
std::vector<double> logits(const Ids& ids, std::size_t position,
                           const Intervention* intervention = nullptr) {
  const auto width = static_cast<std::size_t>(mini().config().d_model);
  const auto run = reference().run(ids, intervention);
  return reference().logits(
      run.state(mini().config().n_layer + 1).subspan(position * width, width));
}

ModelFact fact(FactKind kind) {
  ModelFact made;
  made.kind = kind;
  made.name = "made";
  made.models = {"other", "mini"};
  made.source = "this test";
  made.text = kText;
  return made;
}

CheckedFact checked(const ModelFact& one, std::string_view name = "mini") {
  return check_model(mini(), Tokenizer::mini(), {one}, name).front();
}

TEST(CheckModel, Tokens) {
  ModelFact one = fact(FactKind::tokens);
  one.expected_ids = Tokenizer::mini().encode(kText);
  EXPECT_EQ(checked(one).outcome, FactOutcome::pass);
  one.expected_ids.back() += 1;
  EXPECT_EQ(checked(one).outcome, FactOutcome::fail);
  EXPECT_NE(checked(one).expected, checked(one).found);
}

TEST(CheckModel, Continuation) {
  Ids ids = Tokenizer::mini().encode(kText);
  ModelFact one = fact(FactKind::continuation);
  for (int i = 0; i < 3; ++i) {
    const std::vector<double> next = logits(ids, ids.size() - 1);
    one.expected_ids.push_back(
        static_cast<std::int32_t>(std::ranges::max_element(next) - next.begin()));
    ids.push_back(one.expected_ids.back());
  }
  EXPECT_EQ(checked(one).outcome, FactOutcome::pass) << checked(one).found;
  EXPECT_EQ(checked(one).expected, Tokenizer::mini().decode(one.expected_ids));
  one.expected_ids.back() ^= 1;
  EXPECT_EQ(checked(one).outcome, FactOutcome::fail);
}

TEST(CheckModel, ContinuationAsText) {
  ModelFact one = fact(FactKind::continuation);
  const Ids ids = Tokenizer::mini().encode(kText);
  const std::vector<double> next = logits(ids, ids.size() - 1);
  const auto likeliest = static_cast<std::int32_t>(std::ranges::max_element(next) - next.begin());
  one.expected_text = std::string(Tokenizer::mini().piece(likeliest));
  EXPECT_EQ(checked(one).outcome, FactOutcome::pass) << checked(one).found;
  one.expected_text = " zebra";
  EXPECT_EQ(checked(one).outcome, FactOutcome::fail);
}

TEST(CheckModel, Loss) {
  for (const bool prepend_bos : {false, true}) {
    Ids ids = Tokenizer::mini().encode(kText);
    if (prepend_bos) ids.insert(ids.begin(), mini().config().bos_token_id.value());
    double sum = 0.0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const std::vector<double> next = logits(ids, i);
      double total = 0.0;
      for (const double logit : next) total += std::exp(logit);
      sum += std::log(total) - next.at(static_cast<std::size_t>(ids[i + 1]));
    }
    ModelFact one = fact(FactKind::loss);
    one.prepend_bos = prepend_bos;
    one.expected = sum / static_cast<double>(ids.size() - 1);
    one.tolerance = 4e-5;
    EXPECT_EQ(checked(one).outcome, FactOutcome::pass) << checked(one).found;
    one.expected += 1e-4;
    EXPECT_EQ(checked(one).outcome, FactOutcome::fail);
  }
}

TEST(CheckModel, Silencing) {
  const Ids ids = Tokenizer::mini().encode(kText);
  const Ids target = Tokenizer::mini().encode(" pizza");
  const Ids contrast = Tokenizer::mini().encode(" friend");
  ASSERT_EQ(target.size(), 1U);
  ASSERT_EQ(contrast.size(), 1U);
  const auto difference = [&](const Intervention* intervention) {
    const std::vector<double> last = logits(ids, ids.size() - 1, intervention);
    return last.at(static_cast<std::size_t>(target.front())) -
           last.at(static_cast<std::size_t>(contrast.front()));
  };
  for (const char* heads : {"L3H5", "L20H2+L21H0", "L0H0"}) {
    const auto cut = parse_heads(heads, mini().config().n_layer, mini().config().n_head);
    ModelFact one = fact(FactKind::silencing);
    one.heads = heads;
    one.target = " pizza";
    one.contrast = " friend";
    one.raises = difference(&cut.front()) > difference(nullptr);
    EXPECT_EQ(checked(one).outcome, FactOutcome::pass) << heads;
    one.raises = !one.raises;
    EXPECT_EQ(checked(one).outcome, FactOutcome::fail) << heads;
  }
}

TEST(CheckModel, WhatDoesNotApplyIsNotJudged) {
  ModelFact one = fact(FactKind::tokens);
  one.expected_ids = {1};
  EXPECT_EQ(checked(one, "").outcome, FactOutcome::not_applicable);
  EXPECT_THAT(checked(one, "").reason, HasSubstr("not known to be a published model"));
  EXPECT_EQ(checked(one, "gpt2").reason, "published for other, mini");
  EXPECT_EQ(checked(one, "gpt2").found, "");
  const CheckedFact bare = check_model(mini(), std::nullopt, {one}, "mini").front();
  EXPECT_EQ(bare.outcome, FactOutcome::not_applicable);
  EXPECT_THAT(bare.reason, HasSubstr("no tokenizer"));
  ModelFact longer = fact(FactKind::continuation);
  longer.expected_ids.assign(500, 1);
  EXPECT_EQ(checked(longer).outcome, FactOutcome::not_applicable);
  EXPECT_THAT(checked(longer).reason, HasSubstr("positions"));
}

TEST(CheckModel, FactsThatMakeNoSenseAreErrors) {
  ModelFact one = fact(FactKind::silencing);
  one.heads = "L99H0";
  one.target = " pizza";
  one.contrast = " friend";
  EXPECT_THROW(checked(one), UsageError);
  one.heads = "L1H0,L1H1";
  EXPECT_THROW(checked(one), UsageError);
  one.heads = "L1H0";
  one.target = " pizza pizza";
  EXPECT_THROW(checked(one), UsageError);
}

}  // namespace check_model_test
}  // namespace tacet
