#include "report/figure_script.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include <duktape.h>
#include <fmt/format.h>

#include "support/incbin.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::report {
namespace {

TACET_EMBED(figure_script, TACET_FIGURE_SCRIPT);

constexpr const char* kFunction = "tacetFigure";
/// Space before each block that holds its size; keeps what follows aligned.
constexpr std::size_t kHeader = alignof(std::max_align_t) < 16 ? 16 : alignof(std::max_align_t);
/// The clock is read once in so many allocations.
constexpr std::uint64_t kClockEvery = 1024;

/// Memory of one engine, counted, and given only until the time is over. The engine has no other
/// hook: a script that computes without end allocates without end.
class Allowance {
 public:
  explicit Allowance(const ScriptLimits& limits)
      : limits_(limits), end_(std::chrono::steady_clock::now() + limits.time) {}

  void* resize(void* block, std::size_t size) {
    std::byte* const old = block ? static_cast<std::byte*>(block) - kHeader : nullptr;
    const std::size_t old_size = old ? size_of(old) : 0;
    if (size == 0) {
      used_ -= old_size;
      std::free(old);
      return nullptr;
    }
    if (is_over() || size > limits_.bytes || used_ - old_size > limits_.bytes - size) {
      refused_ = true;
      return nullptr;
    }
    auto* const grown = static_cast<std::byte*>(std::realloc(old, size + kHeader));
    if (!grown) return nullptr;
    std::memcpy(grown, &size, sizeof size);
    used_ = used_ - old_size + size;
    return grown + kHeader;
  }

  /// Whether a request was refused because of a limit.
  [[nodiscard]] bool refused() const { return refused_; }
  [[nodiscard]] bool out_of_time() const { return over_; }

 private:
  static std::size_t size_of(const std::byte* block) {
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof size);
    return size;
  }

  bool is_over() {
    if (!over_ && ++count_ % kClockEvery == 0) over_ = std::chrono::steady_clock::now() > end_;
    return over_;
  }

  ScriptLimits limits_;
  std::chrono::steady_clock::time_point end_;
  std::size_t used_ = 0;
  std::uint64_t count_ = 0;
  bool over_ = false;
  bool refused_ = false;
};

void* allocate(void* allowance, duk_size_t size) {
  return static_cast<Allowance*>(allowance)->resize(nullptr, size);
}

void* reallocate(void* allowance, void* block, duk_size_t size) {
  return static_cast<Allowance*>(allowance)->resize(block, size);
}

void release(void* allowance, void* block) {
  static_cast<Allowance*>(allowance)->resize(block, 0);
}

/// The engine calls this where it cannot go on at all; it must not return. All code runs in a
/// protected call, so that this is a fault of the engine itself.
[[noreturn]] void give_up(void* /*allowance*/, const char* message) {
  throw Error(fmt::format("the engine that draws figures gave up: {}", message ? message : "?"));
}

struct Call {
  std::string_view page_data;
  std::string_view request;
};

/// In a protected call: leaves the answer on the stack, or fails with an error there.
duk_ret_t evaluate(duk_context* context, void* data) {
  const Call& call = *static_cast<const Call*>(data);
  const std::span<const std::byte> script = figure_script();
  duk_push_string(context, "figure.js");
  duk_compile_lstring_filename(context, 0, reinterpret_cast<const char*>(script.data()),
                               script.size());
  duk_call(context, 0);
  duk_pop(context);
  duk_get_global_string(context, kFunction);
  duk_push_lstring(context, call.page_data.data(), call.page_data.size());
  duk_push_lstring(context, call.request.data(), call.request.size());
  duk_call(context, 2);
  duk_require_string(context, -1);
  return 1;
}

/// What the engine's top of the stack says, in its own encoding of strings.
std::string_view top_of(duk_context* context) {
  duk_size_t size = 0;
  const char* const text = duk_safe_to_lstring(context, -1, &size);
  return {text, size};
}

bool is_surrogate(std::string_view text, std::size_t at, unsigned first, unsigned last) {
  if (at + 2 >= text.size() || text[at] != '\xed') return false;
  const auto second = static_cast<unsigned char>(text[at + 1]);
  return second >= first && second <= last;
}

unsigned low_bits(std::string_view text, std::size_t at) {
  return ((static_cast<unsigned char>(text[at + 1]) & 0x0FU) << 6U) |
         (static_cast<unsigned char>(text[at + 2]) & 0x3FU);
}

/// UTF-8 of the engine's strings: a pair of surrogates, three bytes each there, is one character of
/// four; a half alone becomes U+FFFD.
std::string utf8_of(std::string_view text) {
  std::string utf8;
  utf8.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (is_surrogate(text, at, 0xA0, 0xAF) && is_surrogate(text, at + 3, 0xB0, 0xBF)) {
      const unsigned code = 0x10000U + (low_bits(text, at) << 10U) + low_bits(text, at + 3);
      utf8 += static_cast<char>(0xF0U | (code >> 18U));
      utf8 += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
      utf8 += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
      utf8 += static_cast<char>(0x80U | (code & 0x3FU));
      at += 6;
      continue;
    }
    utf8 += text[at++];
  }
  return support::replace_invalid_utf8(utf8);
}

[[noreturn]] void fail(duk_context* context, const Allowance& allowance,
                       const ScriptLimits& limits) {
  if (allowance.out_of_time()) {
    throw Error(
        fmt::format("the figure took longer than {} s; ask for one of fewer heads or tokens",
                    limits.time.count()));
  }
  if (allowance.refused()) {
    throw Error(
        fmt::format("the figure takes more than {} MiB; ask for one of fewer heads or tokens",
                    limits.bytes >> 20U));
  }
  std::string message = utf8_of(top_of(context));
  constexpr std::string_view kPlain = "Error: ";
  if (message.starts_with(kPlain)) throw Error(message.substr(kPlain.size()));
  throw Error("the figure could not be drawn: " + message);
}

}  // namespace

std::string run_figure_script(std::string_view page_data, std::string_view request,
                              const ScriptLimits& limits) {
  Allowance allowance(limits);
  const std::unique_ptr<duk_context, decltype(&duk_destroy_heap)> context(
      duk_create_heap(allocate, reallocate, release, &allowance, give_up), duk_destroy_heap);
  if (!context) throw Error("there is no memory for the engine that draws figures");
  Call call{.page_data = page_data, .request = request};
  if (duk_safe_call(context.get(), evaluate, &call, 0, 1) != DUK_EXEC_SUCCESS) {
    fail(context.get(), allowance, limits);
  }
  return utf8_of(top_of(context.get()));
}

}  // namespace tacet::report
