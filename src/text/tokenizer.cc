#include "tacet/tokenizer.h"

#include <cstddef>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "support/file.h"
#include "support/utf8.h"
#include "tacet/error.h"
#include "text/bpe.h"
#include "text/embedded.h"
#include "text/pretokenizer.h"
#include "text/special_tokens.h"
#include "text/tokenizer_json.h"
#include "text/vocabulary.h"
#include "text/vocabulary_files.h"

namespace tacet {
namespace {

namespace fs = std::filesystem;

/// Many times the largest that is known; a JSON value takes up to twenty times its text in memory.
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{64} << 20;

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored);
}

std::optional<std::string> read_if_there(const fs::path& file) {
  if (!is_there(file)) return std::nullopt;
  return support::read_file(file, kMaxFileBytes);
}

text::Vocabulary load_vocabulary(const fs::path& folder) {
  const std::string name = folder.string();
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw ModelError(
        fmt::format("{}: no such folder; name one that holds the model's files", name));
  }
  const fs::path config = folder / "tokenizer_config.json";
  const auto config_text = read_if_there(config);
  const bool has_vocab = is_there(folder / "vocab.json");
  const bool has_merges = is_there(folder / "merges.txt");
  if (has_vocab && has_merges) {
    const auto vocab = support::read_file(folder / "vocab.json", kMaxFileBytes);
    const auto merges = support::read_file(folder / "merges.txt", kMaxFileBytes);
    const auto added = read_if_there(folder / "added_tokens.json");
    return text::parse_vocabulary_files({vocab, merges, added, config_text}, name);
  }
  const fs::path single = folder / "tokenizer.json";
  if (is_there(single)) {
    if (config_text) text::check_tokenizer_config(*config_text, config.string());
    return text::parse_tokenizer_json(support::read_file(single, kMaxFileBytes), single.string());
  }
  if (has_vocab || has_merges) {
    throw ModelError(fmt::format("{}: {} is missing beside {}; get it, or use --token-ids", name,
                                 has_vocab ? "merges.txt" : "vocab.json",
                                 has_vocab ? "vocab.json" : "merges.txt"));
  }
  throw ModelError(
      fmt::format("{}: no tokenizer there, neither vocab.json and merges.txt nor "
                  "tokenizer.json; get them, or use --token-ids",
                  name));
}

/// Calls `valid` for each longest stretch of UTF-8 and `invalid` for what lies between.
void for_each_stretch(std::string_view text, auto&& valid, auto&& invalid) {
  while (!text.empty()) {
    const std::size_t good = support::first_invalid_utf8(text).value_or(text.size());
    if (good > 0) valid(text.substr(0, good));
    text.remove_prefix(good);
    std::size_t bad = 0;
    while (bad < text.size() && !support::utf8_length(text.substr(bad))) ++bad;
    if (bad > 0) invalid(text.substr(0, bad));
    text.remove_prefix(bad);
  }
}

}  // namespace

struct Tokenizer::Impl {
  explicit Impl(text::Vocabulary vocab)
      : vocabulary(std::move(vocab)), special_tokens(vocabulary.added) {}

  /// The bytes of `id`; empty when no token has it.
  std::string_view piece(std::int32_t id) const {
    const auto found = vocabulary.pieces.find(id);
    return found == vocabulary.pieces.end() ? std::string_view() : found->second;
  }

  text::Vocabulary vocabulary;
  text::SpecialTokenFinder special_tokens;
  text::Pretokenizer pretokenizer;
};

Tokenizer::Tokenizer(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Tokenizer Tokenizer::load(const std::filesystem::path& folder) {
  return Tokenizer(std::make_shared<const Impl>(load_vocabulary(folder)));
}

Tokenizer Tokenizer::from_text(std::string_view vocab_json, std::string_view merges_txt,
                               std::string_view name) {
  return Tokenizer(std::make_shared<const Impl>(
      text::parse_vocabulary_files({vocab_json, merges_txt, std::nullopt, std::nullopt}, name)));
}

Tokenizer Tokenizer::mini() {
  static const Tokenizer kMini =
      from_text(text::embedded_vocab_json(), text::embedded_merges_txt(), "mini");
  return kMini;
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text,
                                            const EncodeOptions& options) const {
  if (!options.keep_invalid_utf8) {
    if (const auto byte = support::first_invalid_utf8(text)) {
      throw InputError(
          fmt::format("the text is not UTF-8: byte {} is 0x{:02x}; convert it to UTF-8", *byte,
                      static_cast<unsigned char>(text[*byte])));
    }
  }
  std::vector<std::int32_t> ids;
  const auto encode_piece = [&](std::string_view piece) {
    text::encode_piece(impl_->vocabulary, piece, ids);
  };
  const auto encode_text = [&](std::string_view valid) {
    for (const std::string_view piece : impl_->pretokenizer.split(valid)) encode_piece(piece);
  };
  for (const auto& fragment : impl_->special_tokens.split(text, options.special_tokens)) {
    if (fragment.id) {
      ids.push_back(*fragment.id);
    } else {
      for_each_stretch(fragment.text, encode_text, encode_piece);
    }
  }
  return ids;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
  std::string bytes;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string_view piece = impl_->piece(ids[i]);
    if (piece.empty()) {
      throw UsageError(
          fmt::format("token id {} at index {} is not in the vocabulary, whose largest "
                      "id is {}",
                      ids[i], i, vocab_size() - 1));
    }
    bytes.append(piece);
  }
  return bytes;
}

std::string_view Tokenizer::piece(std::int32_t id) const {
  const std::string_view piece = impl_->piece(id);
  if (piece.empty()) {
    throw UsageError(fmt::format("token id {} is not in the vocabulary, whose largest id is {}", id,
                                 vocab_size() - 1));
  }
  return piece;
}

std::optional<std::int32_t> Tokenizer::end_of_text() const {
  return impl_->vocabulary.end_of_text;
}

std::int32_t Tokenizer::vocab_size() const {
  return impl_->vocabulary.size;
}

}  // namespace tacet
