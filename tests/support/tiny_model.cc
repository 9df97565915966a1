#include "support/tiny_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <random>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

namespace tacet::testing {
namespace {

/// Normal numbers that are the same with every standard library.
class Normal {
 public:
  explicit Normal(std::uint32_t seed) : engine_(seed) {}
  float operator()(double mean, double sd) {
    const double u = (static_cast<double>(engine_()) + 1.0) / 4294967297.0;
    const double v = static_cast<double>(engine_()) / 4294967296.0;
    return static_cast<float>(mean + sd * std::sqrt(-2.0 * std::log(u)) *
                                         std::cos(2 * std::numbers::pi * v));
  }

 private:
  std::mt19937 engine_;
};

/// Makes tensors one after another from one stream of random numbers.
class Maker {
 public:
  explicit Maker(const TinyModelOptions& options) : options_(options), normal_(options.seed) {}

  void add(const std::string& name, std::vector<std::int64_t> shape, double mean, double sd) {
    std::size_t count = 1;
    for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
    MadeTensor tensor{name, options_.dtype, std::move(shape), std::vector<float>(count)};
    for (float& value : tensor.values) value = normal_(mean, sd);
    tensors_.push_back(std::move(tensor));
  }
  void norm(const std::string& name) {
    add(name + ".weight", {options_.d_model}, 1.0, 0.1);
    add(name + ".bias", {options_.d_model}, 0.0, 0.1);
  }
  /// A product whose output has about `gain` times the standard deviation of its input.
  void linear(const std::string& name, int in, int out, double gain) {
    add(name + ".weight", {in, out}, 0.0, gain / std::sqrt(static_cast<double>(in)));
    add(name + ".bias", {out}, 0.0, 0.1);
  }
  void masks(const std::string& attn) {
    const int p = options_.n_positions;
    MadeTensor mask{attn + ".bias", "F32", {1, 1, p, p}, {}};
    for (int i = 0; i < p; ++i) {
      for (int j = 0; j < p; ++j) mask.values.push_back(j <= i ? 1.0F : 0.0F);
    }
    tensors_.push_back(std::move(mask));
    tensors_.push_back({attn + ".masked_bias", "F32", {}, {-1e4F}});
  }
  std::vector<MadeTensor>& tensors() { return tensors_; }

 private:
  const TinyModelOptions& options_;
  Normal normal_;
  std::vector<MadeTensor> tensors_;
};

bool is_mask(const std::string& name) {
  return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias");
}

void make_sink(MadeTensor& wpe, int d_model) {
  // A few dimensions far outside the others' range, as in GPT-2: the LayerNorms hide them from the
  // products, so that they stay as they are in every block.
  for (int k = 0; k < 3; ++k) {
    wpe.values.at(static_cast<std::size_t>(k)) =
        (k == 1 ? -20.0F : 20.0F) * std::sqrt(static_cast<float>(d_model));
  }
}

void append_bits(std::string& out, std::uint32_t bits, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>((bits >> (8 * i)) & 0xFFU));
}

std::string to_bytes(const MadeTensor& tensor) {
  std::string out;
  for (const float value : tensor.values) {
    if (tensor.dtype == "F32") {
      append_bits(out, std::bit_cast<std::uint32_t>(value), 4);
    } else if (tensor.dtype == "F16") {
      append_bits(out, to_half_bits(value), 2);
    } else if (tensor.dtype == "BF16") {
      append_bits(out, to_bfloat16_bits(value), 2);
    } else if (tensor.dtype == "U8") {
      append_bits(out, static_cast<std::uint32_t>(value), 1);
    } else {
      throw std::runtime_error("unknown dtype " + tensor.dtype);
    }
  }
  return out;
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

void write_shards(const std::filesystem::path& folder, const TinyModelOptions& options,
                  const std::vector<MadeTensor>& tensors) {
  const auto shards = static_cast<std::size_t>(options.shards);
  const auto name_of = [&](std::size_t shard) {
    char name[64];
    std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", shard + 1, shards);
    return std::string(name);
  };
  nlohmann::json weight_map;
  std::size_t total = 0;
  for (std::size_t shard = 0; shard < shards; ++shard) {
    std::vector<MadeTensor> part;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (i * shards / tensors.size() != shard) continue;
      part.push_back(tensors[i]);
      weight_map[options.prefix + tensors[i].name] = name_of(shard);
      total += to_bytes(tensors[i]).size();
    }
    write_safetensors(folder / name_of(shard), part, options.prefix, options.data_start);
  }
  const nlohmann::json index = {{"metadata", {{"total_size", total}}}, {"weight_map", weight_map}};
  write_file(folder / "model.safetensors.index.json", index.dump(2));
}

}  // namespace

