#include "cli/token_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "cli/palette.h"
#include "cli/prompt_view.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kMostShares = 5;
constexpr std::size_t kMostChips = 40;  // beyond, the sentence would bury what stands around it

/// The shares in the block where the change is largest: those of a sum near 0 say nothing.
struct Shares {
  const LayerEffect* row = nullptr;
  const std::vector<double>* of = nullptr;  ///< one for each token from `first` on
  std::size_t first = 0;
  std::vector<std::size_t> order;  ///< indices into `of`, the largest share first
};

Shares shares_of(const SilenceResult& result) {
  Shares shares;
  shares.row = &*std::ranges::max_element(
      result.layers, {}, [](const LayerEffect& one) { return std::abs(one.mean_delta); });
  const std::vector<TestResult>& tests = shares.row->tests;
  const auto swap = std::ranges::find(tests, Test::token_swap, &TestResult::name);
  if (swap == tests.end() || swap->token_share.empty()) return shares;
  const std::vector<double>& of = swap->token_share;
  shares.of = &of;
  shares.first = result.prompt.tokens.size() - of.size();
  shares.order.resize(of.size());
  std::iota(shares.order.begin(), shares.order.end(), std::size_t{0});
  std::ranges::stable_sort(shares.order, std::ranges::greater(),
                           [&of](std::size_t i) { return std::abs(of[i]); });
  return shares;
}

std::string share_text(const Shares& shares, const SilenceResult& result, std::size_t i) {
  return fmt::format("{} {:.0f} %", visible_piece(result.prompt.tokens[shares.first + i]),
                     100 * (*shares.of)[i]);
}

std::string in_words(const Shares& shares, const SilenceResult& result) {
  std::string text;
  for (std::size_t k = 0; k < std::min(shares.order.size(), kMostShares); ++k) {
    text += (text.empty() ? "" : ", ") + share_text(shares, result, shares.order[k]);
  }
  return fmt::format("of Δ in {}: {}", block_name(shares.row->layer), text);
}

/// The sentence, a line's pieces next to each other.
std::vector<std::string> chip_lines(const Shares& shares, const SilenceResult& result,
                                    const View& view) {
  const double largest = std::abs((*shares.of)[shares.order.front()]);
  // A share is of Δ: where Δ is negative, a positive one takes the tokens apart.
  const double direction = shares.row->mean_delta < 0 ? -1 : 1;
  std::vector<std::string> lines(1);
  std::size_t taken = 0;
  for (std::size_t token = 0; token < result.prompt.tokens.size(); ++token) {
    const std::string piece = truncate(visible_piece(result.prompt.tokens[token]), kWidestPiece);
    const std::size_t width = display_width(piece);
    if (taken > 0 && taken + width > view.width - kKeyColumn) {
      lines.emplace_back();
      taken = 0;
    }
    taken += width;
    lines.back() +=
        token < shares.first
            ? view.style.paint(Ink::dim, piece)  // in no pair
            : view.style.fill(
                  diverging_color(direction * (*shares.of)[token - shares.first] / largest), piece);
  }
  return lines;
}

/// One line: both ends of the palette, the block, and as many of the largest shares as fit.
std::string legend_line(const Shares& shares, const SilenceResult& result, const View& view) {
  constexpr std::string_view kLess = " less ";
  constexpr std::string_view kMore = " more ";
  std::string text =
      fmt::format(" alike; Δ in {}: {}", block_name(shares.row->layer),
                  truncate(share_text(shares, result, shares.order.front()), kWidestPiece));
  const std::size_t room = view.width - kKeyColumn - kLess.size() - kMore.size();
  for (std::size_t k = 1; k < std::min(shares.order.size(), kMostShares); ++k) {
    const std::string longer = text + ", " + share_text(shares, result, shares.order[k]);
    if (display_width(longer) > room) break;
    text = longer;
  }
  return view.style.fill(diverging_color(-1), kLess) + view.style.fill(diverging_color(1), kMore) +
         truncate(text, room);
}

}  // namespace

std::string render_token_shares(const SilenceResult& result, const View& view) {
  constexpr std::string_view kKey = "tokens";
  const Shares shares = shares_of(result);
  if (shares.of == nullptr) return "";
  if (!view.style.color() || result.prompt.tokens.size() > kMostChips) {
    return field(kKey, in_words(shares, result), view);
  }
  std::vector<std::string> lines = chip_lines(shares, result, view);
  lines.push_back(legend_line(shares, result, view));
  std::string out = "  " + view.style.paint(Ink::title, pad_right(kKey, kKeyColumn - 2));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += std::string(kKeyColumn, ' ');
    out += lines[i] + "\n";
  }
  return out;
}

}  // namespace tacet::cli
