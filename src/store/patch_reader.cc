#include "store/patch_reader.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/json_document.h"

namespace tacet::store {
namespace {

constexpr std::array kBys = {PatchBy::head, PatchBy::head_position, PatchBy::block_position};
constexpr std::array kDirections = {PatchDirection::denoise, PatchDirection::noise};

template <typename Word, std::size_t N>
Word read_word(const JsonPlace& value, const std::array<Word, N>& words) {
  const std::string text = value.text();
  for (const Word word : words) {
    if (to_string(word) == text) return word;
  }
  value.fail_unknown();
}

Prompt read_prompt(const JsonPlace& side) {
  Prompt prompt;
  prompt.text = side.at("prompt").text();
  prompt.tokens = read_tokens(side.at("tokens"));
  if (prompt.tokens.empty()) side.at("tokens").fail("is empty");
  return prompt;
}

/// A pair: the document itself of one, an entry of `pairs` of several.
PairRun read_pair(const JsonPlace& pair) {
  PairRun run;
  run.pair = {.clean = read_prompt(pair.at("clean")),
              .corrupt = read_prompt(pair.at("corrupt")),
              .target = read_token(pair.at("target")),
              .contrast = read_token(pair.at("contrast"))};
  run.clean_logit_diff = pair.at("clean").at("logit_diff").number();
  run.corrupt_logit_diff = pair.at("corrupt").at("logit_diff").number();
  if (run.pair.clean.tokens.size() != run.pair.corrupt.tokens.size()) {
    pair.at("corrupt").at("tokens").fail("has another length than 'clean.tokens'");
  }
  return run;
}

std::optional<int> index_or_null(const JsonPlace& value) {
  if (value.is_null()) return std::nullopt;
  return static_cast<int>(value.integer(0, std::numeric_limits<int>::max()));
}

/// The places of a result, in order, without numbers.
class Places {
 public:
  explicit Places(const PatchDocument& stored)
      : by_head_(stored.result.by != PatchBy::block_position),
        by_position_(stored.result.by != PatchBy::head),
        n_layer_(stored.model.n_layer),
        n_heads_(by_head_ ? stored.model.n_head : 1),
        n_positions_(by_position_ ? stored.result.pairs.front().pair.clean.tokens.size() : 1) {}

  std::size_t count() const {
    return static_cast<std::size_t>(n_layer_) * static_cast<std::size_t>(n_heads_) * n_positions_;
  }

  std::vector<PatchCell> cells() const {
    std::vector<PatchCell> cells(count());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto row = static_cast<int>(i / n_positions_);
      cells[i].layer = row / n_heads_;
      if (by_head_) cells[i].head = row % n_heads_;
      if (by_position_) cells[i].position = static_cast<int>(i % n_positions_);
    }
    return cells;
  }

 private:
  bool by_head_;
  bool by_position_;
  int n_layer_;
  int n_heads_;
  std::size_t n_positions_;
};

void read_cell(const JsonPlace& value, bool with_spread, PatchCell& cell) {
  const bool is_next = value.at("layer").integer(0, kMostBlocks) == cell.layer &&
                       index_or_null(value.at("head")) == cell.head &&
                       index_or_null(value.at("position")) == cell.position;
  if (!is_next) value.fail("is not the place that comes next");
  cell.logit_diff = value.at("logit_diff").number();
  cell.recovered = value.at("recovered").number_or_null();
  if (!with_spread) return;
  cell.logit_diff_sd = value.at("logit_diff_sd").number_or_null();
  cell.recovered_sd = value.at("recovered_sd").number_or_null();
}

}  // namespace

PatchDocument read_patch(const JsonPlace& document) {
  PatchDocument stored;
  stored.model = read_model(document.at("model"));
  PatchResult& result = stored.result;
  result.by = read_word(document.at("by"), kBys);
  result.direction = read_word(document.at("direction"), kDirections);
  result.runs = document.at("runs").integer(0, std::numeric_limits<std::int64_t>::max());
  result.clean_logit_diff = document.at("clean").at("logit_diff").number();
  result.corrupt_logit_diff = document.at("corrupt").at("logit_diff").number();
  if (document.has("pairs")) {
    for (const JsonPlace& pair : document.at("pairs").elements()) {
      result.pairs.push_back(read_pair(pair));
      const bool fits =
          result.by == PatchBy::head ||
          result.pairs.back().pair.clean.tokens.size() == result.pairs[0].pair.clean.tokens.size();
      if (!fits) pair.at("clean").at("tokens").fail("has another length than the first pair's");
    }
    if (result.pairs.size() < 2) document.at("pairs").fail("has fewer than two entries");
  } else {
    result.pairs.push_back(read_pair(document));
  }
  const Places places(stored);
  const JsonPlace cells = document.at("cells");
  const std::vector<JsonPlace> values = cells.elements();
  if (values.size() != places.count()) {
    cells.fail(fmt::format("has {} entries, not one for each of {} places", values.size(),
                           places.count()));
  }
  result.cells = places.cells();
  for (std::size_t i = 0; i < values.size(); ++i) {
    read_cell(values[i], result.pairs.size() > 1, result.cells[i]);
  }
  return stored;
}

}  // namespace tacet::store
