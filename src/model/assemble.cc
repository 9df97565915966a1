#include "model/assemble.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/official.h"
#include "model/shown.h"
#include "tacet/error.h"

namespace tacet::model {
namespace {

constexpr std::string_view kPrefix = "transformer.";
constexpr std::string_view kTokenEmbedding = "wte.weight";
constexpr std::string_view kUnembedding = "lm_head.weight";
constexpr std::size_t kMaxShownNames = 5;

std::optional<Dtype> supported_dtype(std::string_view name) {
  if (name == "F32") return Dtype::f32;
  if (name == "F16") return Dtype::f16;
  if (name == "BF16") return Dtype::bf16;
  return std::nullopt;
}

std::string_view name_of(Dtype dtype) {
  if (dtype == Dtype::f32) return "F32";
  return dtype == Dtype::f16 ? "F16" : "BF16";
}

// The stored buffers of the causal mask. Exact suffixes: `attn.c_attn.bias` is a parameter.
bool is_mask(std::string_view name) {
  return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias");
}

// The tensors of all files by name, and which of them were used.
class TensorTable {
 public:
  explicit TensorTable(const Checkpoint& checkpoint) : where_(checkpoint.where) {
    for (const WeightFile& file : checkpoint.files) {
      for (const StoredTensor& tensor : file.contents.tensors) {
        entries_.emplace(tensor.name, Entry{&file, &tensor});
      }
    }
    const bool with = has(fmt::format("{}{}", kPrefix, kTokenEmbedding));
    const bool without = has(kTokenEmbedding);
    if (with && without) {
      throw ModelError(
          fmt::format("{}: both '{}' and '{}{}' are there, so that the model cannot "
                      "be told from a copy of it; remove one set of tensors",
                      where_, kTokenEmbedding, kPrefix, kTokenEmbedding));
    }
    if (with) prefix_ = kPrefix;
  }

  bool has(std::string_view name) const { return entries_.contains(name); }

  // A tensor of the transformer, named without prefix, that must have the shape `wanted`.
  Tensor take(std::string_view name, const std::vector<std::uint64_t>& wanted) {
    return take_exact(fmt::format("{}{}", prefix_, name), wanted);
  }

  // The same for a name that never has the prefix.
  Tensor take_exact(const std::string& name, const std::vector<std::uint64_t>& wanted) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
      throw ModelError(fmt::format(
          "{}: tensor '{}' is missing ({} tensors are there); the checkpoint is incomplete or its "
          "config.json belongs to another one",
          where_, name, entries_.size()));
    }
    Entry& entry = found->second;
    entry.used = true;
    const std::optional<Dtype> dtype = supported_dtype(entry.tensor->dtype);
    if (!dtype) {
      throw ModelError(
          fmt::format("{}: tensor '{}' has the dtype {}; only F32, F16 and BF16 can "
                      "be used, convert the checkpoint to one of them",
                      entry.file->where, name, entry.tensor->dtype));
    }
    if (entry.tensor->shape != wanted) {
      throw ModelError(fmt::format(
          "{}: tensor '{}' has the shape {}, but config.json asks for {}; "
          "one of them belongs to another model",
          entry.file->where, name, format_shape(entry.tensor->shape), format_shape(wanted)));
    }
    return Tensor{name, entry.tensor->data.data(), *dtype,
                  wanted.size() == 1 ? 1 : static_cast<std::int64_t>(wanted.front()),
                  static_cast<std::int64_t>(wanted.back())};
  }

  // Marks a tensor that is known but not needed.
  void put_aside(std::string_view name) {
    const auto found = entries_.find(name);
    if (found != entries_.end()) found->second.used = true;
  }

