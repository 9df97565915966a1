#include "text/bpe.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <queue>
#include <string>
#include <utility>

namespace tacet::text {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
constexpr std::int32_t kMergedAway = -1;

/// A token of the piece in a doubly linked list by index.
struct Symbol {
  std::int32_t id = 0;
  std::size_t previous = kNone;
  std::size_t next = kNone;
};

/// A pair that can be merged: `at` and its right neighbour.
struct Candidate {
  std::uint32_t rank = 0;
  std::size_t at = 0;
  auto operator<=>(const Candidate&) const = default;
};

class Merger {
 public:
  Merger(const Vocabulary& vocabulary, std::string_view piece) : vocabulary_(vocabulary) {
    symbols_.reserve(piece.size());
    for (std::size_t i = 0; i < piece.size(); ++i) {
      symbols_.push_back({vocabulary.byte_ids[static_cast<unsigned char>(piece[i])],
                          i == 0 ? kNone : i - 1, i + 1 == piece.size() ? kNone : i + 1});
    }
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i + 1 < piece.size(); ++i) find_candidate(i, candidates);
    queue_ = Queue(std::greater<>(), std::move(candidates));
  }

  void run(std::vector<std::int32_t>& ids) {
    while (!queue_.empty()) merge_lowest_rank();
    for (const Symbol& symbol : symbols_) {
      if (symbol.id != kMergedAway) ids.push_back(symbol.id);
    }
  }

 private:
  using Queue = std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>>;

  /// Notes the pair of `at` and its right neighbour when it has a rank.
  void find_candidate(std::size_t at, std::vector<Candidate>& out) const {
    const std::size_t next = symbols_[at].next;
    if (next == kNone) return;
    const auto key = Vocabulary::pair_key(symbols_[at].id, symbols_[next].id);
    const auto found = vocabulary_.ranks.find(key);
    if (found != vocabulary_.ranks.end()) out.push_back({found->second, at});
  }

  /// Merges all places of the lowest rank, from left to right. Pairs that arise wait until all are
  /// done, as in the reference; in odd vocabularies one of them may have a lower rank.
  void merge_lowest_rank() {
    const std::uint32_t rank = queue_.top().rank;
    const Merge& merge = vocabulary_.merges[rank];
    fresh_.clear();
    while (!queue_.empty() && queue_.top().rank == rank) {
      const std::size_t at = queue_.top().at;
      queue_.pop();
      // The neighbours may have been merged away since the pair was noted.
      const std::size_t next = symbols_[at].next;
      if (symbols_[at].id != merge.left || next == kNone || symbols_[next].id != merge.right) {
        continue;
      }
      symbols_[at].id = merge.result;
      symbols_[at].next = symbols_[next].next;
      symbols_[next].id = kMergedAway;
      if (symbols_[at].next != kNone) symbols_[symbols_[at].next].previous = at;
      fresh_.push_back(at);
    }
    found_.clear();
    for (const std::size_t at : fresh_) {
      if (symbols_[at].previous != kNone) find_candidate(symbols_[at].previous, found_);
      find_candidate(at, found_);
    }
    for (const Candidate& candidate : found_) queue_.push(candidate);
  }

  const Vocabulary& vocabulary_;
  std::vector<Symbol> symbols_;
  Queue queue_;
  std::vector<std::size_t> fresh_;  // places merged in this round
  std::vector<Candidate> found_;    // pairs that arose from them
};

}  // namespace

void encode_piece(const Vocabulary& vocabulary, std::string_view piece,
                  std::vector<std::int32_t>& ids) {
  if (!vocabulary.whole_pieces.empty()) {
    const auto found = vocabulary.whole_pieces.find(std::string(piece));
    if (found != vocabulary.whole_pieces.end()) {
      ids.push_back(found->second);
      return;
    }
  }
  Merger(vocabulary, piece).run(ids);
}

}  // namespace tacet::text
