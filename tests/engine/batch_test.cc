// The plan of a pass: rows are shared wherever two runs agree, and nowhere else.
#include "engine/batch.h"

#include <vector>

#include <gtest/gtest.h>

namespace tacet::engine {
namespace batch_test {

using Ids = std::vector<std::int32_t>;

std::vector<std::uint32_t> from(std::uint32_t first, std::uint32_t n) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < n; ++i) rows.push_back(first + i);
  return rows;
}

TEST(Batch, PromptsShareTheRowsOfACommonBeginning) {
  const std::vector<Ids> ids = {{1, 2, 3, 4}, {1, 2, 9}, {7, 2}, {1, 2, 9, 5, 6}, {1, 2}};
  std::vector<PassPrompt> prompts;
  for (const Ids& prompt : ids) prompts.push_back({.token_ids = prompt, .interventions = {}});
  const Batch batch(prompts);
  EXPECT_EQ(batch.clean()[0].row_of, from(0, 4));
  EXPECT_EQ(batch.clean()[1].row_of, (std::vector<std::uint32_t>{0, 1, 4}));
  EXPECT_EQ(batch.clean()[1].first_own, 2U);
  EXPECT_EQ(batch.clean()[2].row_of, from(5, 2))
      << "the same token at the same place is not enough";
  EXPECT_EQ(batch.clean()[3].row_of, (std::vector<std::uint32_t>{0, 1, 4, 7, 8}));
  EXPECT_EQ(batch.clean()[4].row_of, from(0, 2));
  EXPECT_EQ(batch.clean()[4].n_own(), 0U);
  EXPECT_EQ(batch.n_clean_rows(), 9U);
  EXPECT_EQ(batch.n_rows(), 9U);
}

TEST(Batch, RunsAreSortedByTheirCutsAndEnterTheBatchThere) {
  const Ids ids = {1, 2, 3};
  const std::vector<Intervention> asked = {
      {{{2, 0}}, {}, {}}, {{{0, 1}}, {1}, {}}, {{{0, 0}, {2, 1}}, {}, {}}};
  const PassPrompt prompt{.token_ids = ids, .interventions = asked};
  const Batch batch({&prompt, 1});
  ASSERT_EQ(batch.runs().size(), 3U);
  EXPECT_EQ(batch.runs()[0].number, 1U);
  EXPECT_EQ(batch.runs()[1].number, 2U);
  EXPECT_EQ(batch.runs()[2].number, 0U);
  // A row before the first position touched is the clean one.
  EXPECT_EQ(batch.runs()[0].sequence.row_of, (std::vector<std::uint32_t>{0, 3, 4}));
  EXPECT_EQ(batch.runs()[1].sequence.row_of, from(5, 3));
  EXPECT_EQ(batch.runs()[2].sequence.row_of, from(8, 3));
  EXPECT_EQ(batch.rows_before(0), 3U);
  EXPECT_EQ(batch.rows_before(1), 8U);
  EXPECT_EQ(batch.rows_before(2), 8U);
  EXPECT_EQ(batch.rows_before(3), 11U);
  EXPECT_EQ(batch.n_rows(), 11U);
}

TEST(Batch, TheSameInterventionOfTwoPromptsSharesTheirCommonBeginning) {
  const std::vector<Ids> ids = {{1, 2, 3, 4}, {1, 2, 3, 9}};
  const std::vector<Intervention> both = {{{{0, 0}}, {}, {}}};
  const std::vector<Intervention> other_head = {{{{0, 1}}, {}, {}}};
  const std::vector<Intervention> other_mode = {{{{0, 0}}, {}, {0.5F}}};
  const std::vector<Intervention> early = {{{{0, 0}}, {1, 3}, {}}};
  const std::vector<Intervention> late = {{{{0, 0}}, {1, 2}, {}}};
  const auto second_run = [&](const std::vector<Intervention>& a,
                              const std::vector<Intervention>& b) {
    const std::vector<PassPrompt> prompts = {{.token_ids = ids[0], .interventions = a},
                                             {.token_ids = ids[1], .interventions = b}};
    return Batch(prompts).runs()[1].sequence;
  };
  // Clean rows are 0 to 4 (position 3 of the second prompt is row 4), the first run's 5 to 8.
  EXPECT_EQ(second_run(both, both).row_of, (std::vector<std::uint32_t>{5, 6, 7, 9}));
  EXPECT_EQ(second_run(both, other_head).row_of, from(9, 4));
  EXPECT_EQ(second_run(both, other_mode).row_of, from(9, 4));
  // Both touch position 1, only one touches 2: rows 0 clean, 1 shared, then their own.
  EXPECT_EQ(second_run(early, late).row_of, (std::vector<std::uint32_t>{0, 5, 8, 9}));
}

TEST(Batch, PushesShareCleanRowsAloneAndAreNumberedOnFromTheInterventions) {
  const Ids ids = {1, 2, 3};
  const std::vector<Intervention> asked = {{{{1, 0}}, {}, {}}};
  const std::vector<float> rows(3, 0.0F);
  const std::vector<Push> pushes = {{2, 0, rows}, {0, 1, rows}, {0, 1, rows}};
  const PassPrompt prompt{.token_ids = ids, .interventions = asked, .pushes = pushes};
  const Batch batch({&prompt, 1});
  ASSERT_EQ(batch.runs().size(), 4U);
  EXPECT_EQ(batch.runs()[0].number, 2U);  // by rising cut
  EXPECT_EQ(batch.runs()[1].number, 3U);
  EXPECT_EQ(batch.runs()[2].number, 0U);
  EXPECT_EQ(batch.runs()[3].number, 1U);
  EXPECT_EQ(batch.runs()[0].sequence.row_of, (std::vector<std::uint32_t>{0, 3, 4}));
  EXPECT_EQ(batch.runs()[1].sequence.row_of, (std::vector<std::uint32_t>{0, 5, 6}));
  EXPECT_EQ(batch.runs()[3].sequence.row_of, from(10, 3));
  EXPECT_EQ(batch.rows_before(1), 7U);
  EXPECT_EQ(batch.n_rows(), 13U);
}

}  // namespace batch_test
}  // namespace tacet::engine
