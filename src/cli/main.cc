#include <exception>
#include <new>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cli/output.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/tool.h"
#include "tacet/error.h"

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int report(const char* message, int status) {
  tacet::cli::print_message("error", message);
  return status;
}

/// Keeps memory that was given back for what is asked for next: the measures take and give back
/// some hundred kilobytes thousands of times, and fresh pages cost more than what is computed in
/// them.
void keep_memory() {
#ifdef __GLIBC__
  constexpr int kAlways = 1 << 30;
  mallopt(M_TRIM_THRESHOLD, kAlways);
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory();
  try {
    tacet::cli::install_signal_handlers();
    tacet::cli::Tool tool;
    tool.run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
             tacet::cli::Terminal::detect());
    return 0;
  } catch (const tacet::UsageError& error) {
    return report(error.what(), kWrongUsage);
  } catch (const std::bad_alloc&) {
    return report("there is not enough memory for this; use a shorter prompt or a smaller model",
                  kFailed);
  } catch (const std::exception& error) {
    return report(error.what(), kFailed);
  }
}
