#include "cli/prompt_input.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/model_input.h"
#include "cli/values.h"
#include "tacet/error.h"
#include "tacet/intervention.h"
#include "tacet/prompt.h"
#include "tacet/tokenizer.h"

namespace tacet::cli {
namespace {

// Far more than any model reads; what is larger was given by mistake.
constexpr std::size_t kMaxPromptBytes = std::size_t{16} << 20;

/// A file descriptor that is closed at the end, unless it is standard input's.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ > STDIN_FILENO) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void throw_unreadable(const std::string& name) {
  throw InputError(fmt::format("{} cannot be read as a prompt: {}", name,
                               std::generic_category().message(errno)));
}

std::optional<std::int32_t> first_id(const Model& model, const std::optional<Tokenizer>& tokenizer,
                                     bool prepend_bos) {
  if (!prepend_bos) return std::nullopt;
  if (model.config().bos_token_id) return model.config().bos_token_id;
  if (tokenizer && tokenizer->end_of_text()) return tokenizer->end_of_text();
  throw ModelError(
      fmt::format("--prepend-bos: the model '{}' has neither a bos_token_id in its config.json nor "
                  "<|endoftext|> in its vocabulary; put the id first in --token-ids",
                  model.id()));
}

}  // namespace

std::string read_prompt_file(const std::string& file) {
  const bool is_stdin = file == "-";
  const std::string name = is_stdin ? "standard input" : fmt::format("'{}'", file);
  const Descriptor input(is_stdin ? STDIN_FILENO : open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.number() < 0) throw_unreadable(name);
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (true) {
    const ssize_t count = read(input.number(), buffer.data(), buffer.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      throw_unreadable(name);
    }
    if (count == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kMaxPromptBytes) {
      throw InputError(fmt::format("{} is larger than {} MiB; a prompt is a short text", name,
                                   kMaxPromptBytes >> 20));
    }
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string resolve_text(const PromptOptions& options, const std::string& argument) {
  if (options.text && options.file) {
    throw UsageError(fmt::format("{} and --prompt-file are both given; give one", argument));
  }
  if (options.file) return read_prompt_file(*options.file);
  if (options.text) return *options.text;
  throw UsageError(
      fmt::format("no text is given; give {} (in quotes) or --prompt-file FILE", argument));
}

Prompt resolve_prompt(const PromptOptions& options, const Model& model,
                      const std::string& model_name, bool quiet) {
  if (options.token_ids) {
    if (options.text || options.file) {
      throw UsageError("--token-ids stands in place of the prompt; give one of the two");
    }
    const auto ids = parse_ids("--token-ids", *options.token_ids);
    const auto tokenizer = load_tokenizer_if_any(model_name, quiet);
    return make_prompt(ids, tokenizer ? &*tokenizer : nullptr,
                       first_id(model, tokenizer, options.prepend_bos));
  }
  const std::string text = resolve_text(options, "PROMPT");
  const std::optional<Tokenizer> tokenizer = load_tokenizer(model_name);
  return make_prompt(*tokenizer, text, first_id(model, tokenizer, options.prepend_bos));
}

std::vector<int> resolve_positions(const std::string& at, const Prompt& prompt) {
  constexpr std::string_view kTextMark = "text:";
  if (!at.starts_with(kTextMark)) {
    return parse_positions(at, static_cast<int>(prompt.tokens.size()));
  }
  return positions_of_text(prompt, std::string_view(at).substr(kTextMark.size()));
}

}  // namespace tacet::cli
