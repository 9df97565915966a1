#include "model/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "model/shown.h"
#include "support/strict_json.h"
#include "tacet/error.h"

namespace tacet::model {
namespace {

static_assert(std::endian::native == std::endian::little,
              "safetensors files are little-endian and used in place");

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kMaxShownDimensions = 8;
constexpr std::string_view kMetadataKey = "__metadata__";
constexpr std::string_view kLfsSignature = "version https://git-lfs";

struct DtypeBits {
  std::string_view name;
  unsigned bits;
};

constexpr std::array<DtypeBits, 22> kDtypes{{
    {"BOOL", 8},        {"U8", 8},      {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8},
    {"F8_E8M0", 8},     {"I16", 16},    {"F8_E4M3FNUZ", 8}, {"U16", 16},    {"F16", 16},
    {"F8_E5M2FNUZ", 8}, {"BF16", 16},   {"I32", 32},        {"U32", 32},    {"F32", 32},
    {"I64", 64},        {"U64", 64},    {"F64", 64},        {"C64", 64},    {"F4", 4},
    {"F6_E2M3", 6},     {"F6_E3M2", 6},
}};

// A tensor as its header entry describes it, before the offsets are checked.
struct Entry {
  std::string name;
  DtypeBits dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Throws the error that is most helpful for a length field that cannot be right.
std::size_t checked_header_length(std::span<const std::byte> file, std::string_view where) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()),
                              std::min(file.size(), kLfsSignature.size()));
  if (text == kLfsSignature) {
    throw ModelError(
        fmt::format("{}: this is a git-LFS pointer, not the weights themselves; fetch them with "
                    "`git lfs pull` or download the file again",
                    where));
  }
  if (file.size() < kLengthBytes) {
    throw ModelError(fmt::format(
        "{}: {} bytes are too few for a safetensors file, which begins with the 8-byte length of "
        "its header; download the file again",
        where, file.size()));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > kMaxHeaderBytes) {
    throw ModelError(fmt::format(
        "{}: header too large: bytes 0 to 7 give its length as {}, the limit is {}; this is not a "
        "safetensors file, or it is damaged",
        where, length, kMaxHeaderBytes));
  }
  if (length > file.size() - kLengthBytes) {
    throw ModelError(fmt::format(
        "{}: invalid header length: bytes 0 to 7 give it as {}, but only {} bytes follow; the file "
        "is truncated or not a safetensors file",
        where, length, file.size() - kLengthBytes));
  }
  return static_cast<std::size_t>(length);
}

// The keys and values of the metadata. A file that breaks their rules is not a safetensors file.
std::vector<std::pair<std::string, std::string>> parse_metadata(const nlohmann::json& value,
                                                                std::string_view where) {
  if (value.is_null()) return {};
  const bool strings_only =
      value.is_object() &&
      std::all_of(value.begin(), value.end(), [](const auto& v) { return v.is_string(); });
  if (!strings_only) {
    throw ModelError(fmt::format(
        "{}: invalid header: '{}' must be an object of strings; write the file again with a "
        "current safetensors library",
        where, kMetadataKey));
  }
  std::vector<std::pair<std::string, std::string>> metadata;
  for (const auto& [key, text] : value.items()) {
    metadata.emplace_back(key, text.get_ref<const std::string&>());
  }
  return metadata;
}

[[noreturn]] void throw_bad_entry(std::string_view where, std::string_view name,
                                  std::string_view what) {
  throw ModelError(fmt::format("{}: invalid header: tensor {}: {}; the file is damaged", where,
                               shown(name), what));
}

// The unsigned integers of an array; nullopt when the value is anything else. Numbers with a
// fraction, an exponent or a sign, or beyond 64 bits, are not taken.
std::optional<std::vector<std::uint64_t>> unsigned_array(const nlohmann::json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  numbers.reserve(value.size());
  for (const auto& item : value) {
    if (!item.is_number_unsigned()) return std::nullopt;
    numbers.push_back(item.get<std::uint64_t>());
  }
  return numbers;
}

Entry parse_entry(const std::string& name, const nlohmann::json& value, std::string_view where) {
  if (!value.is_object()) throw_bad_entry(where, name, "its entry is not an object");
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!value.contains(key)) {
      throw_bad_entry(where, name, fmt::format("'{}' is missing", key));
    }
  }
  const nlohmann::json& dtype = value["dtype"];
  if (!dtype.is_string()) throw_bad_entry(where, name, "'dtype' is not a string");
  const auto& dtype_name = dtype.get_ref<const std::string&>();
  const auto* known = std::find_if(kDtypes.begin(), kDtypes.end(),
                                   [&](const DtypeBits& d) { return d.name == dtype_name; });
  if (known == kDtypes.end()) {
    throw_bad_entry(where, name, fmt::format("unknown dtype {}", shown(dtype_name)));
  }
  auto shape = unsigned_array(value["shape"]);
  if (!shape) throw_bad_entry(where, name, "'shape' is not an array of unsigned 64-bit integers");
  const auto offsets = unsigned_array(value["data_offsets"]);
  if (!offsets || offsets->size() != 2) {
    throw_bad_entry(where, name, "'data_offsets' is not a pair of unsigned 64-bit integers");
  }
  return Entry{name, *known, std::move(*shape), (*offsets)[0], (*offsets)[1]};
}

