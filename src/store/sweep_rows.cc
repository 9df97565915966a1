#include "store/sweep_rows.h"

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "store/json_values.h"
#include "store/predict_columns.h"
#include "store/words.h"

namespace tacet::store {
namespace {

/// The type and constraint of a column that holds a `Value`.
template <typename Value>
constexpr const char* sql_type() {
  if constexpr (std::is_same_v<Value, double>) return "REAL NOT NULL";
  if constexpr (std::is_same_v<Value, std::optional<double>>) return "REAL";
  if constexpr (std::is_same_v<Value, std::optional<int>>) return "INTEGER";
  if constexpr (std::is_same_v<Value, std::optional<bool>>) return "INTEGER";
  if constexpr (std::is_integral_v<Value>) return "INTEGER NOT NULL";
  return "TEXT NOT NULL";
}

/// Numbers as a JSON array that gives the same bits again, and back.
std::string numbers_text(const std::vector<double>& values) {
  return Json(values).dump();
}

std::vector<double> numbers_from_text(const Connection& connection, const std::string& text) {
  try {
    return Json::parse(text).get<std::vector<double>>();
  } catch (const Json::exception&) {
    connection.fail_damaged(fmt::format("'{}' is no list of numbers", text));
  }
}

class Putter {
 public:
  explicit Putter(Statement& statement) : statement_(statement) {}

  void operator()(const char*, double value) { statement_.put(value); }
  void operator()(const char*, const std::optional<double>& value) { statement_.put(value); }
  void operator()(const char*, const std::optional<int>& value) {
    if (value) {
      statement_.put(std::int64_t{*value});
    } else {
      statement_.put_null();
    }
  }
  void operator()(const char*, const std::optional<bool>& value) {
    if (value) {
      statement_.put(std::int64_t{*value});
    } else {
      statement_.put_null();
    }
  }
  template <typename Word>
  requires std::is_enum_v<Word>
  void operator()(const char*, Word value) { statement_.put(to_string(value)); }
  void operator()(const char*, const std::string& value) {
    statement_.put(std::string_view(value));
  }
  void operator()(const char*, const std::vector<double>& value) {
    statement_.put(std::string_view(numbers_text(value)));
  }
  void operator()(const char*, const std::vector<int>& value) {
    statement_.put(std::string_view(to_list_text(value)));
  }
  /// Integers and booleans.
  template <typename Value>
  requires std::is_integral_v<Value>
  void operator()(const char*, const Value& value) { statement_.put(std::int64_t{value}); }

 private:
  Statement& statement_;
};

class Taker {
 public:
  explicit Taker(Statement& statement) : statement_(statement) {}

  void operator()(const char*, double& value) { value = statement_.take_double(); }
  void operator()(const char*, std::optional<double>& value) {
    value = statement_.take_optional_double();
  }
  void operator()(const char*, int& value) { value = statement_.take_int(); }
  void operator()(const char*, std::int64_t& value) { value = statement_.take_int64(); }
  void operator()(const char*, bool& value) { value = statement_.take_int64() != 0; }
  void operator()(const char*, std::optional<int>& value) {
    value.reset();
    if (!statement_.take_null()) value = statement_.take_int();
  }
  void operator()(const char*, std::optional<bool>& value) {
    value.reset();
    if (!statement_.take_null()) value = statement_.take_int64() != 0;
  }
  void operator()(const char*, std::string& value) { value = statement_.take_text(); }
  void operator()(const char*, std::vector<double>& value) {
    value = numbers_from_text(statement_.connection(), statement_.take_text());
  }
  template <typename Word>
  requires std::is_enum_v<Word>
  void operator()(const char* name, Word& value) {
    const std::string text = statement_.take_text();
    if (const std::optional<Word> word = word_from<Word>(text)) {
      value = *word;
      return;
    }
    statement_.connection().fail_damaged(fmt::format("the {} '{}' is not known", name, text));
  }
  void operator()(const char*, std::vector<int>& value) {
    value = list_from_text(statement_.connection(), statement_.take_text());
  }

