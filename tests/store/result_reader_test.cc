#include "store/result_reader.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::store {
namespace result_reader_test {

using ::testing::HasSubstr;

constexpr const char* kModel =
    R"("model": {"id": "m", "n_layer": 2, "n_head": 2, "d_model": 4, "dtype": "F32",
                 "fingerprint": "f", "sha256": null, "official": null})";
constexpr const char* kSide =
    R"({"prompt": "a", "tokens": [{"id": 1, "text": "a"}], "logit_diff": )";

class ResultReader : public ::testing::Test {
 protected:
  ResultDocument read(const std::string& json) const {
    const std::filesystem::path file = scratch_.path() / "result.json";
    std::ofstream(file, std::ios::binary) << json;
    return read_result_json(file);
  }
  std::string refusal(const std::string& json) const {
    try {
      read(json);
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

 private:
  testing::TempDir scratch_;
};

std::string patch(const std::string& cells, const std::string& clean_diff = "2") {
  return std::string(R"({"schema": "tacet.patch/1", "version": "1", )") + kModel +
         R"(, "clean": )" + kSide + clean_diff + R"(}, "corrupt": )" + kSide +
         R"(-1}, "target": {"id": 3, "text": ""}, "contrast": {"id": 4, "text": ""}, "by": "head",
            "direction": "noise", "runs": 4, "cells": [)" +
         cells + "]}";
}

std::string cell(int layer, int head, const std::string& recovered) {
  return R"({"layer": )" + std::to_string(layer) + R"(, "head": )" + std::to_string(head) +
         R"(, "position": null, "logit_diff": 0.5, "recovered": )" + recovered + "}";
}

TEST_F(ResultReader, ReadsAPatch) {
  const ResultDocument result = read(patch(cell(0, 0, "null") + "," + cell(0, 1, "0.25") + "," +
                                               cell(1, 0, "-1") + "," + cell(1, 1, "\"inf\""),
                                           "\"inf\""));
  const PatchResult& stored = std::get<PatchDocument>(result).result;
  EXPECT_EQ(stored.direction, PatchDirection::noise);
  EXPECT_EQ(stored.pairs.size(), 1U);
  EXPECT_TRUE(std::isinf(stored.clean_logit_diff));
  EXPECT_FALSE(stored.cells[0].recovered);
  EXPECT_EQ(stored.cells[1].recovered, 0.25);
  EXPECT_EQ(stored.cells[3].layer, 1);
  EXPECT_EQ(stored.cells[3].head, 1);
}

TEST_F(ResultReader, SaysWhichCommandWroteSuchADocument) {
  const std::string message = refusal(patch(cell(0, 1, "0")));
  EXPECT_THAT(message, HasSubstr("'cells' has 1 entries, not one for each of 4 places"));
  EXPECT_THAT(message, HasSubstr("tacet patch --format json"));
  EXPECT_THAT(refusal("{}"), HasSubstr("tacet silence|predict|patch --format json"));
  EXPECT_THAT(refusal(R"({"schema": "tacet.study/1"})"), HasSubstr("--db"));
  EXPECT_THAT(refusal(R"({"schema": "tacet.predict/1"})"),
              HasSubstr("'model' is missing; give the JSON that `tacet predict --format json`"));
}

}  // namespace result_reader_test
}  // namespace tacet::store
