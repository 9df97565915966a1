#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tacet::report {

/// The page: the template that web/ is built into, with `data` (a document of `page_data`) in it.
/// Nothing in `data` can end the script element that holds it. `title` is that of the browser's
/// window, plain text.
std::string page(std::string_view data, std::string_view title);

}  // namespace tacet::report
