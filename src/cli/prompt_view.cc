#include "cli/prompt_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

constexpr std::string_view kIndent = "  ";
constexpr std::size_t kManyTokens = 40;  // beyond, ids and positions would bury the table

struct Chip {
  std::string position;
  std::string piece;
  std::string id;
  bool touched = false;

  std::size_t width() const { return std::max({position.size(), display_width(piece), id.size()}); }
};

std::vector<Chip> chips_of(const std::vector<Token>& tokens, std::span<const int> touched) {
  std::vector<Chip> chips;
  for (const Token& token : tokens) {
    Chip chip;
    const auto position = static_cast<int>(chips.size());
    chip.touched = std::ranges::find(touched, position) != touched.end();
    chip.position = fmt::format("{}", position);
    chip.id = fmt::format("{}", token.id);
    const std::string piece = truncate(visible_piece(token), kWidestPiece);
    chip.piece = chip.touched ? "[" + piece + "]" : piece;
    chips.push_back(chip);
  }
  return chips;
}

/// The chips of one line, three lines of text.
std::string chip_lines(std::span<const Chip> chips, const Style& style) {
  std::string positions(kIndent);
  std::string pieces(kIndent);
  std::string ids(kIndent);
  for (const Chip& chip : chips) {
    const std::size_t width = chip.width() + 1;
    positions += pad_right(chip.position, width);
    ids += pad_right(chip.id, width);
    const std::string piece = pad_right(chip.piece, width);
    pieces += style.paint(chip.touched ? Ink::cut : Ink::plain, piece);
  }
  std::string out;
  for (const std::string& line :
       {style.paint(Ink::dim, positions), pieces, style.paint(Ink::dim, ids)}) {
    out += without_trailing_spaces(line) + "\n";
  }
  return out;
}

std::string pieces_only(std::span<const Chip> chips, std::size_t width, const Style& style) {
  std::string out;
  std::string line(kIndent);
  std::size_t taken = kIndent.size();
  for (const Chip& chip : chips) {
    const std::size_t piece_width = display_width(chip.piece);
    if (taken > kIndent.size() && taken + piece_width > width) {
      out += line + "\n";
      line = kIndent;
      taken = kIndent.size();
    }
    line += style.paint(chip.touched ? Ink::cut : Ink::plain, chip.piece);
    taken += piece_width;
    if (taken < width) line += style.paint(Ink::dim, "|");
    ++taken;
  }
  return out + line + "\n";
}

}  // namespace

std::string visible_piece(const Token& token) {
  if (token.text.empty()) return fmt::format("<{}>", token.id);
  const std::string escaped = support::escape_for_display(token.text);
  const std::size_t first = std::min(escaped.find_first_not_of(' '), escaped.size());
  const std::size_t last = first == escaped.size() ? first : escaped.find_last_not_of(' ') + 1;
  std::string out;
  for (std::size_t i = 0; i < first; ++i) out += "␣";
  out += escaped.substr(first, last - first);
  for (std::size_t i = last; i < escaped.size(); ++i) out += "␣";
  return out;
}

std::string render_prompt(const std::vector<Token>& tokens, std::span<const int> touched,
                          std::size_t width, const Style& style) {
  const std::vector<Chip> chips = chips_of(tokens, touched);
  if (chips.size() > kManyTokens) return pieces_only(chips, width, style);
  std::string out;
  std::span<const Chip> rest(chips);
  while (!rest.empty()) {
    std::size_t count = 0;
    std::size_t taken = kIndent.size();
    while (count < rest.size() && (count == 0 || taken + rest[count].width() <= width)) {
      taken += rest[count].width() + 1;
      ++count;
    }
    out += chip_lines(rest.first(count), style);
    rest = rest.subspan(count);
  }
  return out;
}

}  // namespace tacet::cli
