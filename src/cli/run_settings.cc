#include "cli/run_settings.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "cli/output.h"
#include "model/weights.h"

namespace tacet::cli {

View view_for(const OutputOptions& options, const Terminal& terminal) {
  constexpr std::size_t kNarrowest = 80;
  constexpr std::size_t kWidest = 100;
  View view;
  view.width = std::clamp(options.out ? kWidest : terminal.width, kNarrowest, kWidest);
  view.quiet = options.quiet;
  view.verbose = options.verbose;
  view.style =
      Style(terminal.wants_color(options.color, options.out.has_value()), terminal.true_color);
  return view;
}

int usable_threads(int threads, bool quiet) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (threads <= cores) return threads;
  if (!quiet) {
    print_message("warning", fmt::format("--threads {} is more than the {} core{} of this machine; "
                                         "using {}",
                                         threads, cores, cores == 1 ? "" : "s", cores));
  }
  return cores;
}

void print_warnings(const Model& model) {
  for (const std::string& warning : model.weights().warnings) print_message("warning", warning);
}

void print_run_details(const OutputOptions& options, const Model& model, const Timing& timing) {
  if (!options.verbose) return;
  print_warnings(model);
  print_message("note", fmt::format("load {:.3f} s, forward {:.3f} s, analysis {:.3f} s",
                                    timing.load_s, timing.forward_s, timing.analysis_s));
}

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace tacet::cli
