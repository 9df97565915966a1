#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace tacet::report {

/// What a script may use up. A figure of the largest document takes a few seconds and some 200 MB.
struct ScriptLimits {
  std::size_t bytes = std::size_t{1} << 30;
  std::chrono::seconds time{120};
};

/// Runs the figures' script (web/src/figure.ts) on a document of `page_data` and a request, both
/// JSON in UTF-8, in an engine of its own; the answer is SVG in UTF-8. Throws Error with the
/// script's sentence, or where a limit is reached.
std::string run_figure_script(std::string_view page_data, std::string_view request,
                              const ScriptLimits& limits = {});

}  // namespace tacet::report
