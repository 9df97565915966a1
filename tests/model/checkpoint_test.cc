#include "model/checkpoint.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/files.h"
#include "support/temp_dir.h"
#include "support/tiny_model.h"

namespace tacet::model {
namespace checkpoint_test {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::bytes_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_config;
using testing::model_error_of;
using testing::safetensors_bytes;
using ::testing::SizeIs;
using testing::TempDir;
using testing::TinyModelOptions;
using testing::write_file;
using testing::write_tiny_model;

constexpr const char* kIndex = "model.safetensors.index.json";

std::string error_of(const fs::path& folder) {
  return model_error_of([&] { open_checkpoint(folder); });
}

// A folder with a config and nothing else.
void write_config(const TempDir& folder) {
  write_file(folder / "config.json", make_config(TinyModelOptions{}));
}

// One tensor of four bytes.
std::string small_file(const std::string& name) {
  return safetensors_bytes("{\"" + name + R"(":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                           4);
}

TEST(OpenCheckpoint, SaysWhatIsWrongWithTheFolder) {
  const TempDir folder;
  EXPECT_THAT(error_of(folder / "nowhere"),
              AllOf(HasSubstr("nowhere'"), HasSubstr("does not exist")));
  EXPECT_THAT(error_of(""), HasSubstr("does not exist"));
  EXPECT_THAT(error_of(folder / std::string(300, 'x')), HasSubstr("cannot be looked at"));
  write_file(folder / "file", "");
  EXPECT_THAT(error_of(folder / "file"), HasSubstr("is not a folder"));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("has no config.json"));
  fs::create_symlink("nowhere", folder / "config.json");
  EXPECT_THAT(error_of(folder.path()), HasSubstr("config.json: no such file"));
}

TEST(OpenCheckpoint, ReadsTheConfigBeforeTheWeights) {
  const TempDir folder;
  write_file(folder / "config.json", R"({"model_type":"bert"})");
  write_file(folder / "pytorch_model.bin", "PK");
  EXPECT_THAT(error_of(folder.path()), AllOf(HasSubstr("config.json: 'model_type' is \"bert\"")));
}

TEST(OpenCheckpoint, RefusesAHugeConfig) {
  const TempDir folder;
  write_file(folder / "config.json", "{}");
  fs::resize_file(folder / "config.json", 16'000'001);
  EXPECT_THAT(error_of(folder.path()), HasSubstr("16000001 bytes, more than the 16000000"));
}

TEST(OpenCheckpoint, SaysWhichWeightsAreMissing) {
  const TempDir folder;
  write_config(folder);
  EXPECT_THAT(error_of(folder.path()),
              HasSubstr("neither model.safetensors nor model.safetensors.index.json"));
  for (const char* other : {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5"}) {
    write_file(folder / other, "");
    EXPECT_THAT(error_of(folder.path()), AllOf(HasSubstr(std::string("only as ") + other),
                                               HasSubstr("convert them to safetensors")));
    fs::remove(folder / other);
  }
}

TEST(OpenCheckpoint, NamesTheBrokenFile) {
  const TempDir folder;
  write_config(folder);
  const fs::path weights = folder / "model.safetensors";
  write_file(weights, "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n");
  EXPECT_THAT(error_of(folder.path()),
              AllOf(HasSubstr("model.safetensors: this is a git-LFS pointer")));
  write_file(weights, "");
  EXPECT_THAT(error_of(folder.path()), HasSubstr("model.safetensors: is empty"));
  write_file(weights, small_file("t").substr(0, 40));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("model.safetensors: invalid header length"));
  fs::remove(weights);
  fs::create_directory(weights);
  EXPECT_THAT(error_of(folder.path()), HasSubstr("is not a regular file"));
  fs::remove(weights);
  fs::create_symlink("../../blobs/0123", weights);
  EXPECT_THAT(error_of(folder.path()), HasSubstr("model.safetensors: cannot be opened"));
}

TEST(OpenCheckpoint, PrefersTheSingleFile) {
  const TempDir folder;
  write_tiny_model(folder.path(), {});
  write_file(folder / kIndex, "not even JSON");
  EXPECT_THAT(open_checkpoint(folder.path()).files, SizeIs(1));
}

TEST(OpenCheckpoint, ReadsShardsInTheOrderOfTheirNames) {
  const TempDir folder;
  TinyModelOptions options;
  options.shards = 3;
  write_tiny_model(folder.path(), options);
  const Checkpoint checkpoint = open_checkpoint(folder.path());
  ASSERT_THAT(checkpoint.files, SizeIs(3));
  EXPECT_THAT(checkpoint.files[0].where, HasSubstr("model-00001-of-00003.safetensors"));
  EXPECT_THAT(checkpoint.files[2].where, HasSubstr("model-00003-of-00003.safetensors"));
  EXPECT_THAT(checkpoint.storage, SizeIs(3));
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(OpenCheckpoint, ComparesShardsWithTheIndex) {
  const TempDir folder;
  write_config(folder);
  write_file(folder / "a.safetensors", small_file("x"));
  write_file(folder / "b.safetensors", small_file("y"));
  const auto with_index = [&](const std::string& map) {
    write_file(folder / kIndex, R"({"metadata":{"total_size":1.5},"weight_map":{)" + map + "}}");
    return error_of(folder.path());
  };
  EXPECT_EQ(with_index(R"("x":"a.safetensors","y":"b.safetensors")"), "");
  EXPECT_THAT(with_index(R"("x":"b.safetensors","y":"a.safetensors")"),
              HasSubstr("a.safetensors: tensor 'y' is not there"));
  EXPECT_THAT(with_index(R"("x":"a.safetensors","z":"a.safetensors","w":"a.safetensors")"),
              AllOf(HasSubstr("tensor 'w' is not there"), HasSubstr("(2 in all)")));
  EXPECT_THAT(with_index(R"("x":"c.safetensors")"), HasSubstr("c.safetensors: cannot be opened"));
  EXPECT_THAT(with_index(R"("x":"a.safetensors","x":"b.safetensors")"), HasSubstr("stands twice"));
  write_file(folder / "b.safetensors", small_file("x"));
  EXPECT_THAT(with_index(R"("x":"a.safetensors","y":"b.safetensors")"),
              AllOf(HasSubstr("b.safetensors: tensor 'x' is in"), HasSubstr("a.safetensors too")));
}

TEST(OpenCheckpoint, IgnoresWhatTheIndexLeavesOut) {
  const TempDir folder;
  write_config(folder);
  write_file(folder / "a.safetensors",
             safetensors_bytes(R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                               R"("y":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                               2));
  write_file(folder / kIndex, R"({"weight_map":{"x":"a.safetensors"}})");
  const Checkpoint checkpoint = open_checkpoint(folder.path());
  ASSERT_THAT(checkpoint.files[0].contents.tensors, SizeIs(1));
  EXPECT_EQ(checkpoint.files[0].contents.tensors[0].name, "x");
  ASSERT_THAT(checkpoint.warnings, SizeIs(1));
  EXPECT_THAT(checkpoint.warnings[0], HasSubstr("1 of its tensors are not in"));
}

TEST(OpenCheckpoint, RefusesShardNamesThatLeaveTheFolder) {
  const TempDir folder;
  write_config(folder);
  for (const char* name : {"../a.safetensors", "/a.safetensors", "sub/a.safetensors",
                           "..\\\\a.safetensors", "C:a.safetensors", "a.bin", "a.safetensors.bin",
                           ".safetensors", "", "..", "a\\u0000.safetensors"}) {
    write_file(folder / kIndex, std::string(R"({"weight_map":{"x":")") + name + "\"}}");
    EXPECT_THAT(error_of(folder.path()), HasSubstr("cannot be the name of a shard")) << name;
  }
}

TEST(OpenCheckpoint, RefusesAnIndexWithoutAMap) {
  const TempDir folder;
  write_config(folder);
  for (const char* text :
       {"[]", "{}", R"({"weight_map":[]})", R"({"weight_map":{}})", R"({"weight_map":null})"}) {
    write_file(folder / kIndex, text);
    EXPECT_THAT(error_of(folder.path()), HasSubstr("has no 'weight_map'")) << text;
  }
  write_file(folder / kIndex, R"({"weight_map":{"x":["a.safetensors"]}})");
  EXPECT_THAT(error_of(folder.path()), HasSubstr("the shard of tensor 'x' is not a string"));
  write_file(folder / kIndex, "{");
  EXPECT_THAT(error_of(folder.path()), HasSubstr("not JSON"));
  fs::resize_file(folder / kIndex, 100'000'001);
  EXPECT_THAT(error_of(folder.path()), HasSubstr("more than the 100000000"));
}

TEST(CheckpointInMemory, ChecksConfigAndFile) {
  const std::string file = small_file("x");
  const std::string config = make_config(TinyModelOptions{});
  EXPECT_THAT(checkpoint_in_memory(config, testing::as_bytes(file), "here").files, SizeIs(1));
  EXPECT_THAT(model_error_of([&] { checkpoint_in_memory(config, {}, "here"); }),
              HasSubstr("here: 0 bytes are too few"));
  EXPECT_THAT(model_error_of([&] { checkpoint_in_memory("{}", testing::as_bytes(file), "here"); }),
              HasSubstr("here/config.json: has no 'model_type'"));
}

}  // namespace checkpoint_test
}  // namespace tacet::model
