/// @file
/// Values of options that several commands have.
#pragma once

#include <array>

#include "cli/terminal.h"
#include "tacet/sweep.h"

namespace tacet::cli {

inline constexpr std::array kColorModes = {ColorMode::automatic, ColorMode::always,
                                           ColorMode::never};

inline constexpr std::array kMetrics = {Metric::late, Metric::immediate, Metric::extreme,
                                        Metric::t,    Metric::cohen_dz,  Metric::onset};

}  // namespace tacet::cli
