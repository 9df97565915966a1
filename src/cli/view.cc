#include "cli/view.h"

#include <fmt/format.h>

#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

/// "19-23, 25" for {19, 20, 21, 22, 23, 25}, each number moved by `offset`.
std::string ranges(std::span<const int> numbers, int offset) {
  std::string out;
  for (std::size_t begin = 0; begin < numbers.size();) {
    std::size_t end = begin + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (!out.empty()) out += ", ";
    out += fmt::format("{}", numbers[begin] + offset);
    if (end - begin > 1) out += fmt::format("-{}", numbers[end - 1] + offset);
    begin = end;
  }
  return out;
}

}  // namespace

ModelView view_of(const Model& model) {
  const ModelConfig& config = model.config();
  return {.id = model.id(),
          .n_layer = config.n_layer,
          .n_head = config.n_head,
          .d_model = config.d_model,
          .dtype = model.dtype(),
          .fingerprint = model.fingerprint(),
          .official = model.official()};
}

ModelView view_of(const store::ModelSummary& model) {
  return {.id = model.id,
          .n_layer = model.n_layer,
          .n_head = model.n_head,
          .d_model = model.d_model,
          .dtype = model.dtype,
          .fingerprint = model.fingerprint,
          .official = model.official};
}

std::string model_line(const ModelView& model) {
  std::string line = fmt::format("{} · {} blocks x {} heads · d_model {} · {} · {}",
                                 support::escape_for_display(model.id), model.n_layer, model.n_head,
                                 model.d_model, model.dtype, model.fingerprint);
  if (!model.official.empty()) line += " · official " + model.official;
  return line;
}

std::string field(std::string_view key, std::string_view value, const View& view) {
  std::string out = "  " + view.style.paint(Ink::title, pad_right(key, kKeyColumn - 2));
  bool first = true;
  for (const std::string& line : wrap(value, view.width - kKeyColumn)) {
    if (!first) out += std::string(kKeyColumn, ' ');
    out += line + "\n";
    first = false;
  }
  return out;
}

std::string paragraph(std::string_view text, const View& view, Ink ink) {
  std::string out;
  for (const std::string& line : wrap(text, view.width - 2)) {
    out += "  " + view.style.paint(ink, line) + "\n";
  }
  return out;
}

std::string block_name(int layer) {
  return fmt::format("block {} (hidden_states[{}])", layer, layer + 1);
}

std::string block_names(std::span<const int> layers) {
  if (layers.size() == 1) return block_name(layers.front());
  return fmt::format("blocks {} (hidden_states[{}])", ranges(layers, 0), ranges(layers, 1));
}

std::string measure_settings(StatesKind states, const CosineChoice& cosine, bool exclude_first) {
  std::string out;
  const auto add = [&out](std::string_view setting) {
    out += out.empty() ? "" : ", ";
    out += setting;
  };
  if (cosine.kind == Cosine::no_rogue) {
    add(cosine.rogue_dimensions == 1
            ? std::string("cosine without the rogue dimension of each block")
            : fmt::format("cosine without the {} rogue dimensions of each block",
                          cosine.rogue_dimensions));
  } else if (cosine.kind != Cosine::raw) {
    add(fmt::format("{} cosine", to_string(cosine.kind)));
  }
  if (exclude_first) add("position 0 left out");
  if (states == StatesKind::hf) add("the last row is ln_f's output, as in hidden_states[1:]");
  return out;
}

}  // namespace tacet::cli
