/// @file
/// Options of what is measured and how it is tested.
#pragma once

#include <cstdint>

#include <CLI/App.hpp>

#include "tacet/silence.h"

namespace tacet::cli {

// Each declares its options once; the structs must live as long as the app. Defaults that are
// shown are the values that the structs hold.

/// --states, --cosine and --exclude-first.
void declare_measure(CLI::App& app, SilenceOptions& options);
/// --dimensions and --geometry.
void declare_geometry(CLI::App& app, SilenceOptions& options);
/// --test, --alpha, --correction, --family and --pairs; `with_all` lets --test take `all`.
void declare_testing(CLI::App& app, SilenceOptions& options, bool with_all = false);
/// --draws alone, of the tests that draw at random.
void declare_draws(CLI::App& app, std::int64_t& draws);
/// --seed and --draws.
void declare_resampling(CLI::App& app, ResamplingOptions& options);
/// --precision.
void declare_precision(CLI::App& app, SilenceOptions& options);
/// --noise-floor, which sets the number of draws.
void declare_noise_floor(CLI::App& app, int& draws);

}  // namespace tacet::cli
