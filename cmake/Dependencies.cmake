# Every dependency, each with its reason. Vendor headers appear only in the folder named.
find_package(PkgConfig REQUIRED)
find_package(TBB 2021 REQUIRED)                     # support: threads
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy>=1.0)   # engine: vectors of any machine
find_package(Boost 1.74 REQUIRED)                   # stats: Boost.Math's distributions
find_package(nlohmann_json 3.11 REQUIRED)           # model, text: strict JSON; store: output
find_package(CLI11 2.1 REQUIRED)                    # cli: options, help, completions
find_package(fmt 9 REQUIRED)                        # number and table formatting
find_package(Eigen3 3.4 REQUIRED NO_MODULE)         # measure: symmetric eigenvalues
find_package(SQLite3 3.35 REQUIRED)                 # store: results that outlive the process
find_package(CURL 7.85 REQUIRED)                    # hub: HTTP, TLS and proxies
find_package(OpenSSL 3.0 REQUIRED)                  # hub: SHA-256 and git's SHA-1 of what arrives
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)  # text: Unicode classes of the BPE
pkg_check_modules(DUKTAPE REQUIRED IMPORTED_TARGET duktape)  # report: runs the figures' script
pkg_check_modules(RSVG REQUIRED IMPORTED_TARGET librsvg-2.0>=2.52 cairo)
                                                    # report: PNG and PDF of SVG

if(TACET_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)                 # tests
endif()
if(TACET_BUILD_BENCH)
  find_package(benchmark 1.7 REQUIRED)              # bench
  find_package(OneDNN 2.6 REQUIRED)                 # bench: a yardstick for matrix products
  find_package(OpenMP REQUIRED COMPONENTS CXX)      # bench: the threads of oneDNN
endif()
