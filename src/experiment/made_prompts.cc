#include "tacet/made_prompts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>

#include <fmt/args.h>
#include <fmt/format.h>

#include "stats/random.h"
#include "tacet/error.h"

namespace tacet {
namespace {

constexpr std::array<std::string_view, 24> kNames = {
    "Mary", "John",  "Tom",   "James", "Dan",  "Martin", "Amy",   "Paul",
    "Kate", "Sarah", "Adam",  "David", "Anna", "Peter",  "Alice", "Mark",
    "Jack", "Emma",  "Simon", "Laura", "Lucy", "Robert", "Sam",   "Michael"};
constexpr std::array<std::string_view, 8> kPlaces = {"store",  "shop", "school", "park",
                                                     "office", "bar",  "house",  "station"};
constexpr std::array<std::string_view, 8> kThings = {"drink", "book", "ring", "letter",
                                                     "gift",  "ball", "key",  "picture"};
constexpr std::array<std::string_view, 12> kFoods = {"pizza", "cheese", "bread", "rice",
                                                     "fish",  "cake",   "soup",  "salad",
                                                     "fruit", "meat",   "pasta", "chocolate"};

/// A capital and its country.
struct Capital {
  std::string_view city;
  std::string_view country;
};
constexpr std::array<Capital, 20> kCapitals = {
    {{"Berlin", "Germany"},   {"Paris", "France"},     {"Rome", "Italy"},
     {"Madrid", "Spain"},     {"London", "England"},   {"Moscow", "Russia"},
     {"Tokyo", "Japan"},      {"Athens", "Greece"},    {"Vienna", "Austria"},
     {"Cairo", "Egypt"},      {"Beijing", "China"},    {"Lisbon", "Portugal"},
     {"Oslo", "Norway"},      {"Dublin", "Ireland"},   {"Warsaw", "Poland"},
     {"Ottawa", "Canada"},    {"Stockholm", "Sweden"}, {"Helsinki", "Finland"},
     {"Budapest", "Hungary"}, {"Baghdad", "Iraq"}}};

// {a} and {b} are the two words, {s} the one that acts, {place} and {thing} the scene.
constexpr std::array<std::string_view, 4> kIoi = {
    "When {a} and {b} went to the {place}, {s} gave a {thing} to",
    "After {a} and {b} went to the {place}, {s} gave a {thing} to",
    "When {a} and {b} were at the {place}, {s} gave the {thing} to",
    "{a} and {b} went to the {place}. {s} gave a {thing} to"};
constexpr std::array<std::string_view, 3> kCapital = {
    "{s} is the capital of", "{s} is the capital city of", "{s} is known as the capital of"};
constexpr std::array<std::string_view, 3> kFood = {"{a} likes {x} and {b} likes {y}. {s} likes",
                                                   "{a} bought {x} and {b} bought {y}. {s} bought",
                                                   "{a} has {x} and {b} has {y}. {s} has"};

std::string spaced(std::string_view word) {
  return " " + std::string(word);
}

template <std::size_t N>
std::vector<std::string_view> single_tokens(const std::array<std::string_view, N>& words,
                                            const Tokenizer& tokenizer) {
  std::vector<std::string_view> kept;
  std::ranges::copy_if(words, std::back_inserter(kept), [&](std::string_view word) {
    return tokenizer.encode(spaced(word)).size() == 1;
  });
  return kept;
}

std::string filled(std::string_view text,
                   std::initializer_list<std::pair<const char*, std::string_view>> words) {
  fmt::dynamic_format_arg_store<fmt::format_context> arguments;
  for (const auto& [name, word] : words) arguments.push_back(fmt::arg(name, word));
  return fmt::vformat(text, arguments);
}

std::string group_of(std::string_view a, std::string_view b) {
  return a < b ? fmt::format("{} {}", a, b) : fmt::format("{} {}", b, a);
}

/// Draws the words of one prompt after the other.
class Maker {
 public:
  Maker(PromptTask task, std::uint64_t seed, const Tokenizer& tokenizer)
      : task_(task),
        random_(seed),
        names_(single_tokens(kNames, tokenizer)),
        places_(single_tokens(kPlaces, tokenizer)),
        things_(single_tokens(kThings, tokenizer)),
        foods_(single_tokens(kFoods, tokenizer)) {
    for (const Capital& capital : kCapitals) {
      const std::size_t length = tokenizer.encode(capital.city).size();
      if (tokenizer.encode(spaced(capital.country)).size() != 1) continue;
      capitals_.push_back({capital, length});
    }
  }

  /// How many different prompts there are.
  std::size_t available() const {
    const auto pairs = [](std::size_t n) { return n * (n - std::min<std::size_t>(n, 1)); };
    switch (task_) {
      case PromptTask::ioi:  // the ordered pair says who comes first, and either may act
        return 2 * kIoi.size() * pairs(names_.size()) * places_.size() * things_.size();
      case PromptTask::capitals:
        return kCapital.size() * capital_pairs();
      case PromptTask::food:
        return 2 * kFood.size() * pairs(names_.size()) * pairs(foods_.size());
    }
    return 0;
  }

