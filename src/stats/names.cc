#include "tacet/stats.h"

namespace tacet {

std::string_view to_string(Test test) {
  switch (test) {
    case Test::paired:
      return "paired";
    case Test::independent:
      return "independent";
    case Test::wilcoxon:
      return "wilcoxon";
    case Test::dyadic:
      return "dyadic";
    case Test::token_swap:
      return "token-swap";
    case Test::token_bootstrap:
      return "token-bootstrap";
    case Test::token_jackknife:
      break;
  }
  return "token-jackknife";
}

std::string_view to_string(Correction correction) {
  switch (correction) {
    case Correction::bonferroni:
      return "bonferroni";
    case Correction::holm:
      return "holm";
    case Correction::bh:
      return "bh";
    case Correction::none:
      break;
  }
  return "none";
}

}  // namespace tacet
