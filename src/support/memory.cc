#include "support/memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include <unistd.h>

namespace tacet::support {
namespace {

/// `MemAvailable` of /proc/meminfo, in bytes.
std::optional<std::uint64_t> system_memory() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  std::string unit;
  while (file >> name >> kibibytes && std::getline(file, unit)) {
    if (name == "MemAvailable:") return kibibytes * 1024;
  }
  return std::nullopt;
}

/// A number in a file of the control group; nullopt where there is none ("max" means no limit).
std::optional<std::uint64_t> group_value(const char* path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

/// Bytes of files' pages that the control group counts as used.
std::uint64_t group_file_pages() {
  std::ifstream file("/sys/fs/cgroup/memory.stat");
  std::string name;
  std::uint64_t bytes = 0;
  std::uint64_t sum = 0;
  while (file >> name >> bytes) {
    if (name == "inactive_file" || name == "active_file") sum += bytes;
  }
  return sum;
}

}  // namespace

std::uint64_t available_memory() {
  std::uint64_t available = std::numeric_limits<std::uint64_t>::max();
  if (const auto system = system_memory()) {
    available = *system;
  } else {
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long size = sysconf(_SC_PAGESIZE);
    if (pages > 0 && size > 0) {
      available = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size);
    }
  }
  const auto limit = group_value("/sys/fs/cgroup/memory.max");
  const auto used = group_value("/sys/fs/cgroup/memory.current");
  if (limit && used) {
    // Pages of files are given up when memory is asked for.
    const std::uint64_t taken = *used - std::min(*used, group_file_pages());
    available = std::min(available, *limit - std::min(*limit, taken));
  }
  return available;
}

}  // namespace tacet::support
