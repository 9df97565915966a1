/// @file
/// Comma-separated values, quoted as RFC 4180 says; lines end in LF, for shell tools.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/json_values.h"

namespace tacet::store {

/// `text` as one field: in quotes, with its quotes doubled, where it holds a comma, a quote or a
/// line break; else as it is.
std::string csv_field(std::string_view text);

/// The keys of `columns` as header, then one line per object of `rows`, whose keys must be the
/// same: numbers and booleans as in JSON, strings without quotes where RFC 4180 allows it, null as
/// an empty field. Every line ends in LF.
std::string csv_table(const Json& columns, const std::vector<Json>& rows);

}  // namespace tacet::store
