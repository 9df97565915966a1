#include "tacet/intervention.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "support/trim.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet {

namespace {

constexpr std::string_view kSpace = " \t";
constexpr std::string_view kHeadForms =
    "write a head as L3H5 or 3.5, several as 3.0-7, 3.*, *.5 or all";
constexpr std::string_view kPositionForms = "write all, or positions and ranges such as 0,3-5,-1";

/// An inclusive range of layers, heads or positions.
struct Range {
  int first = 0;
  int last = 0;
};

/// What an index counts, for the errors: the noun, and how many there are.
struct Axis {
  std::string_view name;
  int count = 0;
};

/// `text` in quotes for a one-line message: made safe to print, and cut where it is long.
std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  return support::quote_for_display(text, kLongest);
}

/// The pieces of `text` between the separators, blanks around them taken off; one at least.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = text.find(separator);
    pieces.push_back(support::trim(text.substr(0, end), kSpace));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the digits at the front of `text`, blanks before them too; empty when there are none.
std::string_view take_digits(std::string_view& text) {
  text = text.substr(std::min(text.find_first_not_of(kSpace), text.size()));
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

/// Takes `c`, in either case, at the front of `text`, blanks before it too; whether it was there.
bool take(std::string_view& text, char c) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return false;
  const char found = text[begin];
  if (found != c && !(found >= 'a' && found <= 'z' && found - 'a' + 'A' == c)) return false;
  text.remove_prefix(begin + 1);
  return true;
}

/// The value of a string of digits, or nothing when no int holds it.
bool to_int(std::string_view digits, int& value) {
  return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc();
}

/// One term of a head SPEC, read from left to right.
class TermReader {
 public:
  TermReader(std::string_view term, int n_layer, int n_head)
      : term_(term), rest_(term), layers_{"layer", n_layer}, heads_{"head", n_head} {}

  /// Appends the term's heads to `heads`, in the order of layers, then heads.
  void read(std::vector<Head>& heads) {
    Range layers{0, layers_.count - 1};
    Range in_layer{0, heads_.count - 1};
    if (term_ != "all") {
      const bool lettered = take(rest_, 'L');
      layers = read_range(layers_);
      const bool separated = lettered ? take(rest_, 'H') : take(rest_, '.');
      if (!separated) fail_at_separator(lettered);
      in_layer = read_range(heads_);
      if (!rest_.empty())
        fail(fmt::format("{} is left over after the head", quoted(support::trim(rest_, kSpace))));
    }
    for (int layer = layers.first; layer <= layers.last; ++layer) {
      for (int head = in_layer.first; head <= in_layer.last; ++head) heads.push_back({layer, head});
    }
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw UsageError(
        fmt::format("head SPEC term {} is not understood: {}; {}", quoted(term_), why, kHeadForms));
  }

  [[noreturn]] void fail_at_separator(bool lettered) const {
    if (support::trim(rest_, kSpace).empty()) fail("it names a layer, but no head");
    const std::string_view expected = lettered ? "'H'" : "'.'";
    fail(fmt::format("{} should follow the layer where {} stands", expected, quoted(rest_)));
  }

  Range read_range(Axis axis) {
    if (take(rest_, '*')) return {0, axis.count - 1};
    Range range;
    range.first = range.last = read_index(axis);
    if (!take(rest_, '-')) return range;
    range.last = read_index(axis);
    if (range.last < range.first) {
      throw UsageError(
          fmt::format("head SPEC term {}: the range of {}s {}-{} runs backwards; write {}-{}",
                      quoted(term_), axis.name, range.first, range.last, range.last, range.first));
    }
    return range;
  }

  int read_index(Axis axis) {
    const std::string_view digits = take_digits(rest_);
    if (digits.empty()) {
      const std::string_view found = support::trim(rest_, kSpace);
      fail(found.empty()
               ? fmt::format("a {} number is missing at its end", axis.name)
               : fmt::format("a {} number is missing before {}", axis.name, quoted(found)));
    }
    int index = 0;
    if (!to_int(digits, index) || index >= axis.count) {
      throw UsageError(fmt::format(
          "head SPEC term {}: there is no {} {}; the model's {}s are 0 to {}, counted from 0",
          quoted(term_), axis.name, digits.substr(0, 20), axis.name, axis.count - 1));
    }
    return index;
  }

  std::string_view term_;
  std::string_view rest_;
  Axis layers_;
  Axis heads_;
};

/// One term of a list of positions: an index or a range of them, each from either end.
class PositionReader {
 public:
  PositionReader(std::string_view term, int n_tokens)
      : term_(term), rest_(term), n_tokens_(n_tokens) {}

  Range read() {
    Range range;
    range.first = range.last = read_position();
    if (take(rest_, '-')) range.last = read_position();
    if (!rest_.empty()) fail();
    if (range.last < range.first) {
      throw UsageError(fmt::format(
          "the range of positions {} runs backwards, from {} to {}; write the lower one first",
          quoted(term_), range.first, range.last));
    }
    return range;
  }

