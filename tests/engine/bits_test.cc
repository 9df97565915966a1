// Null means null: what must be equal bit for bit. The whole program runs once for each vector
// unit that the machine has (see vector_unit.cc and CMakeLists.txt).
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/compare.h"
#include "support/tiny_model.h"
#include "tacet/forward.h"

namespace tacet {
namespace bits_test {

using testing::rows_of;
using testing::same_bits;
using testing::TinyModel;
using testing::TinyModelOptions;

TinyModelOptions options_of(int n_head, int d_head, int n_inner, const char* dtype = "F32") {
  TinyModelOptions options;
  options.n_layer = 3;
  options.n_head = n_head;
  options.d_model = n_head * d_head;
  options.n_inner = n_inner;
  options.n_positions = 72;
  options.dtype = dtype;
  return options;
}

struct Shape {
  std::string name;
  TinyModelOptions options;
};

void PrintTo(const Shape& value, std::ostream* out) {
  *out << value.name;
}

class Bits : public ::testing::TestWithParam<Shape> {
 protected:
  Bits() : tiny(GetParam().options) {}
  std::vector<std::int32_t> ids(int n_tokens) const {
    return testing::random_ids(n_tokens, GetParam().options.vocab_size, 11);
  }
  /// Several of every kind; the cuts and first positions differ.
  std::vector<Intervention> several(int n_tokens) const {
    const int h = GetParam().options.n_head - 1;
    return {{{{1, 0}}, {}, {}},
            {{{0, h}}, {n_tokens - 1}, {}},
            {{{2, h}}, {}, {0.25F}},
            {{{1, h}, {2, 0}}, {1, n_tokens / 2}, {}},
            {{{0, 0}}, {}, {}}};
  }
  TinyModel tiny;
};

TEST_P(Bits, NullInterventionIsTheCleanRun) {
  const auto prompt = ids(13);
  std::vector<Intervention> asked = several(13);
  for (Intervention& intervention : asked) intervention.mode.scale = 1.0F;
  const ForwardResult result = forward(tiny.model, prompt, asked);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    EXPECT_TRUE(same_bits(result.silenced[k].data(), result.clean.data())) << spec_of(asked[k]);
    EXPECT_EQ(result.values_changed[k], 0) << spec_of(asked[k]);
  }
}

TEST_P(Bits, BlocksBelowTheCutAndPositionsBeforeTheFirstAreTheCleanOnes) {
  const auto prompt = ids(25);
  const std::vector<Intervention> asked = several(25);
  const ForwardResult result = forward(tiny.model, prompt, asked);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const States& silenced = result.silenced[k];
    const int cut = asked[k].cut_layer();
    const int first = asked[k].first_position();
    for (int index = 0; index < silenced.n_layer() + 2; ++index) {
      if (index <= cut) {  // state `cut` is what the cut's block reads
        EXPECT_TRUE(same_bits(silenced.state(index), result.clean.state(index)));
      } else {
        EXPECT_TRUE(
            same_bits(rows_of(silenced, index, 0, first), rows_of(result.clean, index, 0, first)));
        EXPECT_FALSE(
            same_bits(rows_of(silenced, index, first, 1), rows_of(result.clean, index, first, 1)))
            << spec_of(asked[k]) << " changes nothing in state " << index;
      }
    }
  }
}

TEST_P(Bits, ARowDependsOnTheTokensUpToItsOwnAlone) {
  const auto prompt = ids(70);
  const Intervention cut{{{1, 0}}, {}, {}};
  const ForwardResult whole = forward(tiny.model, prompt, {&cut, 1});
  for (int n_tokens = 1; n_tokens < 70; ++n_tokens) {
    const auto part = std::span(prompt).first(static_cast<std::size_t>(n_tokens));
    const ForwardResult result = forward(tiny.model, part, {&cut, 1});
    for (int index = 0; index < result.clean.n_layer() + 2; ++index) {
      ASSERT_TRUE(same_bits(result.clean.state(index), rows_of(whole.clean, index, 0, n_tokens)))
          << n_tokens << " tokens, state " << index;
      ASSERT_TRUE(same_bits(result.silenced[0].state(index),
                            rows_of(whole.silenced[0], index, 0, n_tokens)))
          << n_tokens << " tokens, state " << index << ", silenced";
    }
  }
}

