#include "tacet/model.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/assemble.h"
#include "model/checkpoint.h"
#include "model/embedded.h"
#include "model/files.h"
#include "model/mapped_file.h"
#include "model/weights.h"
#include "support/tiny_model.h"

namespace tacet {
namespace model_test {

namespace fs = std::filesystem;
using testing::bytes_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::model_error_of;
using testing::TempDir;
using testing::TinyModel;
using testing::TinyModelOptions;
using testing::write_file;
using testing::write_tiny_model;

TEST(Model, IsCalledAsItsFolder) {
  const TinyModel made({});
  EXPECT_EQ(made.model.id(), made.folder.path().string());
  EXPECT_EQ(made.model.config().d_model, 8);
  EXPECT_EQ(made.model.dtype(), "F32");
}

TEST(Model, LoadThrowsModelError) {
  const TempDir folder;
  EXPECT_THROW(Model::load(folder.path()), ModelError);
}

TEST(Model, CopiesShareTheWeights) {
  const TinyModel made({});
  const Model copy = made.model;
  EXPECT_EQ(&copy.weights(), &made.model.weights());
}

// A cache keeps the files under the names of their hashes, with links to them in a snapshot.
TEST(Model, IsTheSameInACacheAndInAFolder) {
  for (const int shards : {1, 2}) {
    TinyModelOptions options;
    options.shards = shards;
    const TinyModel made(options);
    const TempDir cache;
    fs::create_directories(cache / "blobs");
    fs::create_directories(cache / "snapshots/0123");
    int blob = 0;
    for (const auto& entry : fs::directory_iterator(made.folder.path())) {
      const fs::path name = fmt::format("blobs/{}", blob++);
      fs::copy(entry.path(), cache / name);
      fs::create_symlink("../.." / name, cache / "snapshots/0123" / entry.path().filename());
    }
    const Model cached = Model::load(cache / "snapshots/0123");
    EXPECT_EQ(cached.fingerprint(), made.model.fingerprint());
    EXPECT_EQ(cached.weights().blocks.size(), made.model.weights().blocks.size());
  }
}

TEST(Model, FingerprintsTellModelsApart) {
  const auto fingerprint = [](const TinyModelOptions& options) {
    return TinyModel(options).model.fingerprint();
  };
  TinyModelOptions options;
  const std::string first = fingerprint(options);
  EXPECT_EQ(fingerprint(options), first);
  options.seed = 2;
  EXPECT_NE(fingerprint(options), first);
  options.seed = 1;
  options.layer_norm_epsilon = 2e-5;  // only config.json differs
  EXPECT_NE(fingerprint(options), first);
  options.layer_norm_epsilon = 1e-5;
  options.edit = testing::set_value("h.1.ln_2.bias", 3, 7.0F);  // one number differs
  EXPECT_NE(fingerprint(options), first);
}

TEST(Model, AFileThatChangesUnderTheModelIsToldAfterTheRun) {
  const TinyModel made({});
  const fs::path weights = made.folder / "model.safetensors";
  EXPECT_NO_THROW(made.model.weights().check_unchanged());
  const auto size = fs::file_size(weights);
  fs::resize_file(weights, size + 1);
  EXPECT_THAT(model_error_of([&] { made.model.weights().check_unchanged(); }),
              HasSubstr("model.safetensors: grew"));
  fs::resize_file(weights, 8);
  std::vector<float> values(32 * 8);
  model::copy_to_float(made.model.weights().wte, 0, values);  // must not end the process
  EXPECT_THAT(model_error_of([&] { made.model.weights().check_unchanged(); }),
              HasSubstr("model.safetensors: was truncated"));
}

TEST(Model, AFileThatChangesWhileItIsLoadedIsTold) {
  const TempDir folder;
  write_tiny_model(folder.path(), {});
  const fs::path weights = folder / "model.safetensors";
  model::Checkpoint checkpoint = model::open_checkpoint(folder.path());
  fs::resize_file(weights, fs::file_size(weights) - 1);
  EXPECT_THAT(model_error_of([&] { model::assemble_weights(std::move(checkpoint), "x"); }),
              HasSubstr("was truncated while it was in use"));
}

// Another process empties the file and fills it again while models are loaded from it: each load
// ends with a model or with ModelError, whenever it was hit.
TEST(Model, LoadingFromAFileThatComesAndGoesNeverCrashes) {
  const TempDir folder;
  TinyModelOptions options;
  options.d_model = 64;
  options.n_layer = 4;
  write_tiny_model(folder.path(), options);
  const fs::path weights = folder / "model.safetensors";
  const std::string bytes = bytes_of(weights);
  int loaded = 0;
  int refused = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      fs::resize_file(weights, 0);
      write_file(weights, bytes);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  for (int round = 0; round < 100; ++round) {
    try {
      const Model model = Model::load(folder.path());
      std::vector<float> values(32 * 64);
      model::copy_to_float(model.weights().wte, 0, values);
      model.weights().check_unchanged();
      ++loaded;
    } catch (const ModelError&) {
      ++refused;
    }
  }
  EXPECT_EQ(loaded + refused, 100);
}

// The header of a file of GPT-2 Medium's shape, and the size of its data.
std::pair<std::string, std::uint64_t> medium_header() {
  std::string header = "{";
  std::uint64_t end = 0;
  const auto add = [&](const std::string& name, std::uint64_t rows, std::uint64_t cols) {
    const std::uint64_t begin = end;
    end += 4 * rows * cols;
    const std::string shape =
        rows == 1 ? fmt::format("{}", cols) : fmt::format("{},{}", rows, cols);
    header += fmt::format(R"({}"{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})",
                          header.size() == 1 ? "" : ",", name, shape, begin, end);
  };
  add("wte.weight", 50257, 1024);
  add("wpe.weight", 1024, 1024);
  for (int layer = 0; layer < 24; ++layer) {
    const auto part = [&](const char* name, std::uint64_t in, std::uint64_t out) {
      add(fmt::format("h.{}.{}.weight", layer, name), in, out);
      add(fmt::format("h.{}.{}.bias", layer, name), 1, out);
    };
    part("ln_1", 1, 1024);
    part("attn.c_attn", 1024, 3072);
    part("attn.c_proj", 1024, 1024);
    part("ln_2", 1, 1024);
    part("mlp.c_fc", 1024, 4096);
    part("mlp.c_proj", 4096, 1024);
  }
  add("ln_f.weight", 1, 1024);
  add("ln_f.bias", 1, 1024);
  return {header + "}", end};
}

// Bytes of the file that are in memory.
std::size_t resident_bytes(const fs::path& file) {
  const model::MappedFile map(file);
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((map.bytes().size() + page - 1) / page);
  void* begin = const_cast<std::byte*>(map.bytes().data());
  EXPECT_EQ(mincore(begin, map.bytes().size(), pages.data()), 0);
  return page * static_cast<std::size_t>(std::count_if(
                    pages.begin(), pages.end(), [](unsigned char p) { return (p & 1U) != 0; }));
}

TEST(Model, LoadingReadsHeadersAndSamplesOnly) {
  const TempDir folder;
  write_file(folder / "config.json",
             R"({"model_type":"gpt2","n_layer":24,"n_head":16,"n_embd":1024})");
  const auto [header, data_bytes] = medium_header();
  const fs::path file = folder / "model.safetensors";
  write_file(file, testing::safetensors_bytes(header, 0));
  fs::resize_file(file, 8 + header.size() + data_bytes);  // 1.4 GB that take no space
  const Model model = Model::load(folder.path());
  EXPECT_EQ(model.weights().blocks.size(), 24U);
  EXPECT_LT(resident_bytes(file), data_bytes / 20);
}

TEST(Mini, IsTheEmbeddedModel) {
  const Model mini = Model::mini();
  EXPECT_EQ(mini.id(), "mini");
  EXPECT_THAT(mini.weights().warnings, IsEmpty());
  EXPECT_EQ(mini.weights().blocks.size(), static_cast<std::size_t>(mini.config().n_layer));
  EXPECT_THAT(mini.weights().storage, IsEmpty());
  EXPECT_NO_THROW(mini.weights().check_unchanged());
}

TEST(Mini, IsWhatItsFolderIs) {
  const TempDir folder;
  const auto write = [&](const char* name, std::span<const std::byte> bytes) {
    write_file(folder / name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  write("config.json", model::embedded_config());
  write("model.safetensors", model::embedded_weights());
  const Model model = Model::load(folder.path());
  const Model mini = Model::mini();
  EXPECT_EQ(model.fingerprint(), mini.fingerprint());
  EXPECT_EQ(model.dtype(), mini.dtype());
  EXPECT_EQ(model.config().vocab_size, mini.config().vocab_size);
}

}  // namespace model_test
}  // namespace tacet