 private:
  [[noreturn]] void fail() const {
    throw UsageError(
        fmt::format("position {} is not understood; {}", quoted(term_), kPositionForms));
  }

  int read_position() {
    const bool from_end = take(rest_, '-');
    const std::string_view digits = take_digits(rest_);
    if (digits.empty()) fail();
    int index = 0;
    // From the end, 1 to n_tokens are there; from the front, 0 to n_tokens - 1.
    const bool known = to_int(digits, index);
    const int position = from_end ? n_tokens_ - index : index;
    if (!known || position < 0 || position >= n_tokens_) {
      throw UsageError(fmt::format(
          "position {}: the prompt has {} tokens, at 0 to {}, or -{} to -1 counted from the end",
          quoted(term_), n_tokens_, n_tokens_ - 1, n_tokens_));
    }
    return position;
  }

  std::string_view term_;
  std::string_view rest_;
  int n_tokens_;
};

void sort_unique(auto& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

std::string to_string(Head head) {
  return fmt::format("L{}H{}", head.layer, head.head);
}

SliceMode replace_by(std::shared_ptr<const SliceValues> values) {
  std::string name(values->name());
  return {.scale = 0.0F,
          .kind = SliceKind::values,
          .name = std::move(name),
          .values = std::move(values)};
}

std::string to_string(const SliceMode& mode) {
  switch (mode.kind) {
    case SliceKind::negate:
      return "negate";
    case SliceKind::mean:
      return "mean";
    case SliceKind::values:
      return mode.name;
    case SliceKind::scale:
      break;
  }
  return mode.scale == 0 ? "zero" : fmt::format("scale:{}", mode.scale);
}

SliceMode parse_slice_mode(std::string_view text) {
  constexpr std::string_view kPrefix = "scale:";
  if (text == "zero") return {};
  if (text == "negate") return {.scale = -1.0F, .kind = SliceKind::negate};
  if (text == "mean") return {.scale = 0.0F, .kind = SliceKind::mean};
  for (const std::string_view name : {kCorpusMean, kPositionMean, kResample, kKeepsValueBias}) {
    if (text == name) {
      return {.scale = 0.0F, .kind = SliceKind::values, .name = std::string(name)};
    }
  }
  if (!text.starts_with(kPrefix)) {
    throw UsageError(fmt::format(
        "mode {} is not known; write zero, mean, corpus-mean, position-mean, resample, negate or "
        "scale:X, such as scale:0.5",
        quoted(text)));
  }
  const std::string_view number = text.substr(kPrefix.size());
  SliceMode mode;
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, mode.scale);
  if (error == std::errc::result_out_of_range) {
    throw UsageError(fmt::format("mode {}: no 32-bit float holds {}; write a number nearer to 1",
                                 quoted(text), quoted(number)));
  }
  if (error != std::errc() || stop != end || !std::isfinite(mode.scale)) {
    throw UsageError(fmt::format("mode {}: {} is not a finite number; write one such as scale:0.5",
                                 quoted(text), quoted(number)));
  }
  mode.scale += 0.0F;  // -0 is the same request as 0
  return mode;
}

bool Intervention::touches(int t) const {
  return positions.empty() || std::binary_search(positions.begin(), positions.end(), t);
}

std::string spec_of(const Intervention& intervention) {
  std::string spec;
  for (const Head head : intervention.heads) {
    if (!spec.empty()) spec += '+';
    spec += to_string(head);
  }
  return spec;
}

std::vector<Intervention> parse_heads(std::string_view spec, int n_layer, int n_head) {
  if (support::trim(spec, kSpace).empty()) {
    throw UsageError(fmt::format("the head SPEC is empty; {}", kHeadForms));
  }
  std::vector<Intervention> interventions;
  std::set<std::vector<Head>> seen;
  const auto add = [&](std::vector<Head> heads) {
    if (seen.insert(heads).second) {
      interventions.push_back({std::move(heads), {}, {}});
    }
  };
  for (const std::string_view part : split(spec, ',')) {
    const std::vector<std::string_view> terms = split(part, '+');
    std::vector<Head> heads;
    for (const std::string_view term : terms) {
      if (term.empty()) {
        throw UsageError(fmt::format(
            "head SPEC {} has nothing before or after a ',' or '+'; take the spare one out",
            quoted(spec)));
      }
      TermReader(term, n_layer, n_head).read(heads);
      sort_unique(heads);
    }
    if (terms.size() == 1) {
      for (const Head head : heads) add({head});
    } else {
      add(std::move(heads));
    }
  }
  return interventions;
}

std::vector<int> parse_positions(std::string_view text, int n_tokens) {
  if (support::trim(text, kSpace) == "all") return {};
  std::set<int> positions;
  for (const std::string_view term : split(text, ',')) {
    if (term.empty()) {
      throw UsageError(
          fmt::format("positions {}: one of them is empty; {}", quoted(text), kPositionForms));
    }
    const Range range = PositionReader(term, n_tokens).read();
    for (int t = range.first; t <= range.last; ++t) positions.insert(t);
  }
  return {positions.begin(), positions.end()};
}

}  // namespace tacet
