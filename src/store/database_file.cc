#include "store/database_file.h"

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sweep_schema.h"
#include "store/write_error.h"
#include "support/utf8.h"

namespace tacet::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAskForDatabase =
    "name a database that `tacet sweep --db`, or predict or patch, has written";

std::string shown(const fs::path& file) {
  return support::escape_for_display(file.string());
}

/// Whether this process may do `mode` (R_OK, W_OK) to `path`; errno says why not.
bool may(const fs::path& path, int mode) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

/// A file that SQLite keeps beside the database while that is open, or after a killed writer.
fs::path beside(const fs::path& file, const char* suffix) {
  return fs::path(file).concat(suffix);
}

/// Whether a killed writer has left rows that are not in the file itself yet.
bool has_log(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(beside(file, "-wal"), error);
  return !error && size > 0;
}

/// Whether SQLite's files beside the database can neither be made nor are there already.
bool is_frozen(const fs::path& file) {
  std::error_code ignored;
  const bool may_write = may(file, W_OK) && may(file.parent_path(), W_OK | X_OK);
  return !may_write && !fs::exists(beside(file, "-wal"), ignored) &&
         !fs::exists(beside(file, "-shm"), ignored);
}

bool has_tables(Connection& connection) {
  return !connection.text("SELECT name FROM sqlite_master LIMIT 1").empty();
}

/// `sibling` of the file that `file` leads to, in the words of `file` where that is no link.
fs::path as_written(const fs::path& file, const fs::path& sibling) {
  std::error_code error;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const bool is_same = fs::equivalent(folder, sibling.parent_path(), error) && !error;
  return is_same ? file.parent_path() / sibling.filename() : sibling;
}

/// The older database of `connection` as one of this version, in memory: the file stays as it is.
std::unique_ptr<Connection> upgraded_copy(Connection& connection, const std::string& name) {
  auto copy = std::make_unique<Connection>(name, Access::read);
  connection.copy_to(*copy);
  // A writer may have brought it up to date since.
  const int version = check_meta(*copy);
  if (version < kSchemaVersion) {
    check_upgrade(*copy, name, Access::read, version);
    upgrade_tables(*copy, version);
  }
  copy->execute("PRAGMA query_only = ON");
  return copy;
}

}  // namespace

OpenDatabase open_database_for_writing(const fs::path& file) {
  struct stat status = {};
  const bool is_there = ::stat(file.c_str(), &status) == 0;
  if (!is_there && errno != ENOENT) fail_to_write(file, errno);
  if (is_there && S_ISDIR(status.st_mode)) fail_to_write(file, EISDIR);
  if (is_there && !S_ISREG(status.st_mode)) {
    fail_database(Access::write, shown(file), "it is no regular file", "name another file");
  }
  OpenDatabase database = {.lock = WriteLock::take(file), .connection = nullptr};
  if (!database.lock) {
    fail_database(Access::write, shown(file), "it is being written by another process",
                  "wait until that has ended, or name another file");
  }
  const fs::path& path = database.lock->file();
  if (!may(path, W_OK)) fail_to_write(file, errno);
  if (!may(path.parent_path(), W_OK | X_OK)) {
    fail_database(Access::write, shown(file),
                  fmt::format("files must be made beside it, and its folder does not allow that "
                              "({})",
                              std::generic_category().message(errno)),
                  "choose a folder that you may write to");
  }
  database.connection = std::make_unique<Connection>(path, shown(file), Access::write);
  Connection& connection = *database.connection;
  const bool is_empty = check_header(connection);
  // Whatever is wrong with the file, it stays as it is until it has passed every check.
  connection.keep_log_when_closed(has_log(path));
  if (!is_empty) {
    if (!has_log(path)) check_size(connection);
    check_pages(connection);
  }
  // A writer that was killed while it made the tables has left none.
  if (!has_tables(connection)) make_schema(connection);
  const int version = check_meta(connection);
  if (version < kSchemaVersion) {
    check_upgrade(connection, shown(file), Access::write, version);
    const fs::path copy = keep_copy(connection, path, version);
    database.upgrade = {.from = version, .copy = as_written(file, copy)};
  }
  connection.keep_log_when_closed(false);
  if (connection.text("PRAGMA journal_mode = WAL") != "wal") {
    connection.fail("its folder allows no write-ahead log", "choose a folder on a local disk");
  }
  // Enough for the database to be whole after a power failure too, when it may lack the last rows.
  connection.execute("PRAGMA synchronous = NORMAL");
  if (database.upgrade) {
    upgrade_tables(connection, version);
    connection.fold_log();
  }
  return database;
}

OpenDatabase open_database_for_reading(const fs::path& file) {
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0 || (S_ISREG(status.st_mode) && !may(file, R_OK))) {
    fail_database(Access::read, shown(file), std::generic_category().message(errno),
                  kAskForDatabase);
  }
  if (!S_ISREG(status.st_mode)) {
    fail_database(Access::read, shown(file), "it is no regular file", kAskForDatabase);
  }
  const fs::path path = fs::canonical(file);
  OpenDatabase database = {.lock = std::nullopt, .connection = nullptr};
  database.connection =
      std::make_unique<Connection>(path, shown(file), Access::read, is_frozen(path));
  Connection& connection = *database.connection;
  if (check_header(connection)) {
    connection.fail("it is empty", kAskForDatabase);
  }
  connection.keep_log_when_closed(has_log(path));
  if (!has_log(path)) check_size(connection);
  connection.execute("PRAGMA query_only = ON");
  const int version = check_meta(connection);
  connection.keep_log_when_closed(false);
  if (version < kSchemaVersion) database.connection = upgraded_copy(connection, shown(file));
  return database;
}

}  // namespace tacet::store
