#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// TACET_EMBED(name, path), at namespace scope of a source file, puts the file `path` (a string
/// literal) into the program's read-only data, aligned to 64 bytes, and defines
/// `std::span<const std::byte> name()` for it. `name` must be unique in the program. The compiler
/// does not see the dependency: name the file in the source's OBJECT_DEPENDS property.
///
/// The assembler stores the length itself, since the distance of two symbols is not something that
/// C++ lets a program compute. Hidden symbols keep it position independent without a table.
// One line of assembly to a line.
// clang-format off
// NOLINTBEGIN(cppcoreguidelines-macro-usage)
#define TACET_EMBED(name, path)                                                     \
  __asm__(                                                                          \
      ".pushsection .rodata\n"                                                      \
      ".balign 64\n"                                                                \
      ".globl tacet_embedded_" #name "\n"                                           \
      ".hidden tacet_embedded_" #name "\n"                                          \
      ".type tacet_embedded_" #name ", %object\n"                                   \
      "tacet_embedded_" #name ":\n"                                                 \
      ".incbin \"" path "\"\n"                                                      \
      ".Ltacet_embedded_" #name "_end:\n"                                           \
      ".size tacet_embedded_" #name ", . - tacet_embedded_" #name "\n"              \
      ".balign 8\n"                                                                 \
      ".globl tacet_embedded_" #name "_size\n"                                      \
      ".hidden tacet_embedded_" #name "_size\n"                                     \
      ".type tacet_embedded_" #name "_size, %object\n"                              \
      "tacet_embedded_" #name "_size:\n"                                            \
      ".8byte .Ltacet_embedded_" #name "_end - tacet_embedded_" #name "\n"          \
      ".size tacet_embedded_" #name "_size, 8\n"                                    \
      ".popsection\n");                                                             \
  extern "C" {                                                                      \
  __attribute__((visibility("hidden")))                                             \
  extern const std::byte tacet_embedded_##name[];                                   \
  __attribute__((visibility("hidden")))                                             \
  extern const std::uint64_t tacet_embedded_##name##_size;                          \
  }                                                                                 \
  std::span<const std::byte> name() {                                               \
    return {tacet_embedded_##name,                                                  \
            static_cast<std::size_t>(tacet_embedded_##name##_size)};                \
  }                                                                                 \
  static_assert(true, "TACET_EMBED takes a semicolon")
// NOLINTEND(cppcoreguidelines-macro-usage)
// clang-format on
