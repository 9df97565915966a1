#pragma once

// The vector units that kernels are compiled for: all that Highway knows but those whose length is
// not known when this is compiled, since their vectors cannot stand in arrays.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
