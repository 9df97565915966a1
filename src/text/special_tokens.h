#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "text/vocabulary.h"

namespace tacet::text {

/// A stretch of text: one added token, or ordinary text.
struct Fragment {
  std::string_view text;
  std::optional<std::int32_t> id;  ///< of the added token
};

/// Finds added tokens in text: the leftmost first, of several the longest, and those that Hugging
/// Face does not normalize before the others. Immutable; safe to use from several threads.
class SpecialTokenFinder {
 public:
  explicit SpecialTokenFinder(const std::vector<AddedToken>& added);

  /// The fragments of `text`, none empty, in order; together they are the text. Tokens that are
  /// special are ordinary text unless `special_tokens`.
  std::vector<Fragment> split(std::string_view text, bool special_tokens) const;

 private:
  /// The tokens that begin with each byte, the longest first.
  using ByFirstByte = std::array<std::vector<AddedToken>, 256>;

  static void split_once(std::string_view text, const ByFirstByte& tokens, bool special_tokens,
                         std::vector<Fragment>& out);

  ByFirstByte raw_;         // normalized is false
  ByFirstByte normalized_;  // looked for in what is left
};

}  // namespace tacet::text
