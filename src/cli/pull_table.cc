#include "cli/pull_table.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "cli/values.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {

std::string render_pull(const store::PullListing& listing, const View& view) {
  std::size_t path_width = 4;
  for (const store::PulledFileRow& file : listing.files) {
    path_width = std::max(path_width, display_width(support::escape_for_display(file.path)));
  }
  std::string out = view.style.paint(
      Ink::title, fmt::format("  {}  {:>10}  {:<10}  {}\n", pad_right("file", path_width), "size",
                              "", "verified"));
  for (const store::PulledFileRow& file : listing.files) {
    out += fmt::format("  {}  {:>10}  {:<10}  {}\n",
                       pad_right(support::escape_for_display(file.path), path_width),
                       format_count(static_cast<std::int64_t>(file.size), "B"),
                       file.downloaded ? "fetched" : "was there", file.verified);
  }
  if (view.quiet) return out;
  out += "\n" +
         field("model",
               fmt::format("{} at {}", listing.repo, support::escape_for_display(listing.revision)),
               view);
  out += field("commit", listing.commit, view);
  // A path is copied: it stays on one line, whatever its length.
  return out + fmt::format("  folder    {}\n", support::escape_for_display(listing.snapshot));
}

}  // namespace tacet::cli
