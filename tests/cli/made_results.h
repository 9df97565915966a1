#pragma once

#include "cli/view.h"
#include "tacet/silence.h"

namespace tacet::cli::testing {

/// A model of 5 blocks x 4 heads.
ModelView made_model();

/// Silencing L1H2: block 0 unchanged, then none, coupling, decoupling and an infinite t; one
/// negative mean; ln_f apart.
SilenceResult made_silence();

/// A clean trajectory of the same model, lowest in block 2.
TrajectoryResult made_trajectory();

}  // namespace tacet::cli::testing
