/// @file
/// A temporary folder that is gone when its test is.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include <stdlib.h>

namespace tacet::testing {

/// Makes an empty folder under the system's folder for temporary files and removes it, with all
/// that is in it, when the object goes. Throws std::filesystem::filesystem_error when it cannot be
/// made. One object belongs to one thread; several may exist at once.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "tacet-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::filesystem::filesystem_error("mkdtemp", name,
                                              std::error_code(errno, std::generic_category()));
    }
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// The folder.
  const std::filesystem::path& path() const { return path_; }
  /// A path in the folder.
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace tacet::testing
