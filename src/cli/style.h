#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tacet::cli {

/// A colour as screens mix it, and the number of one that comes close among the 256 that terminals
/// share (16 to 231 a cube of 6 x 6 x 6, then 24 greys).
struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  std::uint8_t number = 16;
  bool operator==(const Color&) const = default;
};

/// What a piece of the output means; the colours follow from it.
enum class Ink {
  plain,
  title,       ///< headings
  dim,         ///< what can be passed over
  bar,         ///< bars of the clean similarity
  coupling,    ///< tokens more alike
  decoupling,  ///< tokens less alike
  cut,         ///< where something is silenced
  warning,     ///< what the reader should not miss
  holds,       ///< a claim that holds
  in_part,     ///< one that holds in part
  fails,       ///< one that does not hold
};

/// Paints text with ANSI colours, or leaves it alone. A value; thread safe.
class Style {
 public:
  /// `true_color`: the terminal mixes any colour; else `fill` uses its 256.
  explicit Style(bool color = false, bool true_color = false)
      : color_(color), true_color_(true_color) {}

  /// Whether `paint` and `fill` add anything.
  bool color() const { return color_; }
  /// `text` in the colour of `ink`. Widths are to be filled before painting: the escapes count as
  /// bytes. Spaces at the ends stay outside of the colours.
  std::string paint(Ink ink, std::string_view text) const;
  /// `text` on a ground of this colour, spaces included, in the black or white that stands out.
  std::string fill(const Color& ground, std::string_view text) const;

 private:
  bool color_;
  bool true_color_;
};

}  // namespace tacet::cli
