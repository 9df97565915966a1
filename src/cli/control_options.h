#pragma once

#include <cstdint>
#include <optional>

#include <CLI/App.hpp>

namespace tacet::cli {

/// --control rotated:N: `n_controls` is how many, nullopt without the option.
void declare_control(CLI::App& app, std::optional<std::int64_t>& n_controls);

}  // namespace tacet::cli
