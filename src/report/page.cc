#include "report/page.h"

#include <cstddef>
#include <span>
#include <utility>

#include "support/incbin.h"
#include "tacet/error.h"

namespace tacet::report {
namespace {

TACET_EMBED(page_template, TACET_PAGE_TEMPLATE);

// What web/index.html has in their places.
constexpr std::string_view kDataMark = "\"%TACET_PAGE_DATA%\"";
constexpr std::string_view kTitleMark = "%TACET_PAGE_TITLE%";

constexpr std::string_view kLineSeparator = "\u2028";
constexpr std::string_view kParagraphSeparator = "\u2029";

/// JSON that holds no character that HTML or JavaScript could take for its own: all of them stand
/// inside strings, where an escape means the same.
std::string escaped_json(std::string_view json) {
  std::string text;
  text.reserve(json.size() + json.size() / 64);
  while (!json.empty()) {
    if (json.starts_with(kLineSeparator) || json.starts_with(kParagraphSeparator)) {
      text += json.starts_with(kLineSeparator) ? "\\u2028" : "\\u2029";
      json.remove_prefix(kLineSeparator.size());
      continue;
    }
    switch (json.front()) {
      case '<':
        text += "\\u003c";
        break;
      case '>':
        text += "\\u003e";
        break;
      case '&':
        text += "\\u0026";
        break;
      default:
        text += json.front();
    }
    json.remove_prefix(1);
  }
  return text;
}

/// Plain text as HTML's.
std::string escaped_html(std::string_view plain) {
  std::string text;
  for (const char c : plain) {
    switch (c) {
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '&':
        text += "&amp;";
        break;
      case '"':
        text += "&quot;";
        break;
      default:
        text += c;
    }
  }
  return text;
}

/// `text` cut where `mark` stands, which is once.
std::pair<std::string_view, std::string_view> cut_at(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos || text.find(mark, at + 1) != std::string_view::npos) {
    throw Error("the page's template does not hold " + std::string(mark) + " once");
  }
  return {text.substr(0, at), text.substr(at + mark.size())};
}

}  // namespace

std::string page(std::string_view data, std::string_view title) {
  const std::span<const std::byte> bytes = page_template();
  const std::string_view html(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto [head, rest] = cut_at(html, kTitleMark);
  const auto [middle, tail] = cut_at(rest, kDataMark);
  std::string text;
  text.reserve(html.size() + data.size() + data.size() / 64);
  text.append(head).append(escaped_html(title)).append(middle);
  text.append(escaped_json(data)).append(tail);
  return text;
}

}  // namespace tacet::report
