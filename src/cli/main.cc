#include <exception>
#include <new>
#include <string>
#include <vector>

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

}  // namespace

int main(int argc, char** argv) {
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
