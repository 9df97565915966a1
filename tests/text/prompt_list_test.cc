#include "text/prompt_list.h"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::text {
namespace prompt_list_test {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using namespace std::string_view_literals;

std::vector<ListedPrompt> parse(std::string_view content) {
  return parse_prompt_list(content, "list");
}

std::string error_of(std::string_view content) {
  try {
    parse(content);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no InputError";
}

std::vector<std::string> texts(const std::vector<ListedPrompt>& prompts) {
  std::vector<std::string> out;
  for (const ListedPrompt& prompt : prompts) out.push_back(prompt.text);
  return out;
}

std::vector<std::size_t> lines(const std::vector<ListedPrompt>& prompts) {
  std::vector<std::size_t> out;
  for (const ListedPrompt& prompt : prompts) out.push_back(prompt.line);
  return out;
}

TEST(PromptList, OneTextALine) {
  const auto prompts = parse("I like pizza\n  two blanks, kept \ncaf\xC3\xA9");
  EXPECT_THAT(texts(prompts), ElementsAre("I like pizza", "  two blanks, kept ", "caf\xC3\xA9"));
  EXPECT_THAT(lines(prompts), ElementsAre(1U, 2U, 3U));
  EXPECT_EQ(prompts[0].id, "");
  EXPECT_THAT(prompts[0].token_ids, IsEmpty());
}

TEST(PromptList, AnswersStandBesideTheText) {
  const auto prompts = parse(R"({"text": "a", "target": " b", "contrast": " c", "corrupt": 5})"
                             "\n"
                             R"({"text": "d", "target": " e"})"
                             "\n"
                             R"({"token_ids": [1], "contrast": "f"})");
  ASSERT_EQ(prompts.size(), 3U);
  EXPECT_EQ(prompts[0].target, " b");
  EXPECT_EQ(prompts[0].contrast, " c");
  EXPECT_EQ(prompts[1].target, " e");
  EXPECT_EQ(prompts[1].contrast, "");
  EXPECT_EQ(prompts[2].target, "");
  EXPECT_EQ(prompts[2].contrast, "f");
  EXPECT_EQ(parse("a text").front().target, "");
}

TEST(PromptList, SaysWhatIsWrongWithAnAnswer) {
  for (const char* const value : {"5", "[\"a\"]", "null", "\"\""}) {
    const std::string line =
        "{\"text\": \"a\"}\n{\"text\": \"b\", \"target\": " + std::string(value) + "}";
    EXPECT_THAT(error_of(line), AllOf(StartsWith("list: line 2: target is"),
                                      HasSubstr("the text of one token in quotes")))
        << value;
  }
  EXPECT_THAT(error_of(R"({"text": "a", "contrast": "x\u0000"})"),
              StartsWith("list: line 1: contrast"));
}

TEST(PromptList, SkipsBlankLinesButCountsThem) {
  const auto prompts = parse("\n \t\none\r\n\r\ntwo\n\n");
  EXPECT_THAT(texts(prompts), ElementsAre("one", "two"));
  EXPECT_THAT(lines(prompts), ElementsAre(3U, 5U));
}

TEST(PromptList, PassesOverAByteOrderMark) {
  EXPECT_THAT(texts(parse("\xEF\xBB\xBFone")), ElementsAre("one"));
  EXPECT_THAT(texts(parse("\xEF\xBB\xBF{\"text\": \"one\"}")), ElementsAre("one"));
}

TEST(PromptList, TextsThatOnlyLookLikeJson) {
  EXPECT_THAT(texts(parse("[1, 2]\n{\"text\": \"x\"}\n\"quoted\"")),
              ElementsAre("[1, 2]", "{\"text\": \"x\"}", "\"quoted\""));
}

TEST(PromptList, JsonLines) {
  const auto prompts = parse(
      "\r\n{\"text\": \"a \\u00e9\\n\", \"id\": \"first\"}\r\n"
      "  {\"id\": -7, \"token_ids\": [0, 50256, 2147483647]}\n\n{\"text\":\"c\"}");
  ASSERT_EQ(prompts.size(), 3U);
  EXPECT_THAT(lines(prompts), ElementsAre(2U, 3U, 5U));
  EXPECT_THAT(texts(prompts), ElementsAre("a \xC3\xA9\n", "", "c"));
  EXPECT_EQ(prompts[0].id, "first");
  EXPECT_EQ(prompts[1].id, "-7");
  EXPECT_EQ(prompts[2].id, "");
  EXPECT_THAT(prompts[1].token_ids, ElementsAre(0, 50256, 2147483647));
}

TEST(PromptList, GroupsAreTextsOrWholeNumbers) {
  const auto prompts = parse(
      "{\"text\": \"a\", \"group\": \"x\"}\n{\"text\": \"b\", \"group\": 7}\n"
      "{\"text\": \"c\", \"id\": 1, \"group\": \"x\"}\n{\"text\": \"d\"}");
  EXPECT_EQ(prompts[0].group, "x");
  EXPECT_EQ(prompts[1].group, "7");
  EXPECT_EQ(prompts[2].group, "x");
  EXPECT_EQ(prompts[3].group, "");
}

TEST(PromptList, NothingInIt) {
  for (const char* const content : {"", "\n", " \r\n\t\n", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(error_of(content), AllOf(StartsWith("list: "), HasSubstr("no prompt"))) << content;
  }
}

TEST(PromptList, BytesThatAreNoText) {
  EXPECT_THAT(error_of("fine\ncaf\xE9 x"), StartsWith("list: line 2: byte 3 is not UTF-8"));
  EXPECT_THAT(error_of("fine\n\nab\0c"sv), StartsWith("list: line 3: byte 2 is a NUL byte"));
  EXPECT_THAT(error_of("{\"text\": \"\xFF\"}"), StartsWith("list: line 1: byte 10 is not UTF-8"));
  EXPECT_THAT(error_of("{\"text\": \"a\\u0000\"}"),
              StartsWith("list: line 1: text: byte 1 is a NUL byte"));
}

TEST(PromptList, LinesThatAreNoObjects) {
  struct Case {
    std::string_view line;
    std::string_view says;
  };
  for (const Case& one : std::vector<Case>{
           {"{\"text\": ", "not JSON"},
           {"plain text", "not JSON"},
           {"{\"text\": \"a\"} {\"text\": \"b\"}", "not JSON"},
           {"[\"text\"]", "an array where an object"},
           {"17", "17 where an object"},
           {"{\"text\": \"a\", \"text\": \"b\"}", "the key \"text\" stands twice"},
           {"{\"text\": \"a\", \"txt\": 1}", "unknown field \"txt\""},
           {"{\"id\": 1}", "none of text and token_ids"},
           {"{}", "none of text and token_ids"},
           {"{\"text\": \"a\", \"token_ids\": [1]}", "both of text and token_ids"},
       }) {
    // What to do stands there, and it is the user's file, which nobody can get again.
    EXPECT_THAT(
        error_of("{\"text\": \"fine\"}\n" + std::string(one.line)),
        AllOf(StartsWith("list: line 2: "), HasSubstr(one.says),
              HasSubstr("write {\"text\": \"...\"} or"), ::testing::Not(HasSubstr("damaged"))))
        << one.line;
  }
}

TEST(PromptList, FieldsOfTheWrongType) {
  struct Case {
    std::string_view line;
    std::string_view says;
  };
  for (const Case& one : std::vector<Case>{
           {"{\"text\": 7}", "text is 7"},
           {"{\"text\": null}", "text is null"},
           {"{\"text\": \"\"}", "text is empty"},
           {"{\"token_ids\": \"1,2\"}", "token_ids is \"1,2\"; it must be a list"},
           {"{\"token_ids\": []}", "token_ids is empty"},
           {"{\"token_ids\": [1, 2.5]}", "token_ids[1] is 2.5"},
           {"{\"token_ids\": [1, 2.0]}", "token_ids[1] is 2.0"},
           {"{\"token_ids\": [-1]}", "token_ids[0] is -1"},
           {"{\"token_ids\": [0, 0, \"x\"]}", "token_ids[2] is \"x\""},
           {"{\"token_ids\": [2147483648]}", "token_ids[0] is 2147483648"},
           {"{\"token_ids\": [[1]]}", "token_ids[0] is an array"},
           {"{\"token_ids\": [true]}", "token_ids[0] is true"},
           {"{\"text\": \"a\", \"id\": 1.5}", "id is 1.5"},
           {"{\"text\": \"a\", \"id\": null}", "id is null"},
           {"{\"text\": \"a\", \"id\": [1]}", "id is an array"},
           {"{\"text\": \"a\", \"id\": \"\"}", "id is empty"},
           {"{\"text\": \"a\", \"group\": 1.5}", "group is 1.5"},
           {"{\"text\": \"a\", \"group\": \"\"}", "group is empty"},
       }) {
    EXPECT_THAT(error_of(one.line), AllOf(StartsWith("list: line 1: "), HasSubstr(one.says)))
        << one.line;
  }
}

TEST(PromptList, AnIdStandsOnce) {
  EXPECT_THAT(error_of("{\"text\":\"a\",\"id\":\"x\"}\n{\"text\":\"b\"}\n{\"text\":\"c\",\"id\":"
                       "\"x\"}"),
              AllOf(StartsWith("list: line 3: the id \"x\" stands in line 1")));
  // A number and its digits are told apart by nobody who reads them.
  EXPECT_THAT(error_of("{\"text\":\"a\",\"id\":1}\n{\"text\":\"b\",\"id\":\"1\"}"),
              StartsWith("list: line 2: the id \"1\" stands in line 1"));
}

TEST(PromptList, MessagesAreSafeToPrint) {
  const std::string message = error_of("{\"\\u001b[31m" + std::string(1000, 'x') + "\": 1}");
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_LT(message.size(), 300U);
}

}  // namespace prompt_list_test
}  // namespace tacet::text
