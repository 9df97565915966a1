#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"
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
    case Cosine::no_rogue:
      return "no-rogue";
  }
  return "";
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::none:
      return "none";
    case Role::connector:
      return "connector";
    case Role::separator:
      return "separator";
  }
  return "";
}

std::string to_string(Cosine cosine, int rogue_dimensions) {
  if (cosine != Cosine::no_rogue) return std::string(to_string(cosine));
  return fmt::format("{}:{}", to_string(cosine), rogue_dimensions);
}

CosineChoice parse_cosine(std::string_view text) {
  for (const Cosine kind : {Cosine::raw, Cosine::centred, Cosine::standardised}) {
    if (text == to_string(kind)) return {.kind = kind};
  }
  const std::string_view name = to_string(Cosine::no_rogue);
  if (text.starts_with(name) && (text.size() == name.size() || text[name.size()] == ':')) {
    const std::string_view digits = text.substr(std::min(name.size() + 1, text.size()));
    int count = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, count);
    if (error == std::errc() && stop == end && digits.front() != '0' && count > 0) {
      return {.kind = Cosine::no_rogue, .rogue_dimensions = count};
    }
    throw UsageError(
        fmt::format("'{}' does not say how many dimensions are left out: write no-rogue:3, with a "
                    "number from 1 to the model's d_model - 1",
                    support::escape_for_display(text)));
  }
  throw UsageError(
      fmt::format("'{}' is no kind of cosine: choose raw, centred, standardised or no-rogue:K",
                  support::escape_for_display(text)));
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
