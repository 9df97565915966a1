/// @file
/// SQLite, thinly wrapped: connections, statements and transactions whose every failure is an
/// exception that names the file, what is wrong and what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace tacet::store {

/// What a file is opened for. Decides the type of its errors: OutputError or InputError.
enum class Access { read, write };

/// Throws the error that says: cannot read or write the file `shown`, `problem`, `advice`.
[[noreturn]] void fail_database(Access access, std::string_view shown, std::string_view problem,
                                std::string_view advice);

/// An open database. For one thread at a time.
class Connection {
 public:
  /// Opens `file`, which must be there, by its absolute path; nothing is read yet. A file that is
  /// `frozen` is read without locks and without files beside it: nobody may be writing it.
  /// `shown` stands in messages.
  Connection(const std::filesystem::path& file, std::string shown, Access access,
             bool frozen = false);
  /// An empty database in memory; errors name `shown`.
  Connection(std::string shown, Access access);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// The first 100 bytes of the file, or as many as there are, as they stand on the disk.
  std::string header() const;
  /// The file's size in bytes.
  std::int64_t size() const;

  /// Runs statements and drops what they return.
  void execute(const std::string& sql);
  /// The first column of the first row that `sql` returns; empty without one.
  std::string text(const std::string& sql);
  /// The same as a whole number; 0 without a row.
  std::int64_t number(const std::string& sql);
  /// Whether a transaction is open.
  bool in_transaction() const;
  /// Makes `target` a copy of this database, page by page, with what only its log holds so far.
  void copy_to(Connection& target);

  /// Whether foreign keys are followed, as they are from the start. Not within a transaction.
  void follow_keys(bool follow);
  /// Whether a table can be renamed while views name one that is not there.
  void rename_freely(bool freely);
  /// Whether closing leaves the write-ahead log as it is, instead of folding it into the file.
  void keep_log_when_closed(bool keep);
  /// Folds the write-ahead log into the file. False when a reader or an open transaction stands in
  /// the way.
  bool fold_log();

  /// As `fail_database`, for this file.
  [[noreturn]] void fail(std::string_view problem, std::string_view advice) const;
  /// Throws the error of a file that does not hold what it should.
  [[noreturn]] void fail_damaged(std::string_view detail) const;
  /// Throws the error that SQLite's result `code` means; std::bad_alloc when memory ran out.
  [[noreturn]] void fail_with(int code) const;

  sqlite3* handle() const { return handle_; }

 private:
  void set_up();
  void close();
  /// The file as SQLite has it open: closing a descriptor of our own would drop the locks that
  /// SQLite holds on it in this process.
  sqlite3_file* file() const;

  sqlite3* handle_ = nullptr;
  std::string shown_;
  Access access_;
};

/// A prepared statement. Parameters are given and columns taken one after the other.
class Statement {
 public:
  /// Compiles `sql`, one statement. `connection` must outlive it.
  Statement(Connection& connection, const std::string& sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// Begins anew, without parameters. Every use of a statement starts here.
  Statement& start();
  /// Gives the next parameter. Infinities are kept. NaN, which SQLite would silently make null, is
  /// refused with a NumericError.
  Statement& put(std::int64_t value);
  Statement& put(double value);
  Statement& put(const std::optional<double>& value);
  /// As text where the bytes are UTF-8, else as a blob.
  Statement& put(std::string_view value);
  Statement& put_null();

  /// Goes on to the next row; false when there is none.
  bool step();
  /// Runs a statement that returns no rows that matter.
  void run();
  /// Gives up the rows that are left.
  void reset();

  /// The next column of this row. Throws the error of a damaged file when it holds another type.
  std::int64_t take_int64();
  int take_int();
  double take_double();
  std::optional<double> take_optional_double();
  /// Text or blob, byte for byte.
  std::string take_text();
  /// Whether the next column is null; it is passed over then.
  bool take_null();

  const Connection& connection() const { return connection_; }

 private:
  void check(int code) const;
  /// The type of the next column, which is passed over.
  int next_type();
  [[noreturn]] void fail_type() const;

  Connection& connection_;
  sqlite3_stmt* handle_ = nullptr;
  int parameter_ = 0;
  int column_ = -1;  ///< the last one taken
};

/// All or nothing: what was written since is rolled back unless `commit` was called. Inside an open
/// transaction it is a part of that one.
class Transaction {
 public:
  /// What will be done in it. Reads see one state of the database throughout.
  explicit Transaction(Connection& connection, Access access = Access::write);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  void commit();

 private:
  Connection& connection_;
  bool is_nested_;
  bool is_done_ = false;
};

}  // namespace tacet::store
