#include "store/json_document.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "support/file.h"
#include "support/strict_json.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20U;
constexpr int kMostWidth = std::numeric_limits<int>::max();

}  // namespace

JsonDocument::JsonDocument(const std::filesystem::path& file, std::string command)
    : name_(support::escape_for_display(file.string())), command_(std::move(command)) {
  try {
    json_ = support::parse_strict_json(
        support::read_file(file, kMostBytes), name_,
        fmt::format("give the JSON that `tacet {} --format json` wrote", command_));
  } catch (const ModelError& error) {
    throw InputError(error.what());
  }
}

ModelSummary read_model(const JsonPlace& model) {
  return {.id = model.at("id").text(),
          .n_layer = static_cast<int>(model.at("n_layer").integer(1, kMostBlocks)),
          .n_head = static_cast<int>(model.at("n_head").integer(1, kMostBlocks)),
          .d_model = static_cast<int>(model.at("d_model").integer(1, kMostWidth)),
          .dtype = model.at("dtype").text(),
          .fingerprint = model.at("fingerprint").text()};
}

Token read_token(const JsonPlace& token) {
  const auto id = token.at("id").integer(0, std::numeric_limits<std::int32_t>::max());
  return {.id = static_cast<std::int32_t>(id), .text = token.at("text").text()};
}

std::vector<Token> read_tokens(const JsonPlace& tokens) {
  std::vector<Token> list;
  for (const JsonPlace& token : tokens.elements()) list.push_back(read_token(token));
  return list;
}

SliceReference read_reference(const JsonPlace& reference) {
  SliceReference made{.file = reference.at("file").text(),
                      .fingerprint = reference.at("fingerprint").text(),
                      .n_prompts = static_cast<int>(
                          reference.at("n_prompts").integer(1, std::numeric_limits<int>::max())),
                      .seed = std::nullopt};
  const JsonPlace seed = reference.at("seed");
  if (!seed.is_null()) {
    made.seed =
        static_cast<std::uint64_t>(seed.integer(0, std::numeric_limits<std::int64_t>::max()));
  }
  return made;
}

std::vector<Head> read_heads(const JsonPlace& spec, int n_layer, int n_head) {
  try {
    const std::vector<Intervention> named = parse_heads(spec.text(), n_layer, n_head);
    if (named.size() != 1) spec.fail("names several interventions");
    return named.front().heads;
  } catch (const UsageError& error) {
    spec.fail(fmt::format("is no intervention of this model ({})", error.what()));
  }
}

std::vector<int> read_positions(const JsonPlace& positions, std::size_t n_tokens) {
  std::vector<int> list;
  if (positions.is_string()) {
    if (positions.text() != "all") positions.fail("is neither \"all\" nor an array");
    return list;
  }
  for (const JsonPlace& one : positions.elements()) {
    list.push_back(static_cast<int>(one.integer(0, static_cast<std::int64_t>(n_tokens) - 1)));
  }
  return list;
}

SliceMode read_mode(const JsonPlace& mode) {
  try {
    return parse_slice_mode(mode.text());
  } catch (const UsageError& error) {
    mode.fail(error.what());
  }
}

}  // namespace tacet::store
