#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "cli/style.h"
#include "store/model_summary.h"
#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// How a result is shown.
struct View {
  std::size_t width = 100;  ///< columns that may be used; tables take 80 to 100
  bool quiet = false;       ///< no notes and no legend
  bool verbose = false;     ///< more columns
  Style style;
};

/// What the head of a table says about the model.
struct ModelView {
  std::string id;
  int n_layer = 0;
  int n_head = 0;
  int d_model = 0;
  std::string dtype;
  std::string fingerprint;
  std::string official = {};  ///< name of the published checkpoint; else empty
};

/// The view of a loaded model, or of the one that a stored result was made with.
ModelView view_of(const Model& model);
ModelView view_of(const store::ModelSummary& model);

/// The model in one line: "mini · 24 blocks x 16 heads · d_model 128 · F16 · 0123456789abcdef"; and
/// " · official gpt2-medium" for a published checkpoint.
std::string model_line(const ModelView& model);

/// The column at which the values of `field` begin.
inline constexpr std::size_t kKeyColumn = 14;

/// "  KEY       VALUE", the value wrapped beside its key; `width` columns in all.
std::string field(std::string_view key, std::string_view value, const View& view);

/// A sentence after two blanks, wrapped to the view's width.
std::string paragraph(std::string_view text, const View& view, Ink ink = Ink::plain);

/// "block 3 (hidden_states[4])": both indices, wherever a block is shown.
std::string block_name(int layer);

/// Several blocks, ascending: "blocks 19-23 (hidden_states[20-24])".
std::string block_names(std::span<const int> layers);

/// What differs from the experiment's own way of measuring: "centred cosine, position 0 left out";
/// empty when nothing does.
std::string measure_settings(StatesKind states, const CosineChoice& cosine, bool exclude_first);

}  // namespace tacet::cli
