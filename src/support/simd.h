#pragma once

/// Compiles a function several times, for the vector units that x86-64 machines may have, and picks
/// the widest at load time: the rest of the program stays runnable on any x86-64 machine. Sanitizer
/// builds leave it out, since the resolver runs before their runtime is ready.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(TACET_SANITIZE)
#define TACET_SIMD_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TACET_SIMD_CLONES
#endif
