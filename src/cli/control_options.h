#pragma once

#include <cstdint>
#include <optional>

#include <CLI/App.hpp>

namespace tacet::cli {

/// --control rotated:N: `n_controls` is how many, nullopt without the option.
void declare_control(CLI::App& app, std::optional<std::int64_t>& n_controls);

/// --control rotated:N and --seed of `study`, whose sets of pushes stand in for a block's heads.
void declare_study_control(CLI::App& app, std::optional<std::int64_t>& n_controls,
                           std::optional<std::uint64_t>& seed);

}  // namespace tacet::cli
