#pragma once

#include <boost/math/policies/policy.hpp>

namespace tacet::stats {

namespace policies = boost::math::policies;

/// Results that leave the range of a number become 0 or infinity, as IEEE has it; nothing throws.
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::underflow_error<policies::ignore_error>,
                               policies::denorm_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;

}  // namespace tacet::stats
