#include "tacet/silence.h"

namespace tacet {

std::string_view to_string(StatesKind kind) {
  return kind == StatesKind::block ? "block" : "hf";
}

std::string_view to_string(Family family) {
  switch (family) {
    case Family::blocks:
      return "blocks";
    case Family::reachable:
      return "reachable";
    case Family::sweep:
      return "sweep";
  }
  return "";
}

std::string_view to_string(PairsKind kind) {
  return kind == PairsKind::movable ? "movable" : "all";
}

std::string_view to_string(Cosine cosine) {
  switch (cosine) {
    case Cosine::raw:
      return "raw";
    case Cosine::centred:
      return "centred";
    case Cosine::standardised:
      return "standardised";
  }
  return "";
}

std::string_view to_string(Precision precision) {
  return precision == Precision::float64 ? "double" : "float";
}

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::none:
      return "none";
    case Effect::coupling:
      return "coupling";
    case Effect::decoupling:
      return "decoupling";
    case Effect::unchanged:
      return "unchanged";
  }
  return "";
}

}  // namespace tacet
