#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tacet::cli {

/// No upper limit of parse_int().
inline constexpr int kAnyNumber = std::numeric_limits<int>::max();

/// The whole number that `text` is, in [low, high], decimal digits only. Throws UsageError naming
/// `option` for anything else.
int parse_int(std::string_view option, std::string_view text, int low, int high);

/// The number strictly between `low` and `high` that `text` is. Throws UsageError naming `option`.
double parse_between(std::string_view option, std::string_view text, double low, double high);

/// The number of bytes that `text` is: "300MB", "1.5 GiB", "1000000". The units are B, kB, MB, GB,
/// TB (powers of 1000) and KiB, MiB, GiB, TiB (of 1024), in any case. Throws UsageError naming
/// `option` for anything else, for less than one byte and for more than 64 bits hold.
std::uint64_t parse_size(std::string_view option, std::string_view text);

/// A count as people read it, in powers of 1000: "354.8 M", "241"; with the unit "B" "1.42 GB" and
/// "241 B". `count` is at least 0.
std::string format_count(std::int64_t count, std::string_view unit = {});

/// Bytes as people read them, "1.5 GiB": of memory, where powers of 1024 are meant.
std::string format_size(std::uint64_t bytes);

/// Token ids written `1,2,3`, blanks allowed. Throws UsageError naming `option` and the entry.
std::vector<std::int32_t> parse_ids(std::string_view option, std::string_view text);

/// Index of `text` among `choices`. Throws UsageError naming `option`, the choices and, where one
/// is near, the one probably meant.
std::size_t parse_choice(std::string_view option, std::string_view text,
                         std::span<const std::string> choices);

}  // namespace tacet::cli