TEST_P(Bits, ARunDoesNotDependOnTheBatch) {
  const auto prompt = ids(13);
  std::vector<Intervention> asked = several(13);
  // Enough rows for several tiles, and the same ones again at other places of the batch.
  for (int copy = 0; copy < 3; ++copy) {
    const std::vector<Intervention> again = several(13);
    asked.insert(asked.end(), again.rbegin(), again.rend());
  }
  const ForwardResult together = forward(tiny.model, prompt, asked);
  const States clean = forward(tiny.model, prompt).clean;
  EXPECT_TRUE(same_bits(together.clean.data(), clean.data()));
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const ForwardResult alone = forward(tiny.model, prompt, {&asked[k], 1});
    EXPECT_TRUE(same_bits(together.silenced[k].data(), alone.silenced[0].data()))
        << k << ": " << spec_of(asked[k]);
    EXPECT_EQ(together.values_changed[k], alone.values_changed[0]);
  }
}

TEST_P(Bits, ARunDoesNotDependOnTheThreadsNorOnTheTime) {
  const auto prompt = ids(48);
  const std::vector<Intervention> asked = several(48);
  const ForwardResult first = forward(tiny.model, prompt, asked, 1);
  for (const int threads : {1, 2, 3, 5, 0}) {
    const ForwardResult again = forward(tiny.model, prompt, asked, threads);
    EXPECT_TRUE(same_bits(again.clean.data(), first.clean.data())) << threads << " threads";
    for (std::size_t k = 0; k < asked.size(); ++k) {
      EXPECT_TRUE(same_bits(again.silenced[k].data(), first.silenced[k].data()))
          << threads << " threads, " << spec_of(asked[k]);
    }
    EXPECT_TRUE(same_bits(unembed(tiny.model, first.clean.final_norm(), threads),
                          unembed(tiny.model, first.clean.final_norm(), 1)));
  }
}

TEST_P(Bits, ARunDoesNotDependOnTheAlignmentOrLayoutOfTheFile) {
  const auto prompt = ids(13);
  const std::vector<Intervention> asked = several(13);
  const ForwardResult aligned = forward(tiny.model, prompt, asked);
  for (int start = 1; start < 8; ++start) {
    TinyModelOptions options = GetParam().options;
    options.data_start = start;
    options.shards = start == 3 ? 4 : 1;
    options.prefix = start == 5 ? "transformer." : "";
    const TinyModel moved(options);
    const ForwardResult result = forward(moved.model, prompt, asked);
    EXPECT_TRUE(same_bits(result.clean.data(), aligned.clean.data())) << start;
    for (std::size_t k = 0; k < asked.size(); ++k) {
      EXPECT_TRUE(same_bits(result.silenced[k].data(), aligned.silenced[k].data())) << start;
    }
  }
}

TEST_P(Bits, SilencingEqualsZeroingTheRowsOfTheProjection) {
  const auto prompt = ids(12);
  const int d_head = tiny.model.config().d_head();
  for (const std::vector<Head>& heads : {std::vector<Head>{{1, 0}}, {{0, 1}}, {{0, 0}, {2, 1}}}) {
    TinyModelOptions options = GetParam().options;
    options.edit = testing::zero_rows_of(heads, d_head);
    const TinyModel zeroed(options);
    const Intervention cut{heads, {}, {}};
    const ForwardResult silenced = forward(tiny.model, prompt, {&cut, 1});
    const States expected = forward(zeroed.model, prompt).clean;
    EXPECT_TRUE(same_bits(silenced.silenced[0].data(), expected.data())) << spec_of(cut);
    EXPECT_FALSE(same_bits(silenced.clean.data(), expected.data()));
  }
}

std::vector<Shape> shapes() {
  return {{"d8", options_of(2, 4, 0)},           {"d15", options_of(3, 5, 31)},
          {"d37", options_of(37, 1, 41)},        {"d48", options_of(4, 12, 0)},
          {"d74", options_of(2, 37, 151)},       {"d64_f16", options_of(16, 4, 0, "F16")},
          {"bf16", options_of(2, 10, 0, "BF16")}};
}

INSTANTIATE_TEST_SUITE_P(Shapes, Bits, ::testing::ValuesIn(shapes()),
                         [](const auto& param) { return param.param.name; });

}  // namespace bits_test
}  // namespace tacet
