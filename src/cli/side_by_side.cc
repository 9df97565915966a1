#include "cli/side_by_side.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/width.h"

namespace tacet::cli {
namespace {

/// Columns that a line takes, escapes of colours left out.
std::size_t visible_width(std::string_view line) {
  std::string plain;
  while (!line.empty()) {
    const std::size_t escape = line.find("\x1b[");
    plain += line.substr(0, escape);
    if (escape == std::string_view::npos) break;
    line.remove_prefix(escape);
    line.remove_prefix(std::min(line.find('m'), line.size() - 1) + 1);
  }
  return display_width(plain);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

std::string beside(const std::string& left, const std::string& right, std::size_t at) {
  const std::vector<std::string> first = lines_of(left);
  const std::vector<std::string> second = lines_of(right);
  std::string out;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    std::string line = i < first.size() ? first[i] : "";
    if (i < second.size() && !second[i].empty()) {
      const std::size_t taken = visible_width(line);
      line.append(taken < at ? at - taken : 1, ' ').append(second[i]);
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace tacet::cli
