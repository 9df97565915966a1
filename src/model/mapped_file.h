#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include <sys/stat.h>

#include "model/fault_guard.h"
#include "model/weights.h"

namespace tacet::model {

/// A file mapped for reading. Nothing is read when it is opened; its bytes come from the page cache
/// as they are touched, and may be read from any number of threads. When the file shrinks, the
/// bytes that were lost read as zeros and check_unchanged() throws.
class MappedFile final : public Storage {
 public:
  /// Maps `path`, through symbolic links. Throws ModelError when it is missing, not a regular
  /// file, empty, or cannot be opened or mapped.
  explicit MappedFile(const std::filesystem::path& path);

  /// All bytes of the file, as many as it had when it was opened. Starts at a page boundary.
  std::span<const std::byte> bytes() const { return map_.bytes; }

  /// Calls `read` while a page that is touched brings no others with it from the disk: for a few
  /// bytes here and there, where the system would read megabytes around each. Not to be called
  /// from several threads at once.
  template <typename Read>
  void read_sparsely(Read&& read) const {
    advise(/*sparse=*/true);
    read();
    advise(/*sparse=*/false);
  }

  /// Throws ModelError when the open file has another size or modification time than when it was
  /// opened, or when bytes of it were lost. A file put in its place by a rename does not matter:
  /// the map keeps the old one. Thread safe.
  void check_unchanged() const override;

 private:
  // Each owns one thing, so that a constructor that throws half-way leaves nothing behind.
  struct Descriptor {
    explicit Descriptor(int opened) : number(opened) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();
    int number;
  };
  struct Map {
    Map() = default;
    Map(const Map&) = delete;
    Map& operator=(const Map&) = delete;
    ~Map();
    std::span<const std::byte> bytes;
  };

  void advise(bool sparse) const;

  std::string where_;
  Descriptor descriptor_;
  struct stat opened_ = {};
  Map map_;
  std::optional<FaultGuard> guard_;  // last: gone before the range is unmapped
};

}  // namespace tacet::model
