#include "model/blob_hash.h"

#include <system_error>

namespace tacet::model {

std::string stated_sha256(const std::filesystem::path& file) {
  constexpr std::size_t kDigits = 64;
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(file, error);
  if (error || target.parent_path().filename() != "blobs") return {};
  std::string name = target.filename().string();
  const bool is_hash =
      name.size() == kDigits && name.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hash ? name : std::string();
}

}  // namespace tacet::model
