#include "cli/prompt_input.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

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
constexpr std::size_t kMaxPromptMib = 16;

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

[[noreturn]] void throw_unreadable(const std::string& name, std::string_view what) {
  throw InputError(fmt::format("{} cannot be read as {}: {}", name, what,
                               std::generic_category().message(errno)));
}

}  // namespace

std::string read_input(const std::string& file, std::string_view what, std::size_t max_mib) {
  const bool is_stdin = file == "-";
  const std::string name = is_stdin ? "standard input" : fmt::format("'{}'", file);
  const Descriptor input(is_stdin ? STDIN_FILENO : open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.number() < 0) throw_unreadable(name, what);
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (true) {
    const ssize_t count = read(input.number(), buffer.data(), buffer.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      throw_unreadable(name, what);
    }
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > max_mib << 20) {
      throw InputError(fmt::format("{} is larger than {} MiB; {} is smaller", name, max_mib, what));
    }
  }
}

std::string read_prompt_file(const std::string& file) {
  std::string text = read_input(file, "a prompt", kMaxPromptMib);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

PromptMaker::PromptMaker(Model model, bool prepend_bos, bool quiet)
    : model_(std::move(model)), prepend_bos_(prepend_bos), quiet_(quiet) {}

Prompt PromptMaker::from_text(std::string_view text) {
  return make_prompt(tokenizer(), text, first_id());
}

Prompt PromptMaker::from_ids(std::span<const std::int32_t> ids) {
  return make_prompt(ids, tokenizer_if_any(), first_id());
}

const Tokenizer& PromptMaker::tokenizer() {
  if (!tokenizer_) tokenizer_ = load_tokenizer(model_);
  return *tokenizer_;
}

const Tokenizer* PromptMaker::tokenizer_if_any() {
  if (!tokenizer_ && !looked_for_tokenizer_) {
    tokenizer_ = load_tokenizer_if_any(model_, quiet_);
    looked_for_tokenizer_ = true;
  }
  return tokenizer_ ? &*tokenizer_ : nullptr;
}

std::optional<std::int32_t> PromptMaker::first_id() const {
  if (!prepend_bos_) return std::nullopt;
  if (model_.config().bos_token_id) return model_.config().bos_token_id;
  if (tokenizer_ && tokenizer_->end_of_text()) return tokenizer_->end_of_text();
  throw ModelError(
      fmt::format("--prepend-bos: the model '{}' has neither a bos_token_id in its config.json nor "
                  "<|endoftext|> in its vocabulary; put the id first in --token-ids",
                  model_.id()));
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

Prompt resolve_prompt(const PromptOptions& options, const Model& model, bool quiet) {
  PromptMaker maker(model, options.prepend_bos, quiet);
  return resolve_prompt(options, maker);
}

Prompt resolve_prompt(const PromptOptions& options, PromptMaker& maker) {
  if (options.token_ids) {
    if (options.text || options.file) {
      throw UsageError("--token-ids stands in place of the prompt; give one of the two");
    }
    return maker.from_ids(parse_ids("--token-ids", *options.token_ids));
  }
  return maker.from_text(resolve_text(options, "PROMPT"));
}

std::vector<int> resolve_positions(const std::string& at, const Prompt& prompt) {
  constexpr std::string_view kTextMark = "text:";
  if (!at.starts_with(kTextMark)) {
    return parse_positions(at, static_cast<int>(prompt.tokens.size()));
  }
  return positions_of_text(prompt, std::string_view(at).substr(kTextMark.size()));
}

}  // namespace tacet::cli
