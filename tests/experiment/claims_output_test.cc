// more_than_output: what a head does to the similarity against what it does to the prediction.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/study.h"

namespace tacet {
namespace claims_output_test {

constexpr int kLayers = 5;
constexpr int kHeads = 4;
constexpr std::size_t kAll = kLayers * kHeads;

class MoreThanOutput : public ::testing::Test {
 protected:
  MoreThanOutput() {
    for (int i = 0; i < static_cast<int>(kAll); ++i) {
      SweepOutcome made;
      made.heads = {{.layer = i / kHeads, .head = i % kHeads}};
      made.spec = to_string(made.heads.front());
      made.ripple.cut_layer = i / kHeads;
      made.ripple.late_layers = {kLayers - 1};
      // Of either sign: the size counts.
      made.ripple.late_delta = (i % 2 == 0 ? 1 : -1) * (1.0 + i);
      for (int layer = 0; layer < kLayers; ++layer) made.layers.emplace_back().layer = layer;
      outcomes_.push_back(made);
      divergences_.push_back(1.0 + i);
    }
    evidence_.n_layer = kLayers;
    evidence_.n_head = kHeads;
    evidence_.layer = 1;
    evidence_.clean.blocks.assign(kLayers, 0.5);
  }

  std::optional<Claim> judged() {
    evidence_.outcomes = outcomes_;
    evidence_.divergences = divergences_;
    for (const Claim& claim : judge_claims(evidence_)) {
      if (claim.id == "more_than_output") return claim;
    }
    return std::nullopt;
  }

  FigureValue figure(const std::string& name) {
    const Claim claim = judged().value();
    for (const auto& [key, value] : claim.figures) {
      if (key == name) return value;
    }
    throw std::runtime_error("no figure " + name);
  }

  std::vector<SweepOutcome> outcomes_;
  std::vector<double> divergences_;
  StudyEvidence evidence_;
};

TEST_F(MoreThanOutput, DoesNotHoldWhereBothSayTheSame) {
  EXPECT_EQ(judged()->verdict, Verdict::does_not_hold);
  EXPECT_EQ(figure("rank_correlation"), FigureValue(1.0));
  EXPECT_EQ(figure("n_similarity_alone"), FigureValue(std::int64_t{0}));
  EXPECT_EQ(figure("n_output_alone"), FigureValue(std::int64_t{0}));
  EXPECT_EQ(figure("largest_divergence"), FigureValue(static_cast<double>(kAll)));
  EXPECT_FALSE(judged()->stands_up);
}

TEST_F(MoreThanOutput, HoldsWhereTheyDiffer) {
  for (std::size_t i = 0; i < kAll; ++i) divergences_[i] = static_cast<double>(kAll - i);
  EXPECT_EQ(judged()->verdict, Verdict::holds);
  EXPECT_EQ(figure("rank_correlation"), FigureValue(-1.0));
  // The top tenth of 20 heads are two.
  EXPECT_EQ(figure("n_similarity_alone"), FigureValue(std::int64_t{2}));
  EXPECT_EQ(figure("n_output_alone"), FigureValue(std::int64_t{2}));
}

TEST_F(MoreThanOutput, HoldsInPartWhereOneHeadAloneIsApart) {
  divergences_.back() = 9.5;  // strongest by similarity, in the bottom half by output
  EXPECT_EQ(judged()->verdict, Verdict::in_part);
  EXPECT_GE(std::get<double>(figure("rank_correlation")), 0.8);
  EXPECT_EQ(figure("n_similarity_alone"), FigureValue(std::int64_t{1}));
  EXPECT_EQ(figure("n_output_alone"), FigureValue(std::int64_t{0}));
}

TEST_F(MoreThanOutput, TheMedianIsNotTheBottomHalf) {
  // The strongest by similarity has nine heads above it in divergence, then ten of the 20.
  divergences_.back() = 10.5;
  EXPECT_EQ(figure("n_similarity_alone"), FigureValue(std::int64_t{0}));
  divergences_.back() = 9.5;
  EXPECT_EQ(figure("n_similarity_alone"), FigureValue(std::int64_t{1}));
}

TEST_F(MoreThanOutput, HasNoCorrelationWhereNothingVaries) {
  divergences_.assign(kAll, 0);
  EXPECT_EQ(figure("rank_correlation"), FigureValue());
  EXPECT_EQ(judged()->verdict, Verdict::does_not_hold);
}

TEST_F(MoreThanOutput, IsNotJudgedWithoutDivergences) {
  divergences_.clear();
  EXPECT_FALSE(judged());
}

TEST_F(MoreThanOutput, RefusesDivergencesThatCannotBe) {
  for (const double wrong :
       {-1e-9, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    divergences_[3] = wrong;
    EXPECT_THROW(judged(), UsageError) << wrong;
  }
  divergences_.assign(kAll - 1, 0.1);
  EXPECT_THROW(judged(), UsageError);
}

}  // namespace claims_output_test
}  // namespace tacet
