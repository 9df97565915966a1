#include "cli/check_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kOutcomeWidth = 5;
constexpr std::string_view kCheckIndent = "        ";

/// "pass ", "FAIL " or "–    ", coloured.
std::string mark(FactOutcome outcome, const Style& style) {
  switch (outcome) {
    case FactOutcome::pass:
      return pad_right("pass", kOutcomeWidth);
    case FactOutcome::fail:
      return style.paint(Ink::warning, pad_right("FAIL", kOutcomeWidth));
    case FactOutcome::not_applicable:
      break;
  }
  return pad_right("–", kOutcomeWidth);
}

/// "        KEY: TEXT", below a fact's name; long text goes on below itself.
std::string detail(std::string_view key, const std::string& text, const View& view, Ink ink) {
  std::string out;
  const std::string line = fmt::format("{}: {}", key, support::escape_for_display(text));
  for (const std::string& part : wrap(line, view.width - kCheckIndent.size())) {
    out += fmt::format("{}{}\n", kCheckIndent, view.style.paint(ink, part));
  }
  return out;
}

std::string lines_of(const CheckedFact& checked, const View& view) {
  std::string out = fmt::format("  {} {}\n", mark(checked.outcome, view.style),
                                support::escape_for_display(checked.fact.name));
  if (checked.outcome == FactOutcome::not_applicable) {
    return out + detail("not applicable", checked.reason, view, Ink::dim);
  }
  if (checked.outcome == FactOutcome::fail || view.verbose) {
    out += detail("published", checked.expected, view, Ink::plain);
    out += detail("found", checked.found, view, Ink::plain);
  }
  return view.quiet ? out : out + detail("source", checked.fact.source, view, Ink::dim);
}

}  // namespace

std::string render_check(const store::CheckListing& listing, const View& view) {
  std::string out;
  for (const CheckedFact& fact : listing.facts) out += lines_of(fact, view);
  const auto count = [&](FactOutcome outcome) {
    return std::ranges::count(listing.facts, outcome, &CheckedFact::outcome);
  };
  const std::string compared = listing.compared_with.empty()
                                   ? "compared with no published model"
                                   : "compared with " + listing.compared_with;
  return out + "\n" +
         paragraph(fmt::format("{} ({}), {}: {} passed, {} failed, {} not applicable",
                               support::escape_for_display(listing.model), listing.fingerprint,
                               support::escape_for_display(compared), count(FactOutcome::pass),
                               count(FactOutcome::fail), count(FactOutcome::not_applicable)),
                   view);
}

}  // namespace tacet::cli
