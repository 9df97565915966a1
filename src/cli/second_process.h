#pragma once

#include <string>
#include <vector>

namespace tacet::cli {

/// Runs this very program once more, with `arguments`, in a process of its own, and waits for its
/// end; it ends with this one. What it prints is dropped. Throws Error with its message when it
/// fails, or says why it could not be started.
void run_second_process(const std::vector<std::string>& arguments);

}  // namespace tacet::cli
