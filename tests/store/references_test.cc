#include "store/references.h"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::store {
namespace references_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string list_of(const std::string& entry) {
  return R"({"schema":"tacet.references/1","references":[)" + entry + "]}";
}

constexpr const char* kCommon = R"("name":"n","models":["gpt2"],"source":"s","text":"t")";

std::vector<ModelFact> parsed(const std::string& own) {
  return parse_references(list_of("{" + std::string(kCommon) + "," + own + "}"), "refs.json");
}

std::string error_of(const std::string& text) {
  try {
    parse_references(text, "refs.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string entry_error(const std::string& own) {
  return error_of(list_of("{" + std::string(kCommon) + "," + own + "}"));
}

TEST(References, OfEachKind) {
  const ModelFact tokens = parsed(R"("kind":"tokens","expected_ids":[1,2])").front();
  EXPECT_EQ(tokens.kind, FactKind::tokens);
  EXPECT_EQ(tokens.name, "n");
  EXPECT_EQ(tokens.source, "s");
  EXPECT_EQ(tokens.text, "t");
  EXPECT_THAT(tokens.models, ElementsAre("gpt2"));
  EXPECT_THAT(tokens.expected_ids, ElementsAre(1, 2));
  const ModelFact loss =
      parsed(R"("kind":"loss","prepend_bos":true,"expected":5.5,"tolerance":1e-4)").front();
  EXPECT_EQ(loss.kind, FactKind::loss);
  EXPECT_TRUE(loss.prepend_bos);
  EXPECT_EQ(loss.expected, 5.5);
  EXPECT_EQ(loss.tolerance, 1e-4);
  const ModelFact text = parsed(R"("kind":"continuation","expected_text":" a")").front();
  EXPECT_EQ(text.expected_text, " a");
  const ModelFact cut =
      parsed(R"("kind":"silencing","heads":"L1H1","target":" a","contrast":" b","effect":"lowers")")
          .front();
  EXPECT_EQ(cut.heads, "L1H1");
  EXPECT_EQ(cut.target, " a");
  EXPECT_EQ(cut.contrast, " b");
  EXPECT_FALSE(cut.raises);
}

TEST(References, ErrorsNameThePlace) {
  EXPECT_THAT(error_of("{"), HasSubstr("refs.json"));
  EXPECT_THAT(error_of("[]"), HasSubstr("no list of references"));
  EXPECT_THAT(error_of(R"({"schema":"other","references":[]})"),
              HasSubstr("no list of references"));
  EXPECT_THAT(error_of(list_of("1")), HasSubstr("refs.json: references[0] is no object"));
  EXPECT_THAT(error_of(list_of("{}")), HasSubstr("has no 'kind'"));
  EXPECT_THAT(entry_error(R"("kind":"magic")"), HasSubstr("none of tokens, continuation"));
  EXPECT_THAT(entry_error(R"("kind":"tokens")"), HasSubstr("has no 'expected_ids'"));
  EXPECT_THAT(entry_error(R"("kind":"tokens","expected_ids":[])"), HasSubstr("no list"));
  for (const char* ids : {"[-1]", "[1.5]", "[\"a\"]", "[4294967296]"}) {
    EXPECT_THAT(entry_error(std::string(R"("kind":"tokens","expected_ids":)") + ids),
                HasSubstr("not all token ids"));
  }
  EXPECT_THAT(entry_error(R"("kind":"tokens","expected_ids":[1],"prepend_bos":true)"),
              HasSubstr("has 'prepend_bos', which its kind does not"));
  EXPECT_THAT(entry_error(R"("kind":"continuation","expected_ids":[1],"expected_text":"a")"),
              HasSubstr("has 'expected_ids', which its kind does not"));
  EXPECT_THAT(entry_error(R"("kind":"loss","expected":"a","tolerance":1)"),
              HasSubstr("'expected' that is no number"));
  EXPECT_THAT(entry_error(R"("kind":"loss","expected":1,"tolerance":0)"), HasSubstr("above 0"));
  EXPECT_THAT(entry_error(R"("kind":"loss","expected":1,"tolerance":1,"prepend_bos":1)"),
              HasSubstr("neither true nor false"));
  EXPECT_THAT(
      entry_error(
          R"("kind":"silencing","heads":"L1H1","target":"a","contrast":"b","effect":"moves")"),
      HasSubstr("neither raises nor lowers"));
}

TEST(References, FromAFile) {
  const testing::TempDir folder;
  const auto file = folder / "refs.json";
  EXPECT_THROW(read_references(file), InputError);
  std::ofstream(file) << list_of("");
  EXPECT_TRUE(read_references(file).empty());
}

TEST(References, ThoseThatTheLibraryCarriesAreWellFormed) {
  const std::vector<ModelFact> facts = published_references();
  ASSERT_GE(facts.size(), 9U);
  for (const FactKind kind :
       {FactKind::tokens, FactKind::continuation, FactKind::loss, FactKind::silencing}) {
    EXPECT_TRUE(std::any_of(facts.begin(), facts.end(),
                            [kind](const ModelFact& fact) { return fact.kind == kind; }));
  }
}

TEST(Check, AsJsonAndCsv) {
  CheckedFact good;
  good.fact.name = "a fact";
  good.fact.source = "a book";
  good.outcome = FactOutcome::pass;
  good.expected = "1";
  good.found = "1";
  CheckedFact aside;
  aside.fact.name = "another";
  aside.fact.source = "a book";
  aside.reason = "published for gpt2";
  const CheckListing listing{.model = "mini",
                             .fingerprint = "0123456789abcdef",
                             .compared_with = "",
                             .facts = {good, aside}};
  const std::string json = check_json(listing);
  EXPECT_THAT(json, HasSubstr("\"schema\": \"tacet.check/1\""));
  EXPECT_THAT(json, HasSubstr("\"compared_with\": null,\n  \"passed\": 1,\n  \"failed\": 0,\n"
                              "  \"not_applicable\": 1"));
  EXPECT_EQ(check_csv(listing),
            "kind,name,outcome,expected,found,reason,source\n"
            "tokens,a fact,pass,1,1,,a book\n"
            "tokens,another,not_applicable,,,published for gpt2,a book\n");
}

}  // namespace references_test
}  // namespace tacet::store
