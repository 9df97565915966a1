# Warnings and sanitizers as interface targets that every target of the project links.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_library(tacet_warnings INTERFACE)
target_compile_options(tacet_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-qual -Woverloaded-virtual -Wimplicit-fallthrough -Wundef)
# GCC 12 warns of overlapping copies inside std::string's own operator+ (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(tacet_warnings INTERFACE -Wno-restrict)
endif()
if(TACET_WARNINGS_AS_ERRORS)
  target_compile_options(tacet_warnings INTERFACE -Werror)
endif()

# No -ffast-math and no -march here: the same source order of operations everywhere, and a binary
# that runs on any x86-64 machine (Highway picks the vector unit at run time). Products are not
# contracted into fused multiply-adds, so that the statistics are the same on every machine.
add_compile_options(-ffp-contract=off)

if(TACET_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(TACET_SANITIZE)
endif()
