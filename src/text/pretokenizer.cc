#include "text/pretokenizer.h"

#include <array>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <algorithm>
#include <cstddef>

#include <fmt/format.h>
#include <pcre2.h>

#include "tacet/error.h"
#include "tacet/tokenizer.h"

// Unicode's White_Space, for use within brackets.
#define TACET_WHITE_SPACE                                                                     \
  "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}" \
  "\\x{205f}\\x{3000}"

namespace tacet::text {
namespace {

std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> text = {};
  pcre2_get_error_message(error, text.data(), text.size());
  // PCRE2_UCHAR is an unsigned char here.
  return {text.data(), std::find(text.begin(), text.end(), PCRE2_UCHAR{0})};
}

struct FreeMatch {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

}  // namespace

const char* const kGpt2Pattern =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" TACET_WHITE_SPACE
    "\\p{L}\\p{N}]+|[" TACET_WHITE_SPACE "]+(?![^" TACET_WHITE_SPACE "])|[" TACET_WHITE_SPACE "]+";

Pretokenizer::Pretokenizer(const char* pattern, std::uint32_t match_limit)
    : match_limit_(match_limit) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  code_ = std::shared_ptr<pcre2_code>(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern), PCRE2_ZERO_TERMINATED,
                    PCRE2_UTF | PCRE2_ANCHORED, &error, &offset, nullptr),
      pcre2_code_free);
  if (code_ == nullptr) {
    throw Error(
        fmt::format("PCRE2 refuses the tokenizer's pattern at character {}: {}; tacet "
                    "needs a PCRE2 built with Unicode",
                    offset, message_of(error)));
  }
  // Where the machine forbids it, matching goes on without, only slower.
  pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE);
}

std::vector<std::string_view> Pretokenizer::split(std::string_view text) const {
  const std::unique_ptr<pcre2_match_data, FreeMatch> match(
      pcre2_match_data_create_from_pattern(code_.get(), nullptr));
  const std::unique_ptr<pcre2_match_context, FreeMatch> context(
      match_limit_ == 0 ? nullptr : pcre2_match_context_create(nullptr));
  if (context != nullptr) pcre2_set_match_limit(context.get(), match_limit_);

  std::vector<std::string_view> pieces;
  std::size_t at = 0;
  while (at < text.size()) {
    // The caller has checked the text; PCRE2 would check all the rest of it again at each piece.
    const int result = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                   text.size(), at, PCRE2_NO_UTF_CHECK, match.get(), context.get());
    if (result < 0) {
      throw Error(
          fmt::format("the text cannot be split at byte {}: {}; break long runs of the "
                      "same kind of character",
                      at, message_of(result)));
    }
    const std::size_t end = pcre2_get_ovector_pointer(match.get())[1];
    pieces.push_back(text.substr(at, end - at));
    at = end;
  }
  return pieces;
}

}  // namespace tacet::text

namespace tacet {

std::string unicode_version() {
  std::array<PCRE2_UCHAR, 24> version = {};
  pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, version.data());
  return {version.data(), std::find(version.begin(), version.end(), PCRE2_UCHAR{0})};
}

}  // namespace tacet