  /// Number `i`: templates and orders take turns, the words are drawn.
  MadePrompt make(std::size_t i) {
    switch (task_) {
      case PromptTask::ioi:
        return ioi(i);
      case PromptTask::capitals:
        return capital(i);
      case PromptTask::food:
        return food(i);
    }
    return {};
  }

 private:
  struct KnownCapital {
    Capital words;
    std::size_t length = 0;  // tokens of the city at the start of a text
  };

  std::size_t capital_pairs() const {
    std::size_t count = 0;
    for (const KnownCapital& a : capitals_) {
      count +=
          static_cast<std::size_t>(std::ranges::count(capitals_, a.length, &KnownCapital::length)) -
          1;
    }
    return count;
  }

  template <typename Value>
  const Value& one_of(std::span<const Value> values) {
    return values[random_.below(values.size())];
  }

  /// Two different values.
  std::pair<std::string_view, std::string_view> two_of(std::span<const std::string_view> values) {
    const std::size_t first = random_.below(values.size());
    const std::size_t second = (first + 1 + random_.below(values.size() - 1)) % values.size();
    return {values[first], values[second]};
  }

  MadePrompt ioi(std::size_t i) {
    const auto [a, b] = two_of(names_);
    const bool second_acts = i % 2 == 0;
    const std::string_view giver = second_acts ? b : a;
    const std::string_view other = second_acts ? a : b;
    const std::string_view place = one_of<std::string_view>(places_);
    const std::string_view thing = one_of<std::string_view>(things_);
    const auto text = [&, a = a, b = b](std::string_view actor) {
      return filled(kIoi[i / 2 % kIoi.size()],
                    {{"a", a}, {"b", b}, {"s", actor}, {"place", place}, {"thing", thing}});
    };
    return {.id = {},
            .group = group_of(a, b),
            .text = text(giver),
            .corrupt = text(other),
            .target = spaced(other),
            .contrast = spaced(giver)};
  }

  MadePrompt capital(std::size_t i) {
    while (true) {
      const KnownCapital& a = one_of<KnownCapital>(capitals_);
      const KnownCapital& b = one_of<KnownCapital>(capitals_);
      if (a.words.city == b.words.city || a.length != b.length) continue;
      const std::string_view form = kCapital[i % kCapital.size()];
      return {.id = {},
              .group = group_of(a.words.city, b.words.city),
              .text = filled(form, {{"s", a.words.city}}),
              .corrupt = filled(form, {{"s", b.words.city}}),
              .target = spaced(a.words.country),
              .contrast = spaced(b.words.country)};
    }
  }

  MadePrompt food(std::size_t i) {
    const auto [a, b] = two_of(names_);
    const auto [x, y] = two_of(foods_);
    const bool asks_first = i % 2 == 0;
    const auto text = [&, a = a, b = b, x = x, y = y](std::string_view who) {
      return filled(kFood[i / 2 % kFood.size()],
                    {{"a", a}, {"b", b}, {"x", x}, {"y", y}, {"s", who}});
    };
    return {.id = {},
            .group = group_of(x, y),
            .text = text(asks_first ? a : b),
            .corrupt = text(asks_first ? b : a),
            .target = spaced(asks_first ? x : y),
            .contrast = spaced(asks_first ? y : x)};
  }

  PromptTask task_;
  stats::Random random_;
  std::vector<std::string_view> names_;
  std::vector<std::string_view> places_;
  std::vector<std::string_view> things_;
  std::vector<std::string_view> foods_;
  std::vector<KnownCapital> capitals_;
};

}  // namespace

std::string_view to_string(PromptTask task) {
  switch (task) {
    case PromptTask::ioi:
      return "ioi";
    case PromptTask::capitals:
      return "capitals";
    case PromptTask::food:
      return "food";
  }
  return "";
}

std::vector<MadePrompt> make_prompts(PromptTask task, std::size_t n, std::uint64_t seed,
                                     const Tokenizer& tokenizer) {
  Maker maker(task, seed, tokenizer);
  // Half of what there is: drawn at random, the last ones would take for ever.
  const std::size_t most = maker.available() / 2;
  if (n < 1 || n > most) {
    throw UsageError(fmt::format(
        "{} prompts of {} are asked for, but with this tokenizer there are 1 to {} to be had", n,
        to_string(task), most));
  }
  std::vector<MadePrompt> prompts;
  std::set<std::string> texts;  // with the answers: in `capitals` a text has several corrupt ones
  while (prompts.size() < n) {
    MadePrompt prompt = maker.make(prompts.size());
    const std::size_t length = tokenizer.encode(prompt.text).size();
    if (length != tokenizer.encode(prompt.corrupt).size()) continue;
    if (!texts.insert(prompt.text + "\n" + prompt.corrupt).second) continue;
    prompt.id = fmt::format("{}-{}", to_string(task), prompts.size() + 1);
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

}  // namespace tacet
