#include "cli/style.h"

namespace tacet::cli {
namespace {

// The 16 basic colours: they follow the terminal's own theme, dark or light.
std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::title:
      return "1";
    case Ink::dim:
      return "2";
    case Ink::bar:
      return "36";
    case Ink::coupling:
      return "31";
    case Ink::decoupling:
      return "34";
    case Ink::cut:
      return "1;35";
    case Ink::warning:
      return "33";
  }
  return "";
}

}  // namespace

std::string Style::paint(Ink ink, std::string_view text) const {
  const std::string_view code = code_of(ink);
  const auto first = text.find_first_not_of(' ');
  if (!color_ || code.empty() || first == std::string_view::npos) return std::string(text);
  const auto last = text.find_last_not_of(' ') + 1;
  std::string out(text.substr(0, first));
  out.append("\x1b[").append(code).append("m");
  out.append(text.substr(first, last - first)).append("\x1b[0m");
  return out.append(text.substr(last));
}

}  // namespace tacet::cli
