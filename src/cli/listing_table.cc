#include "cli/listing_table.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/bars.h"
#include "cli/prompt_view.h"
#include "cli/values.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kWidestListedPiece = 60;
constexpr std::size_t kShortCommit = 7;
constexpr std::size_t kDate = 10;  // of 2026-08-22T12:00:00Z

/// What only a model in the cache has, below its row: "main, v1 · commit 6dcaa7a · 1.52 GB on disk
/// · last used 2026-08-22 · official gpt2-medium".
std::string cache_row(const store::ModelListing& model, const View& view) {
  std::vector<std::string> parts;
  if (!model.revisions.empty())
    parts.push_back(fmt::format("{}", fmt::join(model.revisions, ", ")));
  if (!model.commit.empty()) parts.push_back("commit " + model.commit.substr(0, kShortCommit));
  if (model.disk_bytes) parts.push_back(format_count(*model.disk_bytes, "B") + " on disk");
  if (!model.last_used.empty()) parts.push_back("last used " + model.last_used.substr(0, kDate));
  if (!model.official.empty()) parts.push_back("official " + model.official);
  if (parts.empty()) return {};
  return paragraph("  " + support::escape_for_display(fmt::format("{}", fmt::join(parts, " · "))),
                   view, Ink::dim);
}

std::string model_row(const store::ModelListing& model, std::size_t id_width, const View& view) {
  const std::string id = pad_right(support::escape_for_display(model.id), id_width);
  if (!model.error.empty()) {
    std::string out = "  " + id + "  " + view.style.paint(Ink::warning, "cannot be used") + "\n";
    return out + cache_row(model, view) +
           paragraph("  " + support::escape_for_display(model.error), view, Ink::dim);
  }
  const std::string shape =
      fmt::format("{}x{}", model.n_layer.value_or(0), model.n_head.value_or(0));
  return fmt::format("  {}  {:>7} {:>7} {:>9} {:>7} {:>5} {:>9} {:>9}  {}\n", id, shape,
                     model.d_model.value_or(0), model.n_positions.value_or(0),
                     model.vocab_size.value_or(0), model.dtype,
                     format_count(model.parameters.value_or(0)),
                     format_count(model.bytes.value_or(0), "B"), model.fingerprint) +
         cache_row(model, view);
}

}  // namespace

std::string render_tokens(const store::TokenListing& listing, const View& view) {
  std::string out = view.style.paint(Ink::title, "  position      id  piece") + "\n";
  int position = 0;
  for (const Token& token : listing.tokens) {
    out += fmt::format("  {:>8} {:>7}  {}\n", position, token.id,
                       truncate(visible_piece(token), kWidestListedPiece));
    ++position;
  }
  if (view.quiet) return out;
  return out + "\n" +
         paragraph(fmt::format("{} token{} of {}", listing.tokens.size(),
                               listing.tokens.size() == 1 ? "" : "s",
                               support::escape_for_display(listing.model)),
                   view, Ink::dim);
}

std::string render_models(const std::vector<store::ModelListing>& models, const View& view) {
  std::size_t id_width = 5;
  for (const store::ModelListing& model : models) {
    id_width = std::max(id_width, display_width(support::escape_for_display(model.id)));
  }
  std::string out = view.style.paint(
      Ink::title, fmt::format("  {}  {:>7} {:>7} {:>9} {:>7} {:>5} {:>9} {:>9}  {}\n",
                              pad_right("model", id_width), "shape", "d_model", "positions",
                              "vocab", "dtype", "numbers", "size", "fingerprint"));
  for (const store::ModelListing& model : models) out += model_row(model, id_width, view);
  return out;
}

}  // namespace tacet::cli
