#pragma once

#include <cstddef>
#include <string_view>

namespace tacet::cli {

/// `--color`.
enum class ColorMode { automatic, always, never };

/// Name as the command line spells it: auto, always, never.
std::string_view to_string(ColorMode mode);

/// What the tool is attached to, read once at the start.
struct Terminal {
  bool out_is_terminal = false;    ///< standard output
  bool error_is_terminal = false;  ///< standard error
  bool color_unwanted = false;     ///< NO_COLOR is set and not empty, or TERM is "dumb"
  bool true_color = false;         ///< COLORTERM says that any colour can be mixed
  std::size_t width = 100;         ///< columns of standard output; 100 where it is no terminal

  /// Asks the system about this process. Thread safe.
  static Terminal detect();

  /// Whether to colour: `always` and `never` are obeyed; `auto` means a terminal that takes colour
  /// and a result that is not written to a file.
  bool wants_color(ColorMode mode, bool to_file) const;
};

}  // namespace tacet::cli