  // Names of the tensors that nobody asked for, sorted.
  std::vector<std::string_view> unknown() const {
    std::vector<std::string_view> names;
    for (const auto& [name, entry] : entries_) {
      if (!entry.used && !is_mask(name)) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  struct Entry {
    const WeightFile* file;
    const StoredTensor* tensor;
    bool used = false;
  };

  std::string where_;
  std::string_view prefix_;
  std::unordered_map<std::string_view, Entry> entries_;
};

Norm take_norm(TensorTable& table, const std::string& name, std::uint64_t width) {
  return {table.take(name + ".weight", {width}), table.take(name + ".bias", {width})};
}

Linear take_linear(TensorTable& table, const std::string& name, std::uint64_t in,
                   std::uint64_t out) {
  return {table.take(name + ".weight", {in, out}), table.take(name + ".bias", {out})};
}

Block take_block(TensorTable& table, int layer, std::uint64_t width, std::uint64_t inner) {
  const std::string name = fmt::format("h.{}.", layer);
  Block block;
  block.ln_1 = take_norm(table, name + "ln_1", width);
  block.c_attn = take_linear(table, name + "attn.c_attn", width, 3 * width);
  block.attn_c_proj = take_linear(table, name + "attn.c_proj", width, width);
  block.ln_2 = take_norm(table, name + "ln_2", width);
  block.c_fc = take_linear(table, name + "mlp.c_fc", width, inner);
  block.mlp_c_proj = take_linear(table, name + "mlp.c_proj", inner, width);
  return block;
}

// A tied model may store the unembedding as well; the reference implementation uses `wte` then.
Tensor take_unembedding(TensorTable& table, const Weights& weights, std::string_view where) {
  if (weights.config.tie_word_embeddings) {
    table.put_aside(kUnembedding);
    return weights.wte;
  }
  if (!table.has(kUnembedding)) {
    throw ModelError(
        fmt::format("{}: tensor '{}' is missing, but config.json says that "
                    "'tie_word_embeddings' is false; set it to true if the "
                    "unembedding is the token embedding",
                    where, kUnembedding));
  }
  return table.take_exact(std::string(kUnembedding),
                          {static_cast<std::uint64_t>(weights.config.vocab_size),
                           static_cast<std::uint64_t>(weights.config.d_model)});
}

void take_tensors(TensorTable& table, Weights& weights, std::string_view where) {
  const auto width = static_cast<std::uint64_t>(weights.config.d_model);
  const auto inner = static_cast<std::uint64_t>(weights.config.n_inner);
  weights.wte =
      table.take(kTokenEmbedding, {static_cast<std::uint64_t>(weights.config.vocab_size), width});
  weights.wpe =
      table.take("wpe.weight", {static_cast<std::uint64_t>(weights.config.n_positions), width});
  for (int layer = 0; layer < weights.config.n_layer; ++layer) {
    weights.blocks.push_back(take_block(table, layer, width, inner));
  }
  weights.ln_f = take_norm(table, "ln_f", width);
  weights.unembedding = take_unembedding(table, weights, where);
}

// Its tensors cover all of the file behind the header.
std::uint64_t size_of(const WeightFile& file) {
  std::uint64_t bytes = file.contents.data_offset;
  for (const StoredTensor& tensor : file.contents.tensors) bytes += tensor.data.size();
  return bytes;
}

std::string dtype_of_blocks(const std::vector<Block>& blocks) {
  const Dtype first = blocks.front().c_attn.weight.dtype;
  const bool same = std::all_of(blocks.begin(), blocks.end(), [first](const Block& block) {
    return block.c_attn.weight.dtype == first && block.attn_c_proj.weight.dtype == first &&
           block.c_fc.weight.dtype == first && block.mlp_c_proj.weight.dtype == first;
  });
  return same ? std::string(name_of(first)) : "mixed";
}

void warn_of_unknown(const TensorTable& table, Weights& weights, std::string_view where) {
  const std::vector<std::string_view> names = table.unknown();
  if (names.empty()) return;
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kMaxShownNames); ++i) {
    list += (i == 0 ? "" : ", ") + shown(names[i]);
  }
  weights.warnings.push_back(fmt::format(
      "{}: {} tensors that a GPT-2 model with this config.json does not have are ignored: {}{}",
      where, names.size(), list, names.size() > kMaxShownNames ? ", ..." : ""));
}

}  // namespace

std::shared_ptr<const Weights> assemble_weights(Checkpoint checkpoint, std::string id) {
  auto weights = std::make_shared<Weights>();
  weights->config = checkpoint.config;
  weights->id = std::move(id);
  weights->warnings = std::move(checkpoint.warnings);
  TensorTable table(checkpoint);
  take_tensors(table, *weights, checkpoint.where);
  warn_of_unknown(table, *weights, checkpoint.where);
  weights->dtype = dtype_of_blocks(weights->blocks);
  weights->fingerprint = checkpoint.fingerprint.hex();
  weights->folder = std::move(checkpoint.folder);
  weights->sha256 = std::move(checkpoint.sha256);
  if (!weights->sha256.empty()) {
    weights->official =
        official_name(weights->sha256, size_of(checkpoint.files.front()), weights->config);
  }
  weights->storage = std::move(checkpoint.storage);
  weights->check_unchanged();
  return weights;
}

}  // namespace tacet::model
