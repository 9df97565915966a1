#pragma once

#include <string>
#include <string_view>

namespace tacet::cli {

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
};

/// Paints text with ANSI colours, or leaves it alone. A value; thread safe.
class Style {
 public:
  explicit Style(bool color = false) : color_(color) {}

  /// Whether `paint` adds anything.
  bool color() const { return color_; }
  /// `text` in the colour of `ink`. Widths are to be filled before painting: the escapes count as
  /// bytes. Spaces at the ends stay outside of the colours.
  std::string paint(Ink ink, std::string_view text) const;

 private:
  bool color_;
};

}  // namespace tacet::cli