// Bytes of a tensor of this shape. A left fold with every product checked, as the reference does
// it: a zero at the end does not excuse an overflow before it.
std::uint64_t byte_size(const Entry& entry, std::string_view where) {
  std::uint64_t bits = 1;
  bool overflow = false;
  for (const std::uint64_t dimension : entry.shape) {
    overflow |= __builtin_mul_overflow(bits, dimension, &bits);
  }
  overflow |= __builtin_mul_overflow(bits, std::uint64_t{entry.dtype.bits}, &bits);
  if (overflow) {
    throw_bad_entry(where, entry.name,
                    fmt::format("its size overflows 64 bits, with shape {} and dtype {}",
                                format_shape(entry.shape), entry.dtype.name));
  }
  if (bits % 8 != 0) {
    throw_bad_entry(where, entry.name,
                    fmt::format("{} bits, from shape {} and dtype {}, are not a whole number of "
                                "bytes",
                                bits, format_shape(entry.shape), entry.dtype.name));
  }
  return bits / 8;
}

// Checks that the tensors, sorted by their place, lie one after another from 0 on, each as long
// as its shape says. Returns where the last one ends.
std::uint64_t checked_end(const std::vector<Entry>& entries, std::string_view where) {
  std::uint64_t running = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != running || entry.end < entry.begin) {
      throw_bad_entry(where, entry.name,
                      fmt::format("invalid offset: its data_offsets are [{}, {}], but it must "
                                  "begin at {}, without a hole or an overlap",
                                  entry.begin, entry.end, running));
    }
    const std::uint64_t size = byte_size(entry, where);
    if (entry.end - entry.begin != size) {
      throw_bad_entry(where, entry.name,
                      fmt::format("its data_offsets [{}, {}] hold {} bytes, but shape {} and "
                                  "dtype {} need {}",
                                  entry.begin, entry.end, entry.end - entry.begin,
                                  format_shape(entry.shape), entry.dtype.name, size));
    }
    running = entry.end;
  }
  return running;
}

void check_coverage(std::uint64_t wanted, std::uint64_t found, std::string_view where) {
  if (wanted > found) {
    throw ModelError(fmt::format(
        "{}: incomplete: the header describes {} bytes of data, but only {} are there; the file is "
        "truncated, download it again",
        where, wanted, found));
  }
  if (wanted < found) {
    throw ModelError(fmt::format(
        "{}: {} bytes follow the {} that the header describes; the file is damaged or still being "
        "written, download it again",
        where, found - wanted, wanted));
  }
}

/// The header: its tensors, sorted by their place, and `metadata`.
std::vector<Entry> parse_entries(std::string_view header, std::string_view where,
                                 std::vector<std::pair<std::string, std::string>>& metadata) {
  const nlohmann::json root =
      support::parse_strict_json(header, fmt::format("{}: header (from byte 8 on)", where));
  if (!root.is_object()) {
    throw ModelError(fmt::format(
        "{}: invalid header: it is not a JSON object; this is not a safetensors file", where));
  }
  std::vector<Entry> entries;
  entries.reserve(root.size());
  for (const auto& [name, value] : root.items()) {
    if (name == kMetadataKey) {
      metadata = parse_metadata(value, where);
    } else {
      entries.push_back(parse_entry(name, value, where));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  return entries;
}

}  // namespace

SafetensorsFile parse_safetensors(std::span<const std::byte> file, std::string_view where) {
  const std::size_t length = checked_header_length(file, where);
  const std::string_view header(reinterpret_cast<const char*>(file.data()) + kLengthBytes, length);
  SafetensorsFile result;
  std::vector<Entry> entries = parse_entries(header, where, result.metadata);
  const std::span<const std::byte> data = file.subspan(kLengthBytes + length);
  check_coverage(checked_end(entries, where), data.size(), where);

  result.data_offset = kLengthBytes + length;
  result.tensors.reserve(entries.size());
  for (Entry& entry : entries) {
    const auto begin = static_cast<std::size_t>(entry.begin);
    const auto size = static_cast<std::size_t>(entry.end - entry.begin);
    result.tensors.push_back({std::move(entry.name), entry.dtype.name, std::move(entry.shape),
                              data.subspan(begin, size)});
  }
  return result;
}

std::string format_shape(std::span<const std::uint64_t> shape) {
  const auto first = shape.first(std::min(shape.size(), kMaxShownDimensions));
  return fmt::format("[{}{}]", fmt::join(first, ", "), shape.size() > first.size() ? ", ..." : "");
}

}  // namespace tacet::model
