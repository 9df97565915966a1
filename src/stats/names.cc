#include "tacet/stats.h"

namespace tacet {

std::string_view to_string(Test test) {
  return test == Test::paired ? "paired" : "independent";
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
