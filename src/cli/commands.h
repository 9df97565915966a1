#pragma once

#include <functional>

#include <CLI/App.hpp>

#include "cli/terminal.h"

namespace tacet::cli {

/// A command that was declared: its part of the command line, and what it does.
struct Command {
  CLI::App* app = nullptr;
  /// Runs it with the options that were parsed; throws tacet's errors.
  std::function<void(const Terminal&)> run;
};

// Each declares one command below `root`, which must outlive it.

Command declare_silence(CLI::App& root);
Command declare_sweep(CLI::App& root);
Command declare_study(CLI::App& root);
Command declare_trajectory(CLI::App& root);
Command declare_patch(CLI::App& root);
Command declare_predict(CLI::App& root);
Command declare_report(CLI::App& root);
Command declare_figure(CLI::App& root);
Command declare_tokens(CLI::App& root);
Command declare_pull(CLI::App& root);
Command declare_models(CLI::App& root);
Command declare_check(CLI::App& root);
Command declare_make_prompts(CLI::App& root);
Command declare_completions(CLI::App& root);
Command declare_man(CLI::App& root);

}  // namespace tacet::cli