std::vector<MadeTensor> make_tensors(const TinyModelOptions& options) {
  const int d = options.d_model;
  const int inner = options.n_inner > 0 ? options.n_inner : 4 * d;
  Maker maker(options);
  maker.add("wte.weight", {options.vocab_size, d}, 0.0, 0.4);
  maker.add("wpe.weight", {options.n_positions, d}, 0.0, 0.1);
  if (options.sink) make_sink(maker.tensors().back(), d);
  for (int layer = 0; layer < options.n_layer; ++layer) {
    const std::string block = "h." + std::to_string(layer);
    maker.norm(block + ".ln_1");
    maker.linear(block + ".attn.c_attn", d, 3 * d, 1.2);
    maker.linear(block + ".attn.c_proj", d, d, 0.6);
    if (options.masks) maker.masks(block + ".attn");
    maker.norm(block + ".ln_2");
    maker.linear(block + ".mlp.c_fc", d, inner, 1.0);
    maker.linear(block + ".mlp.c_proj", inner, d, 0.6);
  }
  maker.norm("ln_f");
  if (options.store_lm_head) maker.add("lm_head.weight", {options.vocab_size, d}, 0.0, 0.4);
  std::vector<MadeTensor> tensors = std::move(maker.tensors());
  if (options.edit) {
    for (MadeTensor& tensor : tensors) {
      if (!is_mask(tensor.name)) options.edit(tensor);
    }
  }
  return tensors;
}

std::string make_config(const TinyModelOptions& options) {
  nlohmann::json config = {
      {"model_type", "gpt2"},
      {"architectures", {"GPT2LMHeadModel"}},
      {"n_layer", options.n_layer},
      {"n_head", options.n_head},
      {"n_embd", options.d_model},
      {"n_inner", nullptr},
      {"n_positions", options.n_positions},
      {"vocab_size", options.vocab_size},
      {"layer_norm_epsilon", options.layer_norm_epsilon},
      {"activation_function", options.activation},
      {"scale_attn_weights", options.scale_attn_weights},
      {"scale_attn_by_inverse_layer_idx", options.scale_attn_by_inverse_layer_idx},
      {"tie_word_embeddings", options.tie_word_embeddings},
      {"bos_token_id", options.vocab_size - 1},
      {"eos_token_id", options.vocab_size - 1}};
  if (options.n_inner > 0) config["n_inner"] = options.n_inner;
  return config.dump(2);
}

void write_safetensors(const std::filesystem::path& file, const std::vector<MadeTensor>& tensors,
                       const std::string& prefix, int data_start) {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};
  std::string data;
  for (const MadeTensor& tensor : tensors) {
    const std::size_t begin = data.size();
    data += to_bytes(tensor);
    const bool prefixed = tensor.name != "lm_head.weight";
    header[(prefixed ? prefix : "") + tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
  }
  std::string text = header.dump();
  while ((8 + text.size()) % 8 != static_cast<std::size_t>(data_start)) text += ' ';
  std::string bytes;
  append_bits(bytes, static_cast<std::uint32_t>(text.size()), 4);
  append_bits(bytes, 0, 4);
  write_file(file, bytes + text + data);
}

void write_tiny_model(const std::filesystem::path& folder, const TinyModelOptions& options) {
  std::filesystem::create_directories(folder);
  write_file(folder / "config.json", make_config(options));
  const std::vector<MadeTensor> tensors = make_tensors(options);
  if (options.shards > 1) {
    write_shards(folder, options, tensors);
  } else {
    write_safetensors(folder / "model.safetensors", tensors, options.prefix, options.data_start);
  }
}

TinyModel::TinyModel(const TinyModelOptions& options)
    : folder(), model((write_tiny_model(folder.path(), options), Model::load(folder.path()))) {}

TensorEdit set_value(std::string name, std::size_t index, float value) {
  return [name = std::move(name), index, value](MadeTensor& tensor) {
    if (tensor.name == name) tensor.values.at(index) = value;
  };
}

TensorEdit fill_zero(std::vector<std::string> suffixes) {
  return [suffixes = std::move(suffixes)](MadeTensor& tensor) {
    for (const std::string& suffix : suffixes) {
      if (tensor.name.ends_with(suffix)) tensor.values.assign(tensor.values.size(), 0.0F);
    }
  };
}

TensorEdit zero_rows_of(std::vector<Head> heads, int d_head) {
  return [heads = std::move(heads), d_head](MadeTensor& tensor) {
    for (const Head head : heads) {
      if (tensor.name != "h." + std::to_string(head.layer) + ".attn.c_proj.weight") continue;
      const auto slice =
          static_cast<std::size_t>(d_head) * static_cast<std::size_t>(tensor.shape.at(1));
      const std::size_t first = static_cast<std::size_t>(head.head) * slice;
      for (std::size_t i = first; i < first + slice; ++i) tensor.values.at(i) = 0.0F;
    }
  };
}

std::vector<std::int32_t> random_ids(int count, int vocab_size, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(count));
  for (std::int32_t& id : ids) {
    id = static_cast<std::int32_t>(engine() % static_cast<std::uint32_t>(vocab_size));
  }
  return ids;
}

std::uint16_t to_half_bits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const double magnitude = std::abs(static_cast<double>(value));
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00U);
  if (magnitude >= 65520.0) return static_cast<std::uint16_t>(sign | 0x7C00U);
  if (magnitude == 0.0) return static_cast<std::uint16_t>(sign);
  // Below 2^-14 halves are spaced evenly by 2^-24; above, a binade holds 1,024 of them.
  const int step = std::max(std::ilogb(magnitude), -14) - 10;
  const auto count = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(magnitude, -step)));
  // `count` has the leading bit and may carry into the next binade: added to the exponent's bits.
  const std::uint32_t base = static_cast<std::uint32_t>(step + 24) << 10;
  return static_cast<std::uint16_t>(sign | (base + count));
}

std::uint16_t to_bfloat16_bits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | 0x0040U);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

}  // namespace tacet::testing
