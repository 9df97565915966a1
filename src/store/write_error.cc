#include "store/write_error.h"

#include <cerrno>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {
namespace {

std::string_view advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space there or choose another place";
    case EFBIG:
      return "raise the limit on the size of files or choose another place";
    case ENOENT:
    case ENOTDIR:
      return "create its folder first or correct the path";
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a file and a folder that you may write to";
    case EISDIR:
      return "name a file, not a folder";
    default:
      return "choose another file";
  }
}

}  // namespace

void fail_to_write(const std::filesystem::path& file, int error) {
  throw OutputError(fmt::format("cannot write '{}': {}; {}",
                                support::escape_for_display(file.string()),
                                std::generic_category().message(error), advice(error)));
}

}  // namespace tacet::store
