#include "cli/control_options.h"

#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cli/declare.h"
#include "cli/values.h"
#include "tacet/control.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr std::string_view kRotated = "rotated:";

}  // namespace

void declare_control(CLI::App& app, std::optional<std::int64_t>& n_controls) {
  const auto setter = [&n_controls](const std::string& text) {
    if (!text.starts_with(kRotated)) {
      throw UsageError(
          fmt::format("--control takes rotated:N, such as rotated:999, not '{}'", text));
    }
    n_controls = parse_int("--control rotated:N", text.substr(kRotated.size()),
                           static_cast<int>(kFewestControls), std::numeric_limits<int>::max());
  };
  add_value(app, "--control", "rotated:N", setter,
            fmt::format(
                "Is it the head, or any push of that size? Run N controls (at least {}), each "
                "pushing the stream by the head's contribution turned in a random direction, and "
                "the block's other heads scaled to the same size. All heads must be in one block. "
                "In the table and in JSON; --seed sets the directions.",
                kFewestControls))
      ->group("Testing");
}

}  // namespace tacet::cli
