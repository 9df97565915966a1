#include "store/csv.h"

namespace tacet::store {
namespace {

std::string cell(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return csv_field(value.get_ref<const std::string&>());
  return value.dump();
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_table(const Json& columns, const std::vector<Json>& rows) {
  std::string out;
  std::string_view separator;
  for (const auto& column : columns.items()) {
    out.append(separator).append(csv_field(column.key()));
    separator = ",";
  }
  out += "\n";
  for (const Json& row : rows) {
    separator = "";
    for (const auto& column : columns.items()) {
      out.append(separator).append(cell(row.at(column.key())));
      separator = ",";
    }
    out += "\n";
  }
  return out;
}

}  // namespace tacet::store
