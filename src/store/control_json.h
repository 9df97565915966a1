#pragma once

#include "store/json_values.h"
#include "tacet/control.h"

namespace tacet::store {

/// The value of `control` in `tacet.silence/1`. Throws NumericError for NaN.
Json control_json(const ControlResult& result);

}  // namespace tacet::store