 private:
  Statement& statement_;
};

}  // namespace

template <typename Row>
std::vector<std::string> column_names() {
  std::vector<std::string> names;
  const Row row{};
  visit_columns(row, [&](const char* name, const auto&) { names.emplace_back(name); });
  return names;
}

template <typename Row>
std::vector<std::string> column_definitions() {
  std::vector<std::string> definitions;
  const Row row{};
  visit_columns(row, [&](const char* name, const auto& value) {
    definitions.push_back(
        fmt::format("{} {}", name, sql_type<std::remove_cvref_t<decltype(value)>>()));
  });
  return definitions;
}

template <typename Row>
void put_row(Statement& statement, const Row& row) {
  visit_columns(row, Putter(statement));
}

template <typename Row>
Row take_row(Statement& statement) {
  Row row;
  visit_columns(row, Taker(statement));
  return row;
}

template std::vector<std::string> column_names<FollowedRow>();
template std::vector<std::string> column_names<LayerEffect>();
template std::vector<std::string> column_names<Ripple>();
template std::vector<std::string> column_names<TrajectoryRow>();
template std::vector<std::string> column_names<TestResult>();
template std::vector<std::string> column_definitions<FollowedRow>();
template std::vector<std::string> column_definitions<LayerEffect>();
template std::vector<std::string> column_definitions<Ripple>();
template std::vector<std::string> column_definitions<TrajectoryRow>();
template std::vector<std::string> column_definitions<TestResult>();
template std::vector<std::string> column_names<TokenScore>();
template std::vector<std::string> column_names<LikelyToken>();
template std::vector<std::string> column_names<PatchCell>();
template std::vector<std::string> column_definitions<TokenScore>();
template std::vector<std::string> column_definitions<LikelyToken>();
template std::vector<std::string> column_definitions<PatchCell>();
template void put_row(Statement& statement, const FollowedRow& row);
template void put_row(Statement& statement, const LayerEffect& row);
template void put_row(Statement& statement, const Ripple& row);
template void put_row(Statement& statement, const TrajectoryRow& row);
template void put_row(Statement& statement, const TestResult& row);
template void put_row(Statement& statement, const TokenScore& row);
template void put_row(Statement& statement, const LikelyToken& row);
template void put_row(Statement& statement, const PatchCell& row);
template FollowedRow take_row<FollowedRow>(Statement& statement);
template LayerEffect take_row<LayerEffect>(Statement& statement);
template Ripple take_row<Ripple>(Statement& statement);
template TrajectoryRow take_row<TrajectoryRow>(Statement& statement);
template TestResult take_row<TestResult>(Statement& statement);
template TokenScore take_row<TokenScore>(Statement& statement);
template LikelyToken take_row<LikelyToken>(Statement& statement);
template PatchCell take_row<PatchCell>(Statement& statement);

std::string select_list(const std::vector<std::string>& names, std::string_view prefix) {
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += ", ";
    list.append(prefix).append(name);
  }
  return list;
}

std::string insert_sql(std::string_view table, std::vector<std::string> keys,
                       const std::vector<std::string>& names) {
  keys.insert(keys.end(), names.begin(), names.end());
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, select_list(keys),
                     select_list(keys, ":"));
}

std::string to_list_text(const std::vector<int>& values) {
  return fmt::format("[{}]", fmt::join(values, ","));
}

std::vector<int> list_from_text(const Connection& connection, const std::string& text) {
  try {
    auto values = Json::parse(text).get<std::vector<int>>();
    // Numbers that no int holds would have become others.
    if (to_list_text(values) == text) return values;
  } catch (const Json::exception&) {
  }
  connection.fail_damaged(fmt::format("'{}' is no list of numbers", text));
}

}  // namespace tacet::store
