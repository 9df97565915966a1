#include "cli/terminal.h"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace tacet::cli {
namespace {

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

std::string_view to_string(ColorMode mode) {
  switch (mode) {
    case ColorMode::automatic:
      return "auto";
    case ColorMode::always:
      return "always";
    case ColorMode::never:
      return "never";
  }
  return "";
}

Terminal Terminal::detect() {
  Terminal terminal;
  terminal.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  terminal.error_is_terminal = isatty(STDERR_FILENO) == 1;
  terminal.color_unwanted = !variable("NO_COLOR").empty() || variable("TERM") == "dumb";
  const std::string_view depth = variable("COLORTERM");
  terminal.true_color = depth == "truecolor" || depth == "24bit";
  winsize size{};
  if (terminal.out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
  }
  return terminal;
}

bool Terminal::wants_color(ColorMode mode, bool to_file) const {
  switch (mode) {
    case ColorMode::always:
      return true;
    case ColorMode::never:
      return false;
    case ColorMode::automatic:
      break;
  }
  return out_is_terminal && !color_unwanted && !to_file;
}

}  // namespace tacet::cli
