// The engine against the float64 reference, over many shapes, settings and stored types.
#include "support/reference.h"

#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/compare.h"
#include "support/tiny_model.h"
#include "tacet/forward.h"

namespace tacet {
namespace reference_test {

using testing::kStateTolerance;
using testing::Reference;
using testing::TinyModel;
using testing::TinyModelOptions;

struct Case {
  std::string name;
  TinyModelOptions options;
  std::vector<int> lengths;
};

void PrintTo(const Case& value, std::ostream* out) {
  *out << value.name;
}

/// L blocks, H heads of width d_head, and the MLP's inner width (0: four times d_model).
TinyModelOptions shape(int n_layer, int n_head, int d_head, int n_inner = 0) {
  TinyModelOptions options;
  options.n_layer = n_layer;
  options.n_head = n_head;
  options.d_model = n_head * d_head;
  options.n_inner = n_inner;
  options.n_positions = 80;
  options.seed = static_cast<std::uint32_t>(n_layer + 10 * n_head + 100 * d_head);
  return options;
}

template <typename Change>
TinyModelOptions changed(TinyModelOptions options, const Change& change) {
  change(options);
  return options;
}

std::vector<Case> cases() {
  const TinyModelOptions plain = shape(3, 2, 8);
  std::vector<Case> out = {
      {"lengths", shape(2, 3, 12), {1, 2, 3, 5, 7, 8, 12, 13, 25, 48, 70}},
      {"one_value_heads", shape(2, 5, 1), {6}},
      {"head_4", shape(2, 5, 4, 37), {9, 13}},
      {"head_5", shape(3, 4, 5, 41), {12}},
      {"head_37", shape(2, 2, 37, 151), {5, 25}},
      {"head_64", shape(2, 2, 64), {3, 12}},
      {"one_head", shape(1, 1, 20, 7), {4}},
      {"mini_block", shape(1, 16, 8), {12}},
      {"wide_inner", shape(1, 2, 10, 1031), {7}},
      {"relu", changed(plain, [](auto& o) { o.activation = "relu"; }), {7}},
      {"gelu", changed(plain, [](auto& o) { o.activation = "gelu"; }), {7}},
      {"silu", changed(plain, [](auto& o) { o.activation = "silu"; }), {7}},
      {"pytorch_tanh", changed(plain, [](auto& o) { o.activation = "gelu_pytorch_tanh"; }), {7}},
      {"unscaled", changed(plain, [](auto& o) { o.scale_attn_weights = false; }), {7}},
      {"by_layer", changed(plain, [](auto& o) { o.scale_attn_by_inverse_layer_idx = true; }), {7}},
      {"epsilon", changed(plain, [](auto& o) { o.layer_norm_epsilon = 0.1; }), {7}},
      {"f16", changed(plain, [](auto& o) { o.dtype = "F16"; }), {7, 13}},
      {"bf16", changed(plain, [](auto& o) { o.dtype = "BF16"; }), {7, 13}},
      {"f16_odd", changed(shape(2, 3, 7, 45), [](auto& o) { o.dtype = "F16"; }), {8}},
      {"prefix_masks",
       changed(plain,
               [](auto& o) {
                 o.prefix = "transformer.";
                 o.masks = true;
               }),
       {7}},
      {"sharded", changed(plain, [](auto& o) { o.shards = 3; }), {7}},
      {"sink", changed(plain, [](auto& o) { o.sink = true; }), {7}}};
  for (int start = 0; start < 8; ++start) {
    out.push_back({"data_start_" + std::to_string(start),
                   changed(plain, [start](auto& o) { o.data_start = start; }),
                   {7}});
  }
  return out;
}

class AgainstReference : public ::testing::TestWithParam<Case> {};

std::vector<Intervention> interventions(const ModelConfig& config, int n_tokens) {
  const int last_layer = config.n_layer - 1;
  const int last_head = config.n_head - 1;
  std::vector<Head> joint = {{0, 0}};
  if (last_layer > 0) joint.push_back({last_layer, last_head});
  return {{{{0, 0}}, {}, {}},
          {{{last_layer, last_head}}, {}, {}},
          {{{0, last_head}}, {n_tokens - 1}, {}},
          {{{last_layer, 0}}, {n_tokens / 2}, {0.5F}},
          {joint, {}, {-1.5F}},
          {joint, {0, n_tokens - 1}, {}}};
}

TEST_P(AgainstReference, StatesAndLogitsAgree) {
  const TinyModelOptions& options = GetParam().options;
  const TinyModel tiny(options);
  const Reference reference(tiny.model);
  double worst = 0;
  for (const int n_tokens : GetParam().lengths) {
    const auto ids = testing::random_ids(n_tokens, options.vocab_size, 7);
    auto asked = interventions(tiny.model.config(), n_tokens);
    if (n_tokens == 1) asked.back().positions = {0};
    const ForwardResult result = forward(tiny.model, ids, asked);
    const testing::ReferenceRun clean = reference.run(ids);
    const double difference = testing::worst_state_difference(result.clean, clean.states);
    EXPECT_LE(difference, kStateTolerance) << "clean, " << n_tokens << " tokens";
    worst = std::max(worst, difference);
    for (std::size_t k = 0; k < asked.size(); ++k) {
      const testing::ReferenceRun silenced = reference.run(ids, &asked[k]);
      const double d = testing::worst_state_difference(result.silenced[k], silenced.states);
      EXPECT_LE(d, kStateTolerance) << spec_of(asked[k]) << ", " << n_tokens << " tokens";
      worst = std::max(worst, d);
    }
    const int last = tiny.model.config().n_layer + 1;
    const auto logits = unembed(tiny.model, testing::rows_of(result.clean, last, n_tokens - 1, 1));
    const auto normed =
        clean.state(last).last(static_cast<std::size_t>(tiny.model.config().d_model));
    EXPECT_LE(testing::relative_difference(logits, reference.logits(normed)), kStateTolerance);
  }
  std::cout << GetParam().name << ": largest relative difference " << worst << '\n';
}

INSTANTIATE_TEST_SUITE_P(Shapes, AgainstReference, ::testing::ValuesIn(cases()),
                         [](const auto& param) { return param.param.name; });

TEST(AgainstReference, UntiedUnembedding) {
  TinyModelOptions options;
  options.tie_word_embeddings = false;
  options.store_lm_head = true;
  options.vocab_size = 300;  // more than one task of unembed()
  const TinyModel untied(options);
  const Reference reference(untied.model);
  const std::vector<std::int32_t> ids = {3, 1, 299};
  const States states = forward(untied.model, ids).clean;
  const auto expected = reference.run(ids);
  const auto normed = expected.state(3);
  // All rows at once, to see that the rows are not mixed up.
  const std::vector<float> logits = unembed(untied.model, states.final_norm());
  ASSERT_EQ(logits.size(), 3U * 300U);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_LE(testing::relative_difference(std::span(logits).subspan(row * 300, 300),
                                           reference.logits(normed.subspan(row * 8, 8))),
              kStateTolerance);
  }
}

TEST(AgainstReference, StoredButTiedUnembeddingIsIgnored) {
  TinyModelOptions options;
  const TinyModel absent(options);
  options.store_lm_head = true;
  const TinyModel stored(options);
  const std::vector<std::int32_t> ids = {3, 1, 4};
  const States states = forward(absent.model, ids).clean;
  EXPECT_TRUE(testing::same_bits(unembed(absent.model, states.final_norm()),
                                 unembed(stored.model, states.final_norm())));
}

}  // namespace reference_test
}  // namespace tacet
