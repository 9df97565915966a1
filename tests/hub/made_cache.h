/// @file
/// Hugging Face caches made by hand, as huggingface_hub leaves them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace tacet::testing {

inline constexpr const char* kCommitA = "607a30d783dfa663caf39e06633721c8d4cfcd7e";
inline constexpr const char* kCommitB = "607a30e000000000000000000000000000000000";

/// Writes a file, and the folders that it is in.
inline void put_file(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

/// A blob, and the snapshot's link to it.
inline void put_blob(const std::filesystem::path& repo, const std::string& commit,
                     const std::string& name, const std::string& etag, const std::string& text) {
  put_file(repo / "blobs" / etag, text);
  const std::filesystem::path link = repo / "snapshots" / commit / name;
  std::filesystem::create_directories(link.parent_path());
  std::filesystem::create_symlink(std::filesystem::path("../../blobs") / etag, link);
}

/// A repository with config.json and model.safetensors (not real ones) at `commit`, where `main`
/// stands.
inline void put_repo(const std::filesystem::path& repo, const std::string& commit) {
  put_file(repo / "refs" / "main", commit);
  put_blob(repo, commit, "config.json", "c0", "{}");
  put_blob(repo, commit, "model.safetensors", "3a", "weights");
}

}  // namespace tacet::testing
