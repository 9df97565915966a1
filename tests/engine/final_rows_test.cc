// With FinalRows::last the last block and ln_f leave every run's last position as it would be.
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "engine/forward_pass.h"
#include "support/compare.h"
#include "support/tiny_model.h"

namespace tacet {
namespace final_rows_test {

using engine::FinalRows;
using testing::same_bits;
using testing::TinyModel;

constexpr int kLayers = 3;
constexpr std::size_t kWidth = 24;

/// What a pass leaves at the last positions: of every prompt the clean row and every run's.
struct Ends {
  std::vector<float> last_block;
  std::vector<float> final_norm;
  std::vector<float> direct;
  std::vector<float> draws;
  std::vector<std::vector<std::int64_t>> changed;
};

class FinalRowsTest : public ::testing::Test {
 protected:
  Ends run(std::span<const engine::PassPrompt> prompts, FinalRows final_rows, int threads) const {
    Ends ends;
    const auto add = [](std::vector<float>& all, std::span<const float> row) {
      all.insert(all.end(), row.begin(), row.end());
    };
    ends.changed = engine::forward_pass(
        tiny.model.weights(), prompts, threads,
        [&](const engine::StateView& view) {
          if (view.index < kLayers) return;
          std::vector<float>& rows = view.index == kLayers ? ends.last_block : ends.final_norm;
          for (std::size_t p = 0; p < prompts.size(); ++p) {
            const std::size_t last = prompts[p].token_ids.size() - 1;
            add(rows, view.prompts[p].clean.row(last));
            for (const engine::SilencedView& silenced : view.prompts[p].silenced) {
              add(rows, silenced.rows.row(last));
              std::vector<float> direct(kWidth);
              silenced.direct.copy_row(last, direct);
              add(ends.direct, direct);
              for (const engine::RowsView& draw : silenced.draws) add(ends.draws, draw.row(last));
            }
          }
        },
        {}, final_rows);
    return ends;
  }

  void expect_same_ends(std::span<const engine::PassPrompt> prompts) const {
    const Ends all = run(prompts, FinalRows::all, 1);
    for (const int threads : {1, 3}) {
      const Ends last = run(prompts, FinalRows::last, threads);
      EXPECT_TRUE(same_bits(last.last_block, all.last_block));
      EXPECT_TRUE(same_bits(last.final_norm, all.final_norm));
      EXPECT_TRUE(same_bits(last.direct, all.direct));
      EXPECT_TRUE(same_bits(last.draws, all.draws));
      EXPECT_EQ(last.changed, all.changed);
    }
  }

  TinyModel tiny{{.n_layer = kLayers, .n_head = 3, .d_model = static_cast<int>(kWidth)}};
  std::vector<std::int32_t> ids = testing::random_ids(9, 32, 3);
};

TEST_F(FinalRowsTest, OfInterventionsInEveryBlockAndModeAreTheSame) {
  std::vector<Intervention> interventions;
  for (int layer = 0; layer < kLayers; ++layer) {
    interventions.push_back({.heads = {{layer, 1}}, .positions = {}, .mode = {}});
    interventions.push_back({.heads = {{layer, 0}, {kLayers - 1, 2}}, .positions = {}, .mode = {}});
    interventions.push_back(
        {.heads = {{layer, 2}}, .positions = {}, .mode = {.kind = SliceKind::mean}});
    interventions.push_back({.heads = {{layer, 0}}, .positions = {2, 5}, .mode = {}});
    interventions.push_back({.heads = {{layer, 0}}, .positions = {8}, .mode = {}});
  }
  const engine::PassPrompt prompt{
      .token_ids = ids, .interventions = interventions, .noise = {.count = 2, .seed = 7}};
  expect_same_ends({&prompt, 1});
}

TEST_F(FinalRowsTest, OfPromptsWithCommonBeginningsAreTheSame) {
  const std::vector<Intervention> interventions = {
      {.heads = {{0, 1}}, .positions = {}, .mode = {}},
      {.heads = {{kLayers - 1, 1}}, .positions = {}, .mode = {}}};
  std::vector<std::int32_t> other = ids;
  other[6] = ids[6] == 0 ? 1 : 0;
  // The second is the beginning of the first, and the last is the first again.
  const std::vector<engine::PassPrompt> prompts = {
      {.token_ids = ids, .interventions = interventions},
      {.token_ids = std::span(ids).first(5), .interventions = interventions},
      {.token_ids = other, .interventions = interventions},
      {.token_ids = ids, .interventions = interventions}};
  expect_same_ends(prompts);
}

TEST_F(FinalRowsTest, OfPushesAndPatchesAreTheSame) {
  const std::vector<float> pushed(ids.size() * kWidth, 0.25F);
  const std::vector<float> patched(2 * kWidth, -0.5F);
  std::vector<engine::Push> pushes;
  std::vector<engine::StreamPatch> patches;
  for (int layer = 0; layer < kLayers; ++layer) {
    pushes.push_back({.layer = layer, .first_position = 0, .rows = pushed});
    patches.push_back({.layer = layer, .first_position = 3, .rows = patched});
  }
  const engine::PassPrompt prompt{
      .token_ids = ids, .interventions = {}, .pushes = pushes, .patches = patches};
  expect_same_ends({&prompt, 1});
}

}  // namespace final_rows_test
}  // namespace tacet
