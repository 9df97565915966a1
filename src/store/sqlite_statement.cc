// Statements and transactions.
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/sqlite.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {

Statement::Statement(Connection& connection, const std::string& sql) : connection_(connection) {
  check(::sqlite3_prepare_v2(connection.handle(), sql.c_str(), -1, &handle_, nullptr));
}

Statement::~Statement() {
  ::sqlite3_finalize(handle_);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) connection_.fail_with(code);
}

Statement& Statement::start() {
  ::sqlite3_reset(handle_);
  ::sqlite3_clear_bindings(handle_);
  parameter_ = 0;
  return *this;
}

Statement& Statement::put(std::int64_t value) {
  check(::sqlite3_bind_int64(handle_, ++parameter_, value));
  return *this;
}

Statement& Statement::put(double value) {
  if (std::isnan(value)) {
    throw NumericError(fmt::format(
        "the result's '{}' is not a number, which no result may hold; it was not written, please "
        "report this together with the command",
        ::sqlite3_bind_parameter_name(handle_, parameter_ + 1)));
  }
  check(::sqlite3_bind_double(handle_, ++parameter_, value));
  return *this;
}

Statement& Statement::put(const std::optional<double>& value) {
  return value ? put(*value) : put_null();
}

Statement& Statement::put(std::string_view value) {
  const bool is_text = !support::first_invalid_utf8(value);
  // An empty view may have no data, which SQLite would take for null.
  const char* const data = value.empty() ? "" : value.data();
  ++parameter_;
  check(is_text ? ::sqlite3_bind_text64(handle_, parameter_, data, value.size(), SQLITE_TRANSIENT,
                                        SQLITE_UTF8)
                : ::sqlite3_bind_blob64(handle_, parameter_, data, value.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::put_null() {
  check(::sqlite3_bind_null(handle_, ++parameter_));
  return *this;
}

bool Statement::step() {
  errno = 0;
  const int code = ::sqlite3_step(handle_);
  column_ = -1;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // The message is read before reset() may change it; the reset gives up the statement's locks.
  try {
    connection_.fail_with(code);
  } catch (...) {
    reset();
    throw;
  }
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  ::sqlite3_reset(handle_);
}

int Statement::next_type() {
  return ::sqlite3_column_type(handle_, ++column_);
}

void Statement::fail_type() const {
  connection_.fail_damaged(fmt::format("the column '{}' holds what it should not",
                                       ::sqlite3_column_name(handle_, column_)));
}

std::int64_t Statement::take_int64() {
  if (next_type() != SQLITE_INTEGER) fail_type();
  return ::sqlite3_column_int64(handle_, column_);
}

int Statement::take_int() {
  const std::int64_t value = take_int64();
  if (!std::in_range<int>(value)) fail_type();
  return static_cast<int>(value);
}

double Statement::take_double() {
  const int type = next_type();
  if (type != SQLITE_FLOAT && type != SQLITE_INTEGER) fail_type();
  return ::sqlite3_column_double(handle_, column_);
}

std::optional<double> Statement::take_optional_double() {
  if (take_null()) return std::nullopt;
  return take_double();
}

std::string Statement::take_text() {
  const int type = next_type();
  if (type != SQLITE_TEXT && type != SQLITE_BLOB) fail_type();
  const void* const data = ::sqlite3_column_blob(handle_, column_);
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(handle_, column_));
  return size == 0 ? "" : std::string(static_cast<const char*>(data), size);
}

bool Statement::take_null() {
  if (next_type() == SQLITE_NULL) return true;
  --column_;
  return false;
}

Transaction::Transaction(Connection& connection, Access access)
    : connection_(connection), is_nested_(connection.in_transaction()) {
  if (is_nested_) {
    connection_.execute("SAVEPOINT part");
  } else {
    connection_.execute(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN");
  }
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back all of it already.
  if (is_done_ || !connection_.in_transaction()) return;
  const char* const sql = is_nested_ ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK";
  ::sqlite3_exec(connection_.handle(), sql, nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  connection_.execute(is_nested_ ? "RELEASE part" : "COMMIT");
  is_done_ = true;
}

}  // namespace tacet::store
