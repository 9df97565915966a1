#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "tacet/model.h"
#include "tacet/slice_values.h"

namespace tacet::cli {

/// What the means over a corpus were made from: where all of it is the same, so are their bits.
struct ReferenceKey {
  std::string model;              ///< its id
  std::string model_fingerprint;  ///< 16 hexadecimal digits
  SliceReference corpus;
  std::string kind;  ///< kCorpusMean or kPositionMean
  int n_layer = 0;
  int n_positions = 0;  ///< that the model has
  int d_model = 0;
};

/// The key of the means of this kind over `corpus`.
ReferenceKey key_of(const Model& model, const SliceReference& corpus, std::string_view kind);

/// The name of a file that holds them, at most 250 bytes of letters, digits and "-_.": kind, model
/// and corpus with their fingerprints, and the vector unit.
std::string file_name(const ReferenceKey& key);

/// The means that `file` holds, for positions 0 to n_positions-1 (of kCorpusMean, whose one row
/// serves all, n_positions is not read). What `values` was when it was written, bit for bit. The
/// file is not trusted: throws ModelError saying why it is not used: it cannot be read, is damaged,
/// is of another model, corpus, kind, version of tacet or vector unit, or has too few positions.
std::shared_ptr<const SliceValues> read_reference(const std::filesystem::path& file,
                                                  const ReferenceKey& key, std::size_t n_positions);

/// Writes `values` to `file`, whole or not at all: a safetensors file of one F32 tensor, `rows`
/// [n_layer, d_model] or [n_layer, n_positions, d_model], whose metadata are the key, tacet's
/// version, the vector unit and a hash of the values. Throws OutputError.
void write_reference(const std::filesystem::path& file, const ReferenceKey& key,
                     const SliceValues& values);

}  // namespace tacet::cli
