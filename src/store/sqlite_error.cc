#include "store/sqlite_error.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <sqlite3.h>

#include "support/utf8.h"

namespace tacet::store {
namespace {

int primary(int code) {
  return code & 0xff;
}

}  // namespace

bool is_damage(int code) {
  return primary(code) == SQLITE_CORRUPT || primary(code) == SQLITE_NOTADB ||
         code == SQLITE_IOERR_CORRUPTFS;
}

std::string problem_of(int code, int error, std::string_view message) {
  switch (primary(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "it is being written by another process";
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "file or folder are read-only";
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (error != 0) return std::generic_category().message(error);
      break;
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return fmt::format("it is not laid out as its version says ({})",
                         support::escape_for_display(message));
    default:
      break;
  }
  return support::escape_for_display(message);
}

std::string_view advice_for(int code, int error) {
  switch (primary(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "wait until that has ended, or name another file";
    case SQLITE_FULL:
      return "free some space and start the same command again: it goes on where it was";
    case SQLITE_IOERR:
      if (error == EFBIG) {
        return "raise the limit on the size of files and start the same command again: it goes on "
               "where it was";
      }
      return "see to the disk and start the same command again: it goes on where it was";
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return "restore it from a copy, or name another file";
    default:
      return "choose a file and a folder that you may write to, for the files that stand beside a "
             "database while it is open too";
  }
}

}  // namespace tacet::store
