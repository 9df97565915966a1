#include "cli/tests_table.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kTestColumn = 10;
constexpr std::size_t kBesideByDefault = 2;

std::string short_name(Test test) {
  switch (test) {
    case Test::independent:
      return "indep.";
    case Test::token_bootstrap:
      return "bootstr.";
    case Test::token_jackknife:
      return "jackknife";
    case Test::token_swap:
      return "swap";
    default:
      return std::string(to_string(test));
  }
}

std::string cell(const LayerEffect& row, const TestResult& result, const Style& style) {
  const std::string text = format_p(result.p_adjusted) + (result.significant ? "*" : " ");
  const Ink ink = !result.significant    ? Ink::plain
                  : row.mean_delta < 0.0 ? Ink::decoupling
                                         : Ink::coupling;
  return style.paint(ink, pad_left(text, kTestColumn));
}

/// Each test's first note, once.
std::string notes_of(const SilenceResult& result, const View& view) {
  std::string out;
  const std::size_t n_tests = result.layers.front().tests.size();
  for (std::size_t k = 0; k < n_tests; ++k) {
    const auto noted = std::ranges::find_if(
        result.layers, [k](const LayerEffect& row) { return !row.tests[k].note.empty(); });
    if (noted == result.layers.end()) continue;
    const TestResult& test = noted->tests[k];
    out += paragraph(fmt::format("{}: {}.", to_string(test.name), test.note), view, Ink::dim);
  }
  return out;
}

}  // namespace

std::string render_tests(const SilenceResult& result, const View& view) {
  const std::vector<TestResult>& first = result.layers.front().tests;
  if (first.size() <= kBesideByDefault) return "";
  std::string head = fmt::format("  {:<5}", "block");
  for (const TestResult& test : first) head += pad_left(short_name(test.name) + " ", kTestColumn);
  std::string out =
      view.style.paint(Ink::title, "  p adjusted, by every test (* significant)") + "\n\n";
  out += view.style.paint(Ink::title, head) + "\n";
  for (const LayerEffect& row : result.layers) {
    if (row.effect == Effect::unchanged) continue;
    out += fmt::format("  {:<5}", fmt::format("L{}", row.layer));
    for (const TestResult& test : row.tests) out += cell(row, test, view.style);
    out += "\n";
  }
  const std::string notes = notes_of(result, view);
  return notes.empty() ? out : out + "\n" + notes;
}

}  // namespace tacet::cli
