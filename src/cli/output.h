#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tacet::cli {

/// Writes all of `text` to standard output. Throws OutputError when it cannot be written (a full
/// disk, a closed descriptor); a pipe that its reader closed ends the process by SIGPIPE.
void write_to_stdout(std::string_view text);

/// Writes `text` to `file`, whole or not at all, or to standard output when there is none. A signal
/// that comes while a regular file is written waits until it is whole. Throws OutputError.
void write_result(std::string_view text, const std::optional<std::string>& file);

/// Prints "tacet: KIND: MESSAGE" on standard error; what could disturb a terminal is escaped.
void print_message(std::string_view kind, std::string_view message);

}  // namespace tacet::cli
