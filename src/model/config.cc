#include "model/config.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/strict_json.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::model {
namespace {

constexpr int kMaxBlocks = 10'000;
// Large enough for any model, and small enough that 4 * 2^24 fits in an int and the product of any
// two sizes times the bytes of a number in 64 bits.
constexpr int kMaxSize = 1 << 24;
constexpr std::int32_t kGpt2EndOfText = 50256;
constexpr std::size_t kMaxShownValue = 60;

constexpr std::array<std::pair<std::string_view, Activation>, 8> kActivations{{
    {"gelu_new", Activation::gelu_tanh},
    {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"gelu_fast", Activation::gelu_tanh},
    {"gelu", Activation::gelu_erf},
    {"gelu_python", Activation::gelu_erf},
    {"relu", Activation::relu},
    {"silu", Activation::silu},
    {"swish", Activation::silu},
}};

// The settings of one file, read by name.
class Settings {
 public:
  Settings(const nlohmann::json& root, std::string_view where) : root_(root), where_(where) {}

  // The value of a setting; nullptr when it is absent or null.
  const nlohmann::json* find(const char* key) const {
    const auto found = root_.find(key);
    return found == root_.end() || found->is_null() ? nullptr : &*found;
  }

  // A size in 1 ... max. `alias` is the name that other families use for it.
  int size(const char* key, const char* alias, int otherwise, int max) const {
    const nlohmann::json* value = find(key);
    const nlohmann::json* other = alias == nullptr ? nullptr : find(alias);
    if (value != nullptr && other != nullptr && *value != *other) {
      throw ModelError(
          fmt::format("{}: '{}' is {}, but '{}', which means the same, is {}; remove "
                      "one of them",
                      where_, key, printed(*value), alias, printed(*other)));
    }
    const char* name = value != nullptr ? key : alias;
    if (value == nullptr) value = other;
    if (value == nullptr) return otherwise;
    const auto number = value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
    if (number == 0 || number > static_cast<std::uint64_t>(max)) {
      refuse(name, *value, fmt::format("it must be a whole number from 1 to {}", max));
    }
    return static_cast<int>(number);
  }

  bool flag(const char* key, bool otherwise) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) refuse(key, *value, "it must be true or false");
    return value->get<bool>();
  }

  [[noreturn]] void refuse(std::string_view key, const nlohmann::json& value,
                           std::string_view remedy) const {
    throw ModelError(fmt::format("{}: '{}' is {}; {}", where_, key, printed(value), remedy));
  }

  std::string_view where() const { return where_; }

 private:
  static std::string printed(const nlohmann::json& value) {
    const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return support::escape_for_display(
        text.size() <= kMaxShownValue ? text : text.substr(0, kMaxShownValue) + "...");
  }

  const nlohmann::json& root_;
  std::string_view where_;
};

void check_family(const Settings& settings) {
  const nlohmann::json* type = settings.find("model_type");
  if (type == nullptr) {
    throw ModelError(fmt::format(
        "{}: has no 'model_type'; add \"model_type\": \"gpt2\" if this is a GPT-2 model",
        settings.where()));
  }
  if (*type != "gpt2") {
    settings.refuse("model_type", *type, "only models of the family \"gpt2\" can be used");
  }
}

// What would change the forward pass in a way that the engine does not know.
void check_supported(const Settings& settings) {
  if (settings.flag("add_cross_attention", false)) {
    settings.refuse("add_cross_attention", true,
                    "models with cross-attention are not supported, use a decoder-only one");
  }
  if (const auto* quantization = settings.find("quantization_config")) {
    settings.refuse("quantization_config", *quantization,
                    "quantized models are not supported, use one stored as F32, F16 or BF16");
  }
  const nlohmann::json* pruned = settings.find("pruned_heads");
  if (pruned != nullptr && !pruned->empty()) {
    settings.refuse("pruned_heads", *pruned,
                    "models with pruned heads are not supported, use one with all of them");
  }
  // Decides in which order float16 products are scaled: nothing to do in float32.
  settings.flag("reorder_and_upcast_attn", false);
}

