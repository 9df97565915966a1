#include "store/csv.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "store/made_results.h"
#include "tacet/error.h"
#include "tacet/export.h"

namespace tacet::store {
namespace csv_test {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Csv, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(csv_field("a\rb"), "\"a\rb\"");
}

TEST(Csv, WritesTheRowsOfASilencing) {
  EXPECT_EQ(to_csv(testing::made_silence()),
            "layer,n_pairs,mean_clean,mean_silenced,mean_delta,sd_delta,t,df,p,p_adjusted,"
            "significant,effect,cohen_dz,ci_low,ci_high,direct_mean_delta,perturbation,norm_ratio,"
            "mean_distance_clean,mean_distance_silenced,effective_rank_clean,"
            "effective_rank_silenced,perturbation_absolute,"
            "cohen_dz_low,cohen_dz_high,glass_delta,glass_delta_low,glass_delta_high,"
            "mean_delta_degrees,mean_delta_degrees_low,mean_delta_degrees_high,"
            "cka,rank_correlation,noise_floor,near_noise\n"
            "0,6,0.25,0.25,0.0,0.0,,,,,false,unchanged,,,,0.0,0.0,1.0,1.5,1.5,2.5,2.5,0.0,,,,,,,,,"
            "1.0,1.0,,\n"
            "1,6,0.25,0.125,-0.125,0.0,-inf,5.0,0.0,0.0,true,decoupling,-inf,-0.125,-0.125,0.0,"
            "0.0625,1.0,1.5,1.5,2.5,2.5,0.75,,,,,,,,,1.0,,,\n"
            "2,6,0.1,0.30000000000000004,0.2,1e-07,2.5,5.0,1e-300,3e-300,true,coupling,inf,0.15,"
            "0.25,-0.05,0.01,1.01,3.5,3.25,2.75,2.625,12.0,,,,,,,,,0.875,-0.25,,\n");
}

TEST(Csv, WritesTheRowsOfATrajectory) {
  EXPECT_EQ(to_csv(testing::made_trajectory()),
            "layer,n_pairs,mean,sd,q25,median,q75,mean_norm,mean_distance,effective_rank\n"
            "0,6,0.25,0.375,0.5,0.625,0.75,1.25,2.25,3.25\n"
            "1,6,-0.25,-0.125,0.0,0.125,0.25,0.75,1.75,2.75\n");
}

TEST(Csv, RefusesNan) {
  SilenceResult silence = testing::made_silence();
  silence.layers[2].t = kNan;
  EXPECT_THROW(to_csv(silence), NumericError);
  TrajectoryResult trajectory = testing::made_trajectory();
  trajectory.layers[0].sd = kNan;
  EXPECT_THROW(to_csv(trajectory), NumericError);
}

}  // namespace csv_test
}  // namespace tacet::store
