#include "model/config.h"

#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/files.h"

namespace tacet::model {
namespace config_test {

using ::testing::HasSubstr;
using testing::model_error_of;

// A config with these settings beside the family.
std::string gpt2_with(const std::string& settings) {
  return R"({"model_type":"gpt2")" + (settings.empty() ? "" : "," + settings) + "}";
}

ParsedConfig parsed(const std::string& settings) {
  return parse_config(gpt2_with(settings), "config.json");
}

std::string error_of(const std::string& text) {
  return model_error_of([&] { parse_config(text, "config.json"); });
}

TEST(Config, DefaultsAreThoseOfGpt2) {
  const ParsedConfig result = parsed("");
  const ModelConfig& config = result.config;
  EXPECT_EQ(config.n_layer, 12);
  EXPECT_EQ(config.n_head, 12);
  EXPECT_EQ(config.d_model, 768);
  EXPECT_EQ(config.d_head(), 64);
  EXPECT_EQ(config.n_inner, 3072);
  EXPECT_EQ(config.n_positions, 1024);
  EXPECT_EQ(config.vocab_size, 50257);
  EXPECT_EQ(config.layer_norm_epsilon, 1e-5);
  EXPECT_EQ(config.activation, Activation::gelu_tanh);
  EXPECT_TRUE(config.scale_attn_weights);
  EXPECT_FALSE(config.scale_attn_by_inverse_layer_idx);
  EXPECT_TRUE(config.tie_word_embeddings);
  EXPECT_EQ(config.bos_token_id, 50256);
  EXPECT_TRUE(result.warnings.empty());
}

// The keys of the official gpt2 file, in its own spelling.
TEST(Config, ReadsTheOfficialFile) {
  const ModelConfig config =
      parsed(R"("activation_function":"gelu_new","architectures":["GPT2LMHeadModel"],)"
             R"("attn_pdrop":0.1,"bos_token_id":50256,"embd_pdrop":0.1,"eos_token_id":50256,)"
             R"("initializer_range":0.02,"layer_norm_epsilon":1e-05,"n_ctx":1024,"n_embd":1024,)"
             R"("n_head":16,"n_layer":24,"n_positions":1024,"n_special":0,)"
             R"("predict_special_tokens":true,"resid_pdrop":0.1,"summary_activation":null,)"
             R"("task_specific_params":{"text-generation":{"do_sample":true,"max_length":50}},)"
             R"("vocab_size":50257)")
          .config;
  EXPECT_EQ(config.n_layer, 24);
  EXPECT_EQ(config.n_head, 16);
  EXPECT_EQ(config.d_model, 1024);
  EXPECT_EQ(config.n_inner, 4096);
}

TEST(Config, ReadsEverySetting) {
  const ModelConfig config =
      parsed(R"("n_layer":3,"n_head":2,"n_embd":10,"n_inner":7,"n_positions":5,"vocab_size":11,)"
             R"("layer_norm_epsilon":1,"scale_attn_weights":false,)"
             R"("scale_attn_by_inverse_layer_idx":true,"tie_word_embeddings":false,)"
             R"("reorder_and_upcast_attn":true,"add_cross_attention":false,)"
             R"("quantization_config":null,"pruned_heads":{},"bos_token_id":4)")
          .config;
  EXPECT_EQ(config.n_layer, 3);
  EXPECT_EQ(config.n_head, 2);
  EXPECT_EQ(config.d_model, 10);
  EXPECT_EQ(config.d_head(), 5);
  EXPECT_EQ(config.n_inner, 7);
  EXPECT_EQ(config.n_positions, 5);
  EXPECT_EQ(config.vocab_size, 11);
  EXPECT_EQ(config.layer_norm_epsilon, 1.0);
  EXPECT_FALSE(config.scale_attn_weights);
  EXPECT_TRUE(config.scale_attn_by_inverse_layer_idx);
  EXPECT_FALSE(config.tie_word_embeddings);
  EXPECT_EQ(config.bos_token_id, 4);
}

TEST(Config, KnowsTheAliasesOfOtherFamilies) {
  const ModelConfig config = parsed(R"("num_hidden_layers":3,"num_attention_heads":2,)"
                                    R"("hidden_size":10,"max_position_embeddings":5)")
                                 .config;
  EXPECT_EQ(config.n_layer, 3);
  EXPECT_EQ(config.n_head, 2);
  EXPECT_EQ(config.d_model, 10);
  EXPECT_EQ(config.n_positions, 5);
  EXPECT_EQ(parsed(R"("n_layer":3,"num_hidden_layers":3)").config.n_layer, 3);
  EXPECT_THAT(error_of(gpt2_with(R"("n_layer":3,"num_hidden_layers":4)")),
              HasSubstr("'n_layer' is 3, but 'num_hidden_layers', which means the same, is 4"));
  EXPECT_THAT(error_of(gpt2_with(R"("num_hidden_layers":0)")),
              HasSubstr("'num_hidden_layers' is 0"));
}

TEST(Config, NullMeansTheDefault) {
  const ModelConfig config = parsed(R"("n_inner":null,"n_embd":24,"n_layer":null)").config;
  EXPECT_EQ(config.n_inner, 96);
  EXPECT_EQ(config.n_layer, 12);
}

TEST(Config, KnowsTheActivations) {
  const std::pair<const char*, Activation> activations[] = {
      {"gelu_new", Activation::gelu_tanh},
      {"gelu_pytorch_tanh", Activation::gelu_tanh},
      {"gelu_fast", Activation::gelu_tanh},
      {"gelu", Activation::gelu_erf},
      {"gelu_python", Activation::gelu_erf},
      {"relu", Activation::relu},
      {"silu", Activation::silu},
      {"swish", Activation::silu}};
  for (const auto& [name, activation] : activations) {
    EXPECT_EQ(parsed(std::string(R"("activation_function":")") + name + '"').config.activation,
              activation)
        << name;
  }
}

TEST(Config, ABosOutsideTheVocabularyIsPutAside) {
  const ParsedConfig stated = parsed(R"("vocab_size":100,"bos_token_id":50256)");
  EXPECT_EQ(stated.config.bos_token_id, std::nullopt);
  ASSERT_EQ(stated.warnings.size(), 1U);
  EXPECT_THAT(stated.warnings[0], HasSubstr("'bos_token_id' is 50256"));
  // What nobody stated needs no warning.
  const ParsedConfig absent = parsed(R"("vocab_size":100)");
  EXPECT_EQ(absent.config.bos_token_id, std::nullopt);
  EXPECT_TRUE(absent.warnings.empty());
  EXPECT_EQ(parsed(R"("bos_token_id":null)").config.bos_token_id, std::nullopt);
  EXPECT_EQ(parsed(R"("bos_token_id":18446744073709551615)").config.bos_token_id, std::nullopt);
}

TEST(Config, TheLargestSizesStillMultiply) {
  const ModelConfig config = parsed(R"("n_embd":16777216,"n_head":16777216,"n_layer":10000,)"
                                    R"("n_positions":16777216,"vocab_size":16777216)")
                                 .config;
  EXPECT_EQ(config.n_inner, 1 << 26);
}

struct BadConfig {
  const char* what;
  std::string text;
  const char* message;
};

void PrintTo(const BadConfig& config, std::ostream* out) {
  *out << config.what;
}

const BadConfig kBadConfigs[] = {
    {"empty", "", "config.json: byte 0"},
    {"not JSON", "{", "not JSON"},
    {"not UTF-8", "{\"\xFF\":1}", "not UTF-8"},
    {"key twice", R"({"model_type":"gpt2","n_layer":1,"n_layer":2})", "stands twice"},
    {"an array", "[1]", "is not a JSON object"},
    {"no family", R"({"n_layer":2})", "has no 'model_type'"},
    {"another family", R"({"model_type":"llama"})", "'model_type' is \"llama\""},
    {"family of a wrong type", R"({"model_type":["gpt2"]})", "'model_type' is [\"gpt2\"]"},
    {"cross-attention", gpt2_with(R"("add_cross_attention":true)"),
     "'add_cross_attention' is true"},
    {"quantized", gpt2_with(R"("quantization_config":{"quant_method":"gptq"})"),
     "'quantization_config' is {\"quant_method\":\"gptq\"}"},
    {"pruned", gpt2_with(R"("pruned_heads":{"0":[1]})"), "'pruned_heads' is {\"0\":[1]}"},
    {"unknown activation", gpt2_with(R"("activation_function":"quick_gelu")"),
     "'activation_function' is \"quick_gelu\"; this activation is not supported, those that are: "
     "gelu_new, gelu_pytorch_tanh, gelu_fast, gelu, gelu_python, relu, silu, swish"},
    {"activation a number", gpt2_with(R"("activation_function":1)"), "'activation_function' is 1"},
    {"layers 0", gpt2_with(R"("n_layer":0)"), "'n_layer' is 0; it must be a whole number from 1"},
    {"layers negative", gpt2_with(R"("n_layer":-2)"), "'n_layer' is -2"},
    {"layers fractional", gpt2_with(R"("n_layer":2.0)"), "'n_layer' is 2.0"},
    {"layers a string", gpt2_with(R"("n_layer":"2")"), "'n_layer' is \"2\""},
    {"layers a boolean", gpt2_with(R"("n_layer":true)"), "'n_layer' is true"},
    {"too many layers", gpt2_with(R"("n_layer":10001)"), "from 1 to 10000"},
    {"heads 0", gpt2_with(R"("n_head":0)"), "'n_head' is 0"},
    {"width too large", gpt2_with(R"("n_embd":16777217)"), "'n_embd' is 16777217"},
    {"width beyond 64 bits", gpt2_with(R"("n_embd":99999999999999999999)"), "'n_embd' is"},
    {"width that wraps in 32 bits", gpt2_with(R"("n_embd":4294968064)"), "'n_embd' is 4294968064"},
    {"inner 0", gpt2_with(R"("n_inner":0)"), "'n_inner' is 0"},
    {"positions 0", gpt2_with(R"("n_positions":0)"), "'n_positions' is 0"},
    {"vocabulary negative", gpt2_with(R"("vocab_size":-1)"), "'vocab_size' is -1"},
    {"heads do not divide", gpt2_with(R"("n_embd":10,"n_head":3)"),
     "'n_embd' is 10, which 'n_head' = 3 does not divide"},
    {"more heads than width", gpt2_with(R"("n_embd":10,"n_head":20)"), "does not divide"},
    {"epsilon 0", gpt2_with(R"("layer_norm_epsilon":0)"), "'layer_norm_epsilon' is 0"},
    {"epsilon negative", gpt2_with(R"("layer_norm_epsilon":-1e-5)"),
     "'layer_norm_epsilon' is -1e-05"},
    {"epsilon huge", gpt2_with(R"("layer_norm_epsilon":1e300)"), "'layer_norm_epsilon' is 1e+300"},
    {"epsilon a string", gpt2_with(R"("layer_norm_epsilon":"1e-5")"), "'layer_norm_epsilon' is"},
    {"flag a number", gpt2_with(R"("scale_attn_weights":1)"),
     "'scale_attn_weights' is 1; it must be true or false"},
    {"ignored flag a string", gpt2_with(R"("reorder_and_upcast_attn":"no")"),
     "'reorder_and_upcast_attn' is \"no\""},
    {"tied a string", gpt2_with(R"("tie_word_embeddings":"yes")"), "'tie_word_embeddings' is"},
    {"bos negative", gpt2_with(R"("bos_token_id":-1)"), "'bos_token_id' is -1"},
    {"bos a list", gpt2_with(R"("bos_token_id":[1])"), "'bos_token_id' is [1]"},
    {"long value", gpt2_with(R"("n_layer":")" + std::string(10'000, 'x') + '"'), "xxx..."},
};

class BadConfigs : public ::testing::TestWithParam<BadConfig> {};

TEST_P(BadConfigs, AreRefusedByName) {
  const std::string error = error_of(GetParam().text);
  EXPECT_THAT(error, HasSubstr(GetParam().message));
  EXPECT_THAT(error, HasSubstr("config.json"));
  EXPECT_LT(error.size(), 300U);
}

INSTANTIATE_TEST_SUITE_P(Texts, BadConfigs, ::testing::ValuesIn(kBadConfigs));

}  // namespace config_test
}  // namespace tacet::model
