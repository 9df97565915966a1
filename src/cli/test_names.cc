#include "cli/test_names.h"

namespace tacet::cli {

std::string test_name(Test test) {
  switch (test) {
    case Test::paired:
      return "paired t-test";
    case Test::independent:
      return "Student's t-test with pooled variance";
    case Test::wilcoxon:
      return "Wilcoxon's signed-rank test";
    case Test::dyadic:
      return "dyadic-robust t-test";
    case Test::token_swap:
      return "token-swap test";
    case Test::token_bootstrap:
      return "studentised bootstrap over tokens";
    case Test::token_jackknife:
      break;
  }
  return "jackknife t-test over tokens";
}

bool takes_pairs_as_independent(Test test) {
  return test == Test::paired || test == Test::independent || test == Test::wilcoxon;
}

}  // namespace tacet::cli
