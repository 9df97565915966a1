#include "store/listing.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/listing_table.h"
#include "cli/view.h"

namespace tacet::cli {
namespace listing_test {

store::TokenListing made_tokens() {
  return {.model = "mini", .text = "I\n\xC3", .tokens = {{40, "I"}, {198, "\n"}, {127, "\xC3"}}};
}

std::vector<store::ModelListing> made_models() {
  store::ModelListing good;
  good.id = "mini";
  good.source = "embedded";
  good.n_layer = 24;
  good.n_head = 16;
  good.d_model = 128;
  good.n_positions = 128;
  good.vocab_size = 3072;
  good.dtype = "F16";
  good.parameters = 5'171'456;
  good.bytes = 10'342'912;
  good.fingerprint = "0123456789abcdef";
  store::ModelListing bad;
  bad.id = "folder\x1b";
  bad.source = "folder";
  bad.error = "the file is cut off, \"really\"";
  store::ModelListing cached = good;
  cached.id = "org/name";
  cached.source = "cache";
  cached.revisions = {"main", "v1"};
  cached.commit = "607a30d783dfa663caf39e06633721c8d4cfcd7e";
  cached.sha256 = "2a";
  cached.official = "gpt2";
  cached.disk_bytes = 548'000'000;
  cached.last_used = "2026-08-22T12:00:00Z";
  return {good, bad, cached};
}

TEST(Tokens, AsTable) {
  View view;
  EXPECT_EQ(render_tokens(made_tokens(), view),
            "  position      id  piece\n"
            "         0      40  I\n"
            "         1     198  \\n\n"
            "         2     127  \\xc3\n"
            "\n"
            "  3 tokens of mini\n");
  view.quiet = true;
  EXPECT_FALSE(render_tokens(made_tokens(), view).ends_with("mini\n"));
}

TEST(Tokens, AsJsonAndCsv) {
  const std::string json = store::tokens_json(made_tokens());
  EXPECT_EQ(json,
            "{\n  \"schema\": \"tacet.tokens/1\",\n  \"version\": \"0.1.0\",\n  \"model\": \"mini\""
            ",\n  \"text\": \"I\\n\uFFFD\",\n  \"count\": 3,\n  \"tokens\": [\n"
            "    {\n      \"position\": 0,\n      \"id\": 40,\n      \"text\": \"I\"\n    },\n"
            "    {\n      \"position\": 1,\n      \"id\": 198,\n      \"text\": \"\\n\"\n    },\n"
            "    {\n      \"position\": 2,\n      \"id\": 127,\n      \"text\": \"\uFFFD\"\n"
            "    }\n  ]\n}\n");
  EXPECT_EQ(store::tokens_csv(made_tokens()),
            "position,id,text\n0,40,I\n1,198,\"\n\"\n2,127,\uFFFD\n");
  EXPECT_NE(store::tokens_json({}).find("\"tokens\": []"), std::string::npos);
}

TEST(Models, AsTable) {
  EXPECT_EQ(
      render_models(made_models(), View()),
      "  model         shape d_model positions   vocab dtype   numbers      size  fingerprint\n"
      "  mini          24x16     128       128    3072   F16     5.2 M   10.3 MB  "
      "0123456789abcdef\n"
      "  folder\\x1b  cannot be used\n"
      "  the file is cut off, \"really\"\n"
      "  org/name      24x16     128       128    3072   F16     5.2 M   10.3 MB  "
      "0123456789abcdef\n"
      "  main, v1 · commit 607a30d · 548.0 MB on disk · last used 2026-08-22 · official gpt2\n");
}

TEST(Models, AsJsonAndCsv) {
  const std::string json = store::models_json(made_models());
  EXPECT_NE(json.find("\"schema\": \"tacet.models/1\""), std::string::npos);
  EXPECT_NE(json.find("\"usable\": true,\n      \"error\": null"), std::string::npos);
  EXPECT_NE(
      json.find("\"usable\": false,\n      \"error\": \"the file is cut off, \\\"really\\\"\""),
      std::string::npos);
  EXPECT_NE(json.find("\"revisions\": [],\n      \"commit\": null"), std::string::npos);
  EXPECT_EQ(
      store::models_csv(made_models()),
      "id,source,revisions,commit,n_layer,n_head,d_model,n_positions,vocab_size,dtype,parameters,"
      "bytes,fingerprint,sha256,official,disk_bytes,last_used,usable,error\n"
      "mini,embedded,,,24,16,128,128,3072,F16,5171456,10342912,0123456789abcdef,,,,,true,\n"
      "folder\x1b,folder,,,,,,,,,,,,,,,,false,\"the file is cut off, \"\"really\"\"\"\n"
      "org/name,cache,main v1,607a30d783dfa663caf39e06633721c8d4cfcd7e,24,16,128,128,3072,F16,"
      "5171456,10342912,0123456789abcdef,2a,gpt2,548000000,2026-08-22T12:00:00Z,true,\n");
}

TEST(Models, ALineSaysWhichIsAPublishedOne) {
  ModelView model;
  model.id = "gpt2-medium";
  model.n_layer = 24;
  model.n_head = 16;
  model.d_model = 1024;
  model.dtype = "F32";
  model.fingerprint = "0123456789abcdef";
  const std::string line =
      "gpt2-medium · 24 blocks x 16 heads · d_model 1024 · F32 · 0123456789abcdef";
  EXPECT_EQ(model_line(model), line);
  model.official = "gpt2-medium";
  EXPECT_EQ(model_line(model), line + " · official gpt2-medium");
}

}  // namespace listing_test
}  // namespace tacet::cli
