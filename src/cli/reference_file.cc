#include "cli/reference_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/fingerprint.h"
#include "model/safetensors.h"
#include "store/atomic_file.h"
#include "store/safetensors_header.h"
#include "support/file.h"
#include "support/utf8.h"
#include "tacet/error.h"
#include "tacet/forward.h"
#include "tacet/version.h"

namespace tacet::cli {
namespace {

using store::MetadataEntry;

constexpr std::string_view kSchema = "tacet.reference/1";
constexpr const char* kTensor = "rows";
constexpr const char* kHash = "values_hash";
constexpr std::uint64_t kMostHeaderBytes = 65'536;

/// One thing that must be as expected, and what is said of a file in which it is not.
struct Expected {
  std::string key;
  std::string value;
  std::string otherwise;
};

std::vector<Expected> expected_of(const ReferenceKey& key) {
  return {{"schema", std::string(kSchema), "it holds no means over a corpus"},
          {"tacet_version", kVersion, "it was made by another version of tacet"},
          {"vector_unit", vector_unit(), "it was made by another kind of processor"},
          {"kind", key.kind, "it holds means of another kind"},
          {"model", support::replace_invalid_utf8(key.model), "it is of another model"},
          {"model_fingerprint", key.model_fingerprint, "it is of another model"},
          {"corpus", support::replace_invalid_utf8(key.corpus.file), "it is of another corpus"},
          {"corpus_fingerprint", key.corpus.fingerprint, "it is of other prompts"},
          {"n_prompts", fmt::format("{}", key.corpus.n_prompts), "it is of other prompts"}};
}

std::string hash_of(std::span<const std::byte> bytes) {
  model::Fingerprint hash;
  hash.add(bytes);
  return hash.hex();
}

[[noreturn]] void refuse(const std::string& why) {
  throw ModelError(why);
}

std::string found_in(const model::SafetensorsFile& file, std::string_view key) {
  const auto entry = std::ranges::find(file.metadata, key, &MetadataEntry::first);
  return entry == file.metadata.end() ? std::string() : entry->second;
}

void check_metadata(const model::SafetensorsFile& file, const ReferenceKey& key) {
  constexpr std::size_t kShown = 60;
  for (const Expected& expected : expected_of(key)) {
    const std::string found = found_in(file, expected.key);
    if (found == expected.value) continue;
    refuse(fmt::format("{} ({} is '{}', not '{}')", expected.otherwise, expected.key,
                       support::escape_for_display(found.substr(0, kShown)),
                       support::escape_for_display(expected.value)));
  }
}

/// Positions of the rows that `tensor` holds, kEveryPosition for one row; throws for another shape.
int positions_of(const model::StoredTensor& tensor, const ReferenceKey& key) {
  std::vector<std::uint64_t> wanted = {static_cast<std::uint64_t>(key.n_layer),
                                       static_cast<std::uint64_t>(key.d_model)};
  int n_positions = SliceValues::kEveryPosition;
  if (key.kind == kPositionMean) {
    const std::uint64_t held = tensor.shape.size() == 3 ? tensor.shape[1] : 0;
    n_positions = static_cast<int>(
        std::clamp<std::uint64_t>(held, 1, static_cast<std::uint64_t>(key.n_positions)));
    wanted.insert(wanted.begin() + 1, static_cast<std::uint64_t>(n_positions));
  }
  if (tensor.name != kTensor || tensor.dtype != "F32" || tensor.shape != wanted) {
    refuse(fmt::format("its tensor is no '{}' of F32 and shape {}", kTensor,
                       model::format_shape(wanted)));
  }
  return n_positions;
}

/// The first `n_positions` of the `held` positions of each block.
std::vector<float> first_rows(std::span<const std::byte> data, const ReferenceKey& key,
                              std::size_t held, std::size_t n_positions) {
  const std::size_t width = static_cast<std::size_t>(key.d_model);
  std::vector<float> rows(static_cast<std::size_t>(key.n_layer) * n_positions * width);
  const std::size_t bytes = n_positions * width * sizeof(float);
  for (std::size_t layer = 0; layer < static_cast<std::size_t>(key.n_layer); ++layer) {
    std::memcpy(rows.data() + layer * n_positions * width,
                data.data() + layer * held * width * sizeof(float), bytes);
  }
  return rows;
}

/// `text` with everything but letters, digits and "-_." as "_", its last `most` bytes.
std::string plain(std::string_view text, std::size_t most) {
  std::string out(text.substr(text.size() - std::min(text.size(), most)));
  std::ranges::replace_if(
      out,
      [](char c) {
        const bool is_alphanumeric =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return !is_alphanumeric && c != '-' && c != '_' && c != '.';
      },
      '_');
  return out;
}

}  // namespace

ReferenceKey key_of(const Model& model, const SliceReference& corpus, std::string_view kind) {
  const ModelConfig& config = model.config();
  return {.model = model.id(),
          .model_fingerprint = model.fingerprint(),
          .corpus = corpus,
          .kind = std::string(kind),
          .n_layer = config.n_layer,
          .n_positions = config.n_positions,
          .d_model = config.d_model};
}

std::string file_name(const ReferenceKey& key) {
  constexpr std::size_t kMostOfAName = 64;
  return fmt::format("{}.{}-{}.{}-{}.{}.safetensors", key.kind, plain(key.model, kMostOfAName),
                     key.model_fingerprint, plain(key.corpus.file, kMostOfAName),
                     key.corpus.fingerprint, plain(vector_unit(), kMostOfAName));
}

std::shared_ptr<const SliceValues> read_reference(const std::filesystem::path& file,
                                                  const ReferenceKey& key,
                                                  std::size_t n_positions) {
  const std::uint64_t most = kMostHeaderBytes + sizeof(float) *
                                                    static_cast<std::uint64_t>(key.n_layer) *
                                                    static_cast<std::uint64_t>(key.n_positions) *
                                                    static_cast<std::uint64_t>(key.d_model);
  const std::string bytes = support::read_file(file, most);
  const model::SafetensorsFile parsed =
      model::parse_safetensors(std::as_bytes(std::span(bytes)), "it is damaged");
  check_metadata(parsed, key);
  if (parsed.tensors.size() != 1) {
    refuse(fmt::format("it holds {} tensors, not one", parsed.tensors.size()));
  }
  const model::StoredTensor& tensor = parsed.tensors.front();
  const int held = positions_of(tensor, key);
  if (found_in(parsed, kHash) != hash_of(tensor.data)) {
    refuse("it is damaged: its values are not those that were written");
  }
  const bool serves_all = held == SliceValues::kEveryPosition;
  if (!serves_all && static_cast<std::size_t>(held) < n_positions) {
    refuse(fmt::format("it ends at position {}, and the prompt at {}", held - 1, n_positions - 1));
  }
  const std::size_t wanted = serves_all ? 1 : n_positions;
  try {
    return std::make_shared<const SliceValues>(
        key.kind, key.n_layer, serves_all ? held : static_cast<int>(n_positions), key.d_model,
        first_rows(tensor.data, key, serves_all ? 1 : static_cast<std::size_t>(held), wanted),
        key.corpus);
  } catch (const NumericError& error) {
    refuse(fmt::format("it is damaged: {}", error.what()));
  }
}

void write_reference(const std::filesystem::path& file, const ReferenceKey& key,
                     const SliceValues& values) {
  const std::span<const std::byte> bytes = std::as_bytes(values.rows());
  std::vector<MetadataEntry> metadata;
  for (const Expected& expected : expected_of(key)) {
    metadata.emplace_back(expected.key, expected.value);
  }
  metadata.emplace_back(kHash, hash_of(bytes));
  std::vector<std::uint64_t> shape = {static_cast<std::uint64_t>(key.n_layer),
                                      static_cast<std::uint64_t>(key.d_model)};
  if (values.n_positions() != SliceValues::kEveryPosition) {
    shape.insert(shape.begin() + 1, static_cast<std::uint64_t>(values.n_positions()));
  }
  const std::array<store::TensorEntry, 1> tensors = {{{kTensor, std::move(shape)}}};
  store::write_file_atomically(file, [&](store::FileSink& sink) {
    sink.write(store::safetensors_header(tensors, metadata));
    sink.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  });
}

}  // namespace tacet::cli
