#include "report/figure_script.h"

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
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
/// The clock is read once in so many allocations.
constexpr std::uint64_t kClockEvery = 1024;

/// Why an engine was left before it was done.
enum class Stop { none, memory, time, fault };

/// Memory of one engine, counted, and given only until the time is over: the engine has no other
/// hook, and a script that computes without end allocates without end. Where a limit is reached the
/// engine is left by a jump, since one that is refused memory needs memory for saying so. Its
/// blocks are freed here, all of them; nothing of it is used any more.
class Allowance {
 public:
  explicit Allowance(const ScriptLimits& limits)
      : limits_(limits), end_(std::chrono::steady_clock::now() + limits.time) {}
  Allowance(const Allowance&) = delete;
  Allowance& operator=(const Allowance&) = delete;
  ~Allowance() {
    while (first_) free_block(first_);
  }

  /// As `realloc`, but never without success.
  void* resize(void* place, std::size_t size) {
    Block* const old = place ? static_cast<Block*>(place) - 1 : nullptr;
    const std::size_t old_size = old ? old->size : 0;
    if (size == 0) {
      if (old) free_block(old);
      return nullptr;
    }
    if (++count_ % kClockEvery == 0 && std::chrono::steady_clock::now() > end_) leave(Stop::time);
    if (size > limits_.bytes || used_ - old_size > limits_.bytes - size) leave(Stop::memory);
    auto* const block = static_cast<Block*>(std::realloc(old, sizeof(Block) + size));
    if (!block) leave(Stop::memory);
    if (!old) {
      block->previous = nullptr;
      block->next = first_;
    }
    block->size = size;
    (block->previous ? block->previous->next : first_) = block;
    if (block->next) block->next->previous = block;
    used_ = used_ - old_size + size;
    return block + 1;
  }

  /// Ends the script: `way_out` returns again, with `stop` not none.
  [[noreturn]] void leave(Stop why) {
    stop = why;
    std::longjmp(way_out, 1);  // NOLINT(cert-err52-cpp): through C, which knows no exceptions
  }

  std::jmp_buf way_out{};
  Stop stop = Stop::none;

 private:
  /// Stands before each block's memory.
  struct alignas(std::max_align_t) Block {
    Block* previous;
    Block* next;
    std::size_t size;
  };

  void free_block(Block* block) {
    (block->previous ? block->previous->next : first_) = block->next;
    if (block->next) block->next->previous = block->previous;
    used_ -= block->size;
    std::free(block);
  }

  ScriptLimits limits_;
  std::chrono::steady_clock::time_point end_;
  Block* first_ = nullptr;
  std::size_t used_ = 0;
  std::uint64_t count_ = 0;
};

void* allocate(void* allowance, duk_size_t size) {
  return static_cast<Allowance*>(allowance)->resize(nullptr, size);
}

void* reallocate(void* allowance, void* place, duk_size_t size) {
  return static_cast<Allowance*>(allowance)->resize(place, size);
}

void release(void* allowance, void* place) {
  static_cast<Allowance*>(allowance)->resize(place, 0);
}

/// The engine calls this where it cannot go on, and it must not return. All code runs in a
/// protected call, so that this is a fault of the engine itself.
void give_up(void* allowance, const char* /*message*/) {
  static_cast<Allowance*>(allowance)->leave(Stop::fault);
}

struct Call {
  std::string_view page_data;
  std::string_view request;
  /// The SVG, or what went wrong; the engine's own, in its encoding of strings.
  std::string_view answer{};
  bool succeeded = false;
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

/// Runs the script and leaves its answer in `call`; false where it was left before the end. Holds
/// nothing that a jump would forget.
bool run(Allowance& allowance, Call& call) {
  if (setjmp(allowance.way_out) != 0) return false;  // NOLINT(cert-err52-cpp)
  duk_context* const context = duk_create_heap(allocate, reallocate, release, &allowance, give_up);
  if (!context) allowance.leave(Stop::memory);
  call.succeeded = duk_safe_call(context, evaluate, &call, 0, 1) == DUK_EXEC_SUCCESS;
  duk_size_t size = 0;
  const char* const text = duk_safe_to_lstring(context, -1, &size);
  call.answer = {text, size};
  return true;
}

[[noreturn]] void fail(Stop stop, const ScriptLimits& limits) {
  constexpr const char* kAdvice = "ask for one of fewer heads or tokens";
  switch (stop) {
    case Stop::time:
      throw Error(
          fmt::format("the figure took longer than {} s; {}", limits.time.count(), kAdvice));
    case Stop::memory:
      throw Error(fmt::format("the figure takes more than the {} MiB that there are for it; {}",
                              limits.bytes >> 20U, kAdvice));
    default:
      throw Error("the engine that draws figures gave up; please report it");
  }
}

}  // namespace

std::string run_figure_script(std::string_view page_data, std::string_view request,
                              const ScriptLimits& limits) {
  Allowance allowance(limits);
  Call call{.page_data = page_data, .request = request};
  if (!run(allowance, call)) fail(allowance.stop, limits);
  std::string answer = utf8_of(call.answer);
  if (call.succeeded) return answer;
  constexpr std::string_view kPlain = "Error: ";
  if (answer.starts_with(kPlain)) throw Error(answer.substr(kPlain.size()));
  throw Error("the figure could not be drawn: " + answer);
}

}  // namespace tacet::report
