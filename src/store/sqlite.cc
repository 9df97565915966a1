#include "store/sqlite.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/sqlite_error.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {
namespace {

constexpr int kPatienceMs = 10'000;  ///< longest wait for another process's short lock

/// The path as a `file:` URI, for the one option that has no flag.
std::string frozen_uri(const std::filesystem::path& file) {
  std::string uri = "file://";
  for (const char c : file.string()) {
    const bool is_special = c == '%' || c == '?' || c == '#';
    uri += is_special ? fmt::format("%{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return uri + "?immutable=1";
}

}  // namespace

void fail_database(Access access, std::string_view shown, std::string_view problem,
                   std::string_view advice) {
  const char* const verb = access == Access::read ? "read" : "write";
  const std::string message = fmt::format("cannot {} '{}': {}; {}", verb, shown, problem, advice);
  if (access == Access::read) throw InputError(message);
  throw OutputError(message);
}

Connection::Connection(const std::filesystem::path& file, std::string shown, Access access,
                       bool frozen)
    : shown_(std::move(shown)), access_(access) {
  // Readers too may write, where the system lets them, so that the last one to close clears up the
  // files beside the database; `query_only` keeps them from changing what is in it.
  const std::string name = frozen ? frozen_uri(file) : file.string();
  const int flags = frozen ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
  const int code = ::sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  try {
    if (code != SQLITE_OK) fail_with(code);
    set_up();
  } catch (...) {
    close();
    throw;
  }
}

Connection::Connection(std::string shown, Access access)
    : shown_(std::move(shown)), access_(access) {
  if (::sqlite3_open_v2(":memory:", &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK) {
    close();
    throw std::bad_alloc();
  }
  set_up();
}

void Connection::set_up() {
  ::sqlite3_extended_result_codes(handle_, 1);
  ::sqlite3_busy_timeout(handle_, kPatienceMs);
  // The file may come from anywhere: its own SQL must do no more than lay out tables.
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
}

Connection::~Connection() {
  close();
}

void Connection::close() {
  // Cannot fail: every statement is finalised before its connection.
  ::sqlite3_close(std::exchange(handle_, nullptr));
}

sqlite3_file* Connection::file() const {
  sqlite3_file* file = nullptr;
  ::sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
  return file;
}

std::int64_t Connection::size() const {
  sqlite3_int64 size = 0;
  const int code = file()->pMethods->xFileSize(file(), &size);
  if (code != SQLITE_OK) fail_with(code);
  return size;
}

std::string Connection::header() const {
  std::array<char, 100> bytes = {};
  const std::size_t count = std::min(bytes.size(), static_cast<std::size_t>(size()));
  const int code = file()->pMethods->xRead(file(), bytes.data(), static_cast<int>(count), 0);
  if (code != SQLITE_OK) fail_with(code);
  return {bytes.data(), count};
}

void Connection::execute(const std::string& sql) {
  errno = 0;
  const int code = ::sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_with(code);
}

std::int64_t Connection::number(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.start().step() ? statement.take_int64() : 0;
}

std::string Connection::text(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.start().step() ? statement.take_text() : "";
}

bool Connection::in_transaction() const {
  return ::sqlite3_get_autocommit(handle_) == 0;
}

void Connection::copy_to(Connection& target) {
  // A database in memory takes no pages of another size.
  target.execute(fmt::format("PRAGMA page_size = {}", number("PRAGMA page_size")));
  errno = 0;
  sqlite3_backup* const backup = ::sqlite3_backup_init(target.handle_, "main", handle_, "main");
  if (backup == nullptr) target.fail_with(::sqlite3_errcode(target.handle_));
  // Another process may hold a lock of the source for a moment, which no busy handler waits for.
  constexpr int kPauseMs = 20;
  int code = SQLITE_OK;
  for (int waited = 0; waited <= kPatienceMs; waited += kPauseMs) {
    code = ::sqlite3_backup_step(backup, -1);
    if ((code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED) break;
    ::sqlite3_sleep(kPauseMs);
  }
  const int error = errno;
  ::sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) return;
  errno = error;
  // What cannot be read is the source's fault, the rest is the target's.
  if (is_damage(code) || (code & 0xff) == SQLITE_BUSY) fail_with(code);
  target.fail_with(code);
}

void Connection::follow_keys(bool follow) {
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, follow ? 1 : 0, nullptr);
}

void Connection::rename_freely(bool freely) {
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, freely ? 1 : 0, nullptr);
}

void Connection::keep_log_when_closed(bool keep) {
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

bool Connection::fold_log() {
  // A reader that stays for long is not worth waiting for.
  constexpr int kShortPatienceMs = 500;
  ::sqlite3_busy_timeout(handle_, kShortPatienceMs);
  errno = 0;
  const int code =
      ::sqlite3_wal_checkpoint_v2(handle_, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  ::sqlite3_busy_timeout(handle_, kPatienceMs);
  if ((code & 0xff) == SQLITE_BUSY || code == SQLITE_LOCKED) return false;
  if (code != SQLITE_OK) fail_with(code);
  return true;
}

void Connection::fail(std::string_view problem, std::string_view advice) const {
  fail_database(access_, shown_, problem, advice);
}

void Connection::fail_damaged(std::string_view detail) const {
  fail(fmt::format("the database is damaged ({})", support::escape_for_display(detail)),
       "restore it from a copy, or name another file and start the same command again");
}

void Connection::fail_with(int code) const {
  const int last_error = errno;
  if ((code & 0xff) == SQLITE_NOMEM || handle_ == nullptr) throw std::bad_alloc();
  if (is_damage(code)) fail_damaged(::sqlite3_errmsg(handle_));
  // SQLite does not always keep the number itself.
  const int kept = ::sqlite3_system_errno(handle_);
  const int error = kept != 0 ? kept : last_error;
  fail(problem_of(code, error, ::sqlite3_errmsg(handle_)), advice_for(code, error));
}

}  // namespace tacet::store
