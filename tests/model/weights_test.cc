#include "model/weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/files.h"
#include "support/tiny_model.h"
#include "tacet/model.h"

namespace tacet::model {
namespace weights_test {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MadeTensor;
using testing::make_config;
using testing::make_tensors;
using testing::model_error_of;
using ::testing::SizeIs;
using testing::TempDir;
using testing::TinyModel;
using testing::TinyModelOptions;
using testing::write_file;
using testing::write_safetensors;

using Change = std::function<void(std::vector<MadeTensor>&)>;

// A model whose tensors were changed before they were written.
Model changed_model(const TempDir& folder, const Change& change, TinyModelOptions options = {}) {
  std::vector<MadeTensor> tensors = make_tensors(options);
  change(tensors);
  write_file(folder / "config.json", make_config(options));
  write_safetensors(folder / "model.safetensors", tensors, options.prefix, 0);
  return Model::load(folder.path());
}

std::string error_of(const Change& change, const TinyModelOptions& options = {}) {
  const TempDir folder;
  return model_error_of([&] { changed_model(folder, change, options); });
}

MadeTensor& tensor_named(std::vector<MadeTensor>& tensors, const std::string& name) {
  return *std::find_if(tensors.begin(), tensors.end(),
                       [&](const MadeTensor& tensor) { return tensor.name == name; });
}

Change without(const std::string& name) {
  return [name](std::vector<MadeTensor>& tensors) {
    std::erase_if(tensors, [&](const MadeTensor& tensor) { return tensor.name == name; });
  };
}

Change with_extra(std::vector<std::string> names) {
  return [names](std::vector<MadeTensor>& tensors) {
    for (const std::string& name : names) tensors.push_back({name, "F32", {1}, {0.0F}});
  };
}

// Every tensor of the view by its name without prefix.
std::map<std::string, const Tensor*> tensors_of(const Weights& weights) {
  std::map<std::string, const Tensor*> all{{"wte.weight", &weights.wte},
                                           {"wpe.weight", &weights.wpe},
                                           {"ln_f.weight", &weights.ln_f.weight},
                                           {"ln_f.bias", &weights.ln_f.bias}};
  for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
    const Block& block = weights.blocks[i];
    const std::string name = "h." + std::to_string(i) + ".";
    const auto add = [&](const std::string& part, const Tensor& weight, const Tensor& bias) {
      all[name + part + ".weight"] = &weight;
      all[name + part + ".bias"] = &bias;
    };
    add("ln_1", block.ln_1.weight, block.ln_1.bias);
    add("attn.c_attn", block.c_attn.weight, block.c_attn.bias);
    add("attn.c_proj", block.attn_c_proj.weight, block.attn_c_proj.bias);
    add("ln_2", block.ln_2.weight, block.ln_2.bias);
    add("mlp.c_fc", block.c_fc.weight, block.c_fc.bias);
    add("mlp.c_proj", block.mlp_c_proj.weight, block.mlp_c_proj.bias);
  }
  return all;
}

// What a stored number of the dtype makes of `value`.
float rounded(float value, const std::string& dtype) {
  if (dtype == "F32") return value;
  const std::uint16_t bits =
      dtype == "F16" ? testing::to_half_bits(value) : testing::to_bfloat16_bits(value);
  std::byte bytes[2];
  std::memcpy(bytes, &bits, sizeof bits);
  float result = 0;
  copy_to_float({"t", bytes, dtype == "F16" ? Dtype::f16 : Dtype::bf16, 1, 1}, 0, {&result, 1});
  return result;
}

void expect_all_tensors(const TinyModelOptions& options) {
  const TinyModel made(options);
  const Weights& weights = made.model.weights();
  const std::map<std::string, const Tensor*> found = tensors_of(weights);
  std::size_t compared = 0;
  for (const MadeTensor& wanted : make_tensors(options)) {
    if (!found.contains(wanted.name)) continue;
    const Tensor& tensor = *found.at(wanted.name);
    EXPECT_EQ(tensor.name, options.prefix + wanted.name);
    EXPECT_EQ(tensor.rows, wanted.shape.size() == 1 ? 1 : wanted.shape[0]);
    EXPECT_EQ(tensor.cols, wanted.shape.back());
    std::vector<float> values(wanted.values.size());
    copy_to_float(tensor, 0, values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(values[i], rounded(wanted.values[i], options.dtype)) << wanted.name << ' ' << i;
    }
    ++compared;
  }
  EXPECT_EQ(compared, found.size());
  EXPECT_EQ(made.model.dtype(), options.dtype);
  EXPECT_THAT(weights.warnings, IsEmpty());
}

TEST(Weights, HaveTheStoredNumbersInEveryLayoutAndDtype) {
  for (const char* dtype : {"F32", "F16", "BF16"}) {
    for (const char* prefix : {"", "transformer."}) {
      for (const int shards : {1, 3}) {
        TinyModelOptions options;
        options.dtype = dtype;
        options.prefix = prefix;
        options.shards = shards;
        options.masks = shards == 3;
        options.n_inner = 20;
        expect_all_tensors(options);
      }
    }
  }
}

TEST(Weights, AreUsedAtAnyAlignment) {
  for (int start = 0; start < 8; ++start) {
    TinyModelOptions options;
    options.data_start = start;
    expect_all_tensors(options);
    const TinyModel made(options);
    const auto address = reinterpret_cast<std::uintptr_t>(made.model.weights().wte.data);
    EXPECT_EQ(address % 8, static_cast<std::uintptr_t>(start));
  }
}

TEST(Weights, TheUnembeddingIsTiedStoredOrAbsent) {
  const auto unembedding_is_wte = [](const TinyModelOptions& options) {
    const TinyModel made(options);
    EXPECT_THAT(made.model.weights().warnings, IsEmpty());
    return made.model.weights().unembedding.data == made.model.weights().wte.data;
  };
  TinyModelOptions options;
  options.prefix = "transformer.";
  EXPECT_TRUE(unembedding_is_wte(options));
  options.store_lm_head = true;
  EXPECT_TRUE(unembedding_is_wte(options));  // as the reference does it for a tied model
  options.tie_word_embeddings = false;
  EXPECT_FALSE(unembedding_is_wte(options));
  const TinyModel made(options);
  EXPECT_EQ(made.model.weights().unembedding.name, "lm_head.weight");
  options.store_lm_head = false;
  EXPECT_THAT(model_error_of([&] { TinyModel untied(options); }),
              AllOf(HasSubstr("'lm_head.weight' is missing"), HasSubstr("tie_word_embeddings")));
}

TEST(Weights, AnUntiedUnembeddingMustHaveTheVocabularysShape) {
  TinyModelOptions options;
  options.tie_word_embeddings = false;
  options.store_lm_head = true;
  EXPECT_THAT(error_of(
                  [](std::vector<MadeTensor>& tensors) {
                    MadeTensor& head = tensor_named(tensors, "lm_head.weight");
                    std::swap(head.shape[0], head.shape[1]);
                  },
                  options),
              HasSubstr("tensor 'lm_head.weight' has the shape [8, 32], but config.json asks for "
                        "[32, 8]"));
}

TEST(Weights, AMixtureOfDtypesIsCalledMixed) {
  const TempDir folder;
  const Model mixed = changed_model(folder, [](std::vector<MadeTensor>& tensors) {
    tensor_named(tensors, "h.1.mlp.c_fc.weight").dtype = "BF16";
  });
  EXPECT_EQ(mixed.dtype(), "mixed");
  const TempDir other;
  const Model halves = changed_model(
      other,
      [](std::vector<MadeTensor>& tensors) {
        for (MadeTensor& tensor : tensors) {
          if (tensor.shape.size() == 1) tensor.dtype = "F32";
        }
        tensor_named(tensors, "wte.weight").dtype = "F32";
      },
      [] {
        TinyModelOptions options;
        options.dtype = "F16";
        return options;
      }());
  EXPECT_EQ(halves.dtype(), "F16");  // only the matrices of the blocks count
}

TEST(Weights, EveryTensorIsNeeded) {
  std::size_t tried = 0;
  for (const MadeTensor& tensor : make_tensors({})) {
    EXPECT_THAT(error_of(without(tensor.name)),
                HasSubstr("tensor '" + tensor.name + "' is missing"));
    ++tried;
  }
  EXPECT_EQ(tried, 2U * 12U + 4U);
}

TEST(Weights, AMissingTensorIsNamedWithItsPrefix) {
  TinyModelOptions options;
  options.prefix = "transformer.";
  EXPECT_THAT(error_of(without("h.1.attn.c_attn.bias"), options),
              HasSubstr("tensor 'transformer.h.1.attn.c_attn.bias' is missing (27 tensors"));
}

TEST(Weights, EveryShapeIsComparedWithTheConfig) {
  for (const MadeTensor& tensor : make_tensors({})) {
    const std::string error = error_of([&](std::vector<MadeTensor>& tensors) {
      MadeTensor& changed = tensor_named(tensors, tensor.name);
      changed.shape.insert(changed.shape.begin(), 1);
    });
    EXPECT_THAT(error, AllOf(HasSubstr("tensor '" + tensor.name + "' has the shape [1, "),
                             HasSubstr("but config.json asks for [")));
  }
}

TEST(Weights, SizesOfAnotherModelAreRefused) {
  const auto error_with = [](const std::function<void(TinyModelOptions&)>& change) {
    const TempDir folder;
    const TinyModelOptions written;
    TinyModelOptions stated = written;
    change(stated);
    write_file(folder / "config.json", make_config(stated));
    write_safetensors(folder / "model.safetensors", make_tensors(written), "", 0);
    return model_error_of([&] { Model::load(folder.path()); });
  };
  EXPECT_THAT(error_with([](auto& o) { o.vocab_size = 33; }),
              HasSubstr("'wte.weight' has the shape [32, 8], but config.json asks for [33, 8]"));
  EXPECT_THAT(error_with([](auto& o) { o.n_positions = 15; }), HasSubstr("'wpe.weight'"));
  EXPECT_THAT(error_with([](auto& o) { o.d_model = 16; }), HasSubstr("'wte.weight'"));
  EXPECT_THAT(error_with([](auto& o) { o.n_inner = 31; }), HasSubstr("'h.0.mlp.c_fc.weight'"));
  EXPECT_THAT(error_with([](auto& o) { o.n_layer = 3; }),
              HasSubstr("'h.2.ln_1.weight' is missing"));
}

TEST(Weights, OtherDtypesAreRefusedByName) {
  EXPECT_THAT(
      error_of([](std::vector<MadeTensor>& tensors) {
        tensor_named(tensors, "h.0.attn.c_proj.weight").dtype = "U8";
      }),
      HasSubstr("tensor 'h.0.attn.c_proj.weight' has the dtype U8; only F32, F16 and BF16"));
}

TEST(Weights, BothPrefixesAtOnceAreRefused) {
  EXPECT_THAT(error_of(with_extra({"transformer.wte.weight"})),
              HasSubstr("both 'wte.weight' and 'transformer.wte.weight'"));
}

TEST(Weights, UnknownTensorsAreAWarning) {
  const TempDir folder;
  const Model two = changed_model(folder, with_extra({"score.weight", "h.0.attn.xbias"}));
  ASSERT_THAT(two.weights().warnings, SizeIs(1));
  EXPECT_THAT(two.weights().warnings[0],
              AllOf(HasSubstr("2 tensors that"), HasSubstr("'h.0.attn.xbias', 'score.weight'")));
  const TempDir other;
  const Model many = changed_model(other, with_extra({"a", "b", "c", "d", "e", "f"}));
  ASSERT_THAT(many.weights().warnings, SizeIs(1));
  EXPECT_THAT(many.weights().warnings[0], HasSubstr("'d', 'e', ..."));
}

TEST(Weights, StoredMasksAreNoWarning) {
  TinyModelOptions options;
  options.masks = true;
  for (const char* prefix : {"", "transformer."}) {
    options.prefix = prefix;
    EXPECT_THAT(TinyModel(options).model.weights().warnings, IsEmpty());
  }
}

// Reading every number would cost what loading must not: the engine sees them anyway.
TEST(Weights, NumbersThatAreNotFiniteLoad) {
  TinyModelOptions options;
  options.edit = testing::set_value("wte.weight", 0, std::numeric_limits<float>::quiet_NaN());
  const TinyModel made(options);
  float value = 0;
  copy_to_float(made.model.weights().wte, 0, {&value, 1});
  EXPECT_TRUE(std::isnan(value));
}

}  // namespace weights_test
}  // namespace tacet::model
