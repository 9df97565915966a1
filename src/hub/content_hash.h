#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hub/cache_layout.h"

struct evp_md_ctx_st;

namespace tacet::hub {

/// What the bytes of a file are known by.
struct ContentId {
  std::uint64_t size = 0;
  EtagKind kind = EtagKind::other;  ///< `other`: the size alone is known
  std::string hash;                 ///< hexadecimal, lower case; empty for `other`

  bool operator==(const ContentId&) const = default;
};

/// Hashes bytes as they come. Not for several threads at once.
class ContentHash {
 public:
  /// `size` is what the whole content will have: git puts it before the bytes. Nothing is hashed
  /// for EtagKind::other.
  ContentHash(EtagKind kind, std::uint64_t size);
  ~ContentHash();
  ContentHash(ContentHash&&) noexcept;
  ContentHash& operator=(ContentHash&&) noexcept;

  void update(std::string_view bytes);
  /// The hash in hexadecimal, empty for EtagKind::other. Called once, last.
  std::string finish();

 private:
  struct Cleaner {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Cleaner> context_;
};

/// Whether the file's bytes are those of `id`. False when there is no such regular file (links are
/// followed). Throws ModelError when it is there and cannot be read. Thread safe.
bool has_content(const std::filesystem::path& file, const ContentId& id);

}  // namespace tacet::hub
