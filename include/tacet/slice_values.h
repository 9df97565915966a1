/// @file
/// Values to put in place of heads' outputs: what another run, or the mean of many, had there.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tacet {

/// A table of rows of the input of `attn.c_proj`, the heads' outputs side by side: one row
/// [d_model] for each block and position, or one for each block that serves every position.
/// Immutable, so that any number of interventions share one (`SliceMode::values`).
class SliceValues {
 public:
  /// In place of a number of positions: one row of a block serves all of them.
  static constexpr int kEveryPosition = 0;

  /// `rows` is [n_layer, n_positions, d_model], or [n_layer, d_model] with kEveryPosition. `name`
  /// is how results spell the mode that puts these values in. Throws UsageError when the sizes do
  /// not fit, NumericError for a value that is not finite.
  SliceValues(std::string name, int n_layer, int n_positions, int d_model, std::vector<float> rows);

  std::string_view name() const { return name_; }
  int n_layer() const { return n_layer_; }
  /// kEveryPosition when one row serves all positions.
  int n_positions() const { return n_positions_; }
  int d_model() const { return d_model_; }
  /// Whether there is a row for every position of a prompt of `n_tokens` tokens.
  bool covers(std::size_t n_tokens) const;
  /// The row of block `layer` and `position`, [d_model]; both must be in range.
  std::span<const float> row(int layer, std::size_t position) const;
  /// All rows, as given.
  std::span<const float> rows() const { return rows_; }

 private:
  std::string name_;
  int n_layer_;
  int n_positions_;
  int d_model_;
  std::vector<float> rows_;
};

}  // namespace tacet
