// docs/database.md says what is true: its tables, its columns, and its questions' answers.
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/predict_rows_made.h"
#include "store/sweep_database.h"
#include "store/sweep_rows_made.h"
#include "support/temp_dir.h"

namespace tacet::store {
namespace database_page_test {

using ::testing::HasSubstr;
using testing::query;
using testing::TempDir;
using testing::write_sweep;

/// A question of the page: its SQL, and the columns that the line after it announces.
struct Question {
  std::string sql;
  std::vector<std::string> columns;
};

std::string page() {
  std::ifstream stream(TACET_SOURCE_DIR "/docs/database.md");
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What stands between backquotes in `text`.
std::vector<std::string> quoted_in(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream stream(text);
  std::string piece;
  for (bool is_quoted = false; std::getline(stream, piece, '`'); is_quoted = !is_quoted) {
    if (is_quoted) names.push_back(piece);
  }
  return names;
}

std::vector<Question> questions() {
  const std::string text = page();
  const std::string fence = "```";
  std::vector<Question> found;
  std::size_t at = 0;
  while ((at = text.find(fence + "sql\n", at)) != std::string::npos) {
    const std::size_t begin = at + 7;
    const std::size_t end = text.find(fence, begin);
    const std::size_t line = end + 4;
    at = text.find('\n', line);
    found.push_back({text.substr(begin, end - begin), quoted_in(text.substr(line, at - line))});
  }
  return found;
}

class DatabasePage : public ::testing::Test {
 protected:
  DatabasePage() {
    SweepDatabase database = SweepDatabase::open_for_writing(file_);
    for (int number = 0; number < 3; ++number) write_sweep(database, number);
    database.write(Model::mini(), testing::made_predict());
    database.write(Model::mini(), testing::made_patch(1, PatchBy::head));
  }

  TempDir folder_;
  std::filesystem::path file_ = folder_ / "a.db";
};

TEST_F(DatabasePage, AnswersItsQuestions) {
  const std::vector<Question> asked = questions();
  EXPECT_GE(asked.size(), 12U);
  for (const Question& question : asked) {
    const testing::Table table = query(file_, question.sql);
    EXPECT_EQ(table.columns, question.columns) << question.sql;
    EXPECT_FALSE(table.rows.empty()) << question.sql;
  }
}

TEST_F(DatabasePage, NamesEveryTableAndColumn) {
  const std::string text = page();
  const auto tables = query(file_, "SELECT name FROM sqlite_master WHERE type = 'table'");
  EXPECT_EQ(tables.rows.size(), 18U);
  for (const auto& table : tables.rows) {
    EXPECT_THAT(text, HasSubstr(fmt::format("`{}`", table[0])));
    for (const std::string& column :
         query(file_, fmt::format("SELECT * FROM {}", table[0])).columns) {
      EXPECT_THAT(text, HasSubstr(fmt::format("`{}`", column))) << table[0];
    }
  }
}

}  // namespace database_page_test
}  // namespace tacet::store