Activation read_activation(const Settings& settings) {
  const nlohmann::json* value = settings.find("activation_function");
  if (value == nullptr) return Activation::gelu_tanh;
  std::string names;
  for (const auto& [name, activation] : kActivations) {
    if (*value == name) return activation;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  settings.refuse("activation_function", *value,
                  fmt::format("this activation is not supported, those that are: {}", names));
}

double read_epsilon(const Settings& settings) {
  const nlohmann::json* value = settings.find("layer_norm_epsilon");
  if (value == nullptr) return ModelConfig{}.layer_norm_epsilon;
  const double epsilon = value->is_number() ? value->get<double>() : 0.0;
  if (!(epsilon > 0.0 && epsilon <= 1.0)) {
    settings.refuse("layer_norm_epsilon", *value, "it must be a number above 0, and at most 1");
  }
  return epsilon;
}

// GPT-2's own id stands for an absent setting, as the defaults say. One that the vocabulary does
// not have is common in small models that kept GPT-2's value: no reason to refuse the model.
std::optional<std::int32_t> read_bos(const Settings& settings, bool stated, int vocab_size,
                                     std::vector<std::string>& warnings) {
  const nlohmann::json* value = settings.find("bos_token_id");
  if (value == nullptr) {
    if (stated || kGpt2EndOfText >= vocab_size) return std::nullopt;
    return kGpt2EndOfText;
  }
  if (!value->is_number_unsigned()) {
    settings.refuse("bos_token_id", *value, "it must be a whole number from 0 on, or null");
  }
  const auto id = value->get<std::uint64_t>();
  if (id >= static_cast<std::uint64_t>(vocab_size)) {
    warnings.push_back(fmt::format(
        "{}: 'bos_token_id' is {}, outside the vocabulary of {}; the model is taken to have none",
        settings.where(), id, vocab_size));
    return std::nullopt;
  }
  return static_cast<std::int32_t>(id);
}

}  // namespace

ParsedConfig parse_config(std::string_view text, std::string_view where) {
  const nlohmann::json root = support::parse_strict_json(text, where);
  if (!root.is_object()) {
    throw ModelError(
        fmt::format("{}: is not a JSON object; put the config.json of a GPT-2 model there", where));
  }
  const Settings settings(root, where);
  check_family(settings);
  check_supported(settings);

  ParsedConfig result;
  ModelConfig& config = result.config;
  config.n_layer = settings.size("n_layer", "num_hidden_layers", config.n_layer, kMaxBlocks);
  config.n_head = settings.size("n_head", "num_attention_heads", config.n_head, kMaxSize);
  config.d_model = settings.size("n_embd", "hidden_size", config.d_model, kMaxSize);
  config.n_positions =
      settings.size("n_positions", "max_position_embeddings", config.n_positions, kMaxSize);
  config.vocab_size = settings.size("vocab_size", nullptr, config.vocab_size, kMaxSize);
  config.n_inner = settings.size("n_inner", nullptr, 4 * config.d_model, kMaxSize);
  if (config.d_model % config.n_head != 0) {
    throw ModelError(
        fmt::format("{}: 'n_embd' is {}, which 'n_head' = {} does not divide; correct one of them",
                    where, config.d_model, config.n_head));
  }
  config.layer_norm_epsilon = read_epsilon(settings);
  config.activation = read_activation(settings);
  config.scale_attn_weights = settings.flag("scale_attn_weights", true);
  config.scale_attn_by_inverse_layer_idx = settings.flag("scale_attn_by_inverse_layer_idx", false);
  config.tie_word_embeddings = settings.flag("tie_word_embeddings", true);
  config.bos_token_id =
      read_bos(settings, root.contains("bos_token_id"), config.vocab_size, result.warnings);
  return result;
}

}  // namespace tacet::model
