#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// PCRE2's compiled pattern, whose header stays out of this one.
struct pcre2_real_code_8;

namespace tacet::text {

/// GPT-2's pattern, alternatives from left to right, with \s written out as Unicode's White_Space:
/// PCRE2's own \s also has U+180E, or without UCP only ASCII.
extern const char* const kGpt2Pattern;

/// Cuts text into the pieces within which bytes are merged. Immutable after construction; safe to
/// use from several threads.
class Pretokenizer {
 public:
  /// Compiles `pattern`, which must match at each place of each text. `match_limit` bounds the
  /// steps that one match may take; 0 means PCRE2's own limit. Throws Error when PCRE2 refuses the
  /// pattern, as a PCRE2 without Unicode does.
  explicit Pretokenizer(const char* pattern = kGpt2Pattern, std::uint32_t match_limit = 0);

  /// The pieces of `text`, which must be UTF-8, in order; together they are the text. Time is
  /// linear in its length. Throws Error naming the byte when PCRE2 gives up.
  std::vector<std::string_view> split(std::string_view text) const;

 private:
  std::shared_ptr<pcre2_real_code_8> code_;
  std::uint32_t match_limit_;
};

}  // namespace tacet::text
