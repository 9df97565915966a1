#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "store/atomic_file.h"
#include "store/safetensors_header.h"
#include "support/dot.h"
#include "support/utf8.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/version.h"

namespace tacet {
namespace {

using store::FileSink;
using store::MetadataEntry;
using store::TensorEntry;

// The models' weights are used in place, little-endian as safetensors has them; so are the dumps.
static_assert(std::endian::native == std::endian::little);

void write_floats(FileSink& sink, std::span<const float> values) {
  const auto bytes = std::as_bytes(values);
  sink.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// The index in `States` of entry `entry` of the dump: the embedding, then the rows of `layers`.
int state_index(const States& states, StatesKind kind, int entry) {
  const bool is_last = entry == states.n_layer();
  return is_last && kind == StatesKind::hf ? states.n_layer() + 1 : entry;
}

/// Writes the cosine similarities of all pairs of rows of `state` ([n_tokens, d_model]), a matrix
/// [n_tokens, n_tokens]. `name` and `block` stand in messages.
void write_cosines(FileSink& sink, std::span<const float> state, std::size_t n_tokens,
                   std::string_view name, int block) {
  const std::size_t width = state.size() / n_tokens;
  const std::vector<double> values(state.begin(), state.end());
  const auto dot = [&](std::size_t i, std::size_t j) {
    return support::dot_f64(&values[i * width], &values[j * width], width);
  };
  std::vector<double> norms(n_tokens);
  for (std::size_t i = 0; i < n_tokens; ++i) {
    norms[i] = std::sqrt(dot(i, i));
    if (norms[i] > 0 && std::isfinite(norms[i])) continue;
    throw NumericError(fmt::format(
        "the state of block {} at position {} has no cosine ('{}'): its length is {}; choose "
        "another prompt or another intervention",
        block, i, name, norms[i]));
  }
  std::vector<float> cosines(n_tokens * n_tokens);
  for (std::size_t i = 0; i < n_tokens; ++i) {
    cosines[i * n_tokens + i] = 1.0F;
    for (std::size_t j = i + 1; j < n_tokens; ++j) {
      const auto cosine = static_cast<float>(dot(i, j) / (norms[i] * norms[j]));
      cosines[i * n_tokens + j] = cosine;
      cosines[j * n_tokens + i] = cosine;
    }
  }
  write_floats(sink, cosines);
}

void write_states(FileSink& sink, const States& states, StatesKind kind) {
  for (int entry = 0; entry <= states.n_layer(); ++entry) {
    write_floats(sink, states.state(state_index(states, kind, entry)));
  }
}

void write_all_cosines(FileSink& sink, const States& states, StatesKind kind,
                       std::string_view name) {
  for (int block = 0; block < states.n_layer(); ++block) {
    write_cosines(sink, states.state(state_index(states, kind, block + 1)),
                  static_cast<std::size_t>(states.n_tokens()), name, block);
  }
}

std::vector<MetadataEntry> metadata_of(const SilenceResult& result, const Model& model) {
  const Intervention& intervention = result.intervention;
  std::vector<int> ids;
  for (const Token& token : result.prompt.tokens) ids.push_back(token.id);
  return {{"format", "pt"},
          {"tacet_version", kVersion},
          {"model", model.id()},
          {"fingerprint", model.fingerprint()},
          {"intervention", spec_of(intervention)},
          {"mode", to_string(intervention.mode)},
          {"positions", intervention.positions.empty()
                            ? "all"
                            : fmt::format("{}", fmt::join(intervention.positions, ","))},
          {"states", std::string(to_string(result.states))},
          {"cosine", "raw"},
          {"token_ids", fmt::format("{}", fmt::join(ids, ","))}};
}

}  // namespace

void write_dump(const SilenceResult& result, const Model& model,
                const std::filesystem::path& file) {
  const States& clean = result.clean;
  if (clean.data().empty() || clean.data().size() != result.silenced.data().size()) {
    throw UsageError(
        fmt::format("cannot write '{}': the result holds no states; make it with keep_states set",
                    support::escape_for_display(file.string())));
  }
  const auto n_layer = static_cast<std::uint64_t>(clean.n_layer());
  const auto n_tokens = static_cast<std::uint64_t>(clean.n_tokens());
  const auto d_model = static_cast<std::uint64_t>(clean.d_model());
  const std::array<TensorEntry, 4> tensors = {{
      {"clean", {n_layer + 1, n_tokens, d_model}},
      {"silenced", {n_layer + 1, n_tokens, d_model}},
      {"cosine.clean", {n_layer, n_tokens, n_tokens}},
      {"cosine.silenced", {n_layer, n_tokens, n_tokens}},
  }};
  store::write_file_atomically(file, [&](FileSink& sink) {
    sink.write(store::safetensors_header(tensors, metadata_of(result, model)));
    write_states(sink, clean, result.states);
    write_states(sink, result.silenced, result.states);
    write_all_cosines(sink, clean, result.states, "cosine.clean");
    write_all_cosines(sink, result.silenced, result.states, "cosine.silenced");
  });
}

}  // namespace tacet
