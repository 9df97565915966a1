// What is printed, and the JSON.
#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "parts.h"
#include "tacet/error.h"

namespace calibration {
namespace {

/// Characters, not bytes, so that columns with "…" line up.
std::size_t width_of(std::string_view text) {
  constexpr unsigned kMask = 0xC0;
  constexpr unsigned kContinuation = 0x80;
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & kMask) != kContinuation; }));
}

void print_rows(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], width_of(row[k]));
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t k = 0; k < widths.size(); ++k) {
      fmt::print("| {}{} ", std::string(widths[k] - width_of(rows[r][k]), ' '), rows[r][k]);
    }
    fmt::print("|\n");
    if (r != 0) continue;
    for (const std::size_t width : widths) fmt::print("| {}: ", std::string(width - 1, '-'));
    fmt::print("|\n");
  }
}

}  // namespace

void print_part(const Part& part) {
  for (const std::size_t level : part.levels) {
    std::vector<std::vector<std::string>> rows = {part.columns};
    if (part.has_spread) rows.front().emplace_back("spread");
    for (const tacet::Test test : tacet::kAllTests) rows.front().emplace_back(to_string(test));
    double largest_error = 0;
    for (const Cell& cell : part.cells) {
      std::vector<std::string> row;
      std::ranges::transform(cell.names, std::back_inserter(row), text_of);
      if (part.has_spread) row.push_back(fmt::format("{:.2f}", cell.tally.spread()));
      for (std::size_t t = 0; t < kTests; ++t) {
        row.push_back(fmt::format("{:.1f}", 100 * cell.tally.rate(t, level)));
        largest_error = std::max(largest_error, cell.tally.rate_error(t, level));
      }
      rows.push_back(std::move(row));
    }
    fmt::print("\n### {}, in %, at {}\n\n", part.title, kLevelNames.at(level));
    print_rows(rows);
    fmt::print("\n{} trials a line; Monte-Carlo standard error at most {:.1f} points.\n",
               part.cells.front().tally.trials, 100 * largest_error);
  }
}

namespace {

/// In per cent with two decimals, which are those of 1 in 10,000 trials.
double per_cent(double share) {
  constexpr double kHundred = 100;
  return std::round(share * kHundred * kHundred) / kHundred;
}

/// One cell: its names, then per level the rates of all tests in per cent, and their
/// standard errors in points.
Json to_json(const Cell& cell, const Part& part) {
  Json json;
  for (std::size_t k = 0; k < cell.names.size(); ++k) json[part.columns[k]] = cell.names[k];
  json["trials"] = cell.tally.trials;
  if (part.has_spread) json["spread"] = per_cent(cell.tally.spread() / 100);
  for (const std::size_t level : part.levels) {
    Json rates = Json::array();
    Json errors = Json::array();
    for (std::size_t t = 0; t < kTests; ++t) {
      rates.push_back(per_cent(cell.tally.rate(t, level)));
      errors.push_back(per_cent(cell.tally.rate_error(t, level)));
    }
    json["rate"].push_back(std::move(rates));
    json["se"].push_back(std::move(errors));
  }
  return json;
}

}  // namespace

void write_json(const std::string& path, const Settings& settings, const std::vector<Part>& parts) {
  std::ofstream file(path);
  Json tests = Json::array();
  for (const tacet::Test test : tacet::kAllTests) tests.push_back(to_string(test));
  fmt::print(file, "{{\"trials\": {}, \"draws\": {}, \"seed\": {}, \"tests\": {}", settings.trials,
             settings.draws, settings.seed, tests.dump());
  for (const Part& part : parts) {
    Json levels = Json::array();
    for (const std::size_t level : part.levels) levels.push_back(kLevelNames.at(level));
    fmt::print(file, ",\n\"{}\": {{\"levels\": {}, \"cells\": [\n", part.name, levels.dump());
    for (std::size_t k = 0; k < part.cells.size(); ++k) {
      fmt::print(file, "{}{}\n", to_json(part.cells[k], part).dump(),
                 k + 1 < part.cells.size() ? "," : "");
    }
    fmt::print(file, "]}}");
  }
  fmt::print(file, "}}\n");
  if (!file.flush()) throw tacet::OutputError("'" + path + "' could not be written");
}

}  // namespace calibration
