#include "text/embedded.h"

#include <span>

#include "support/incbin.h"

namespace tacet::text {
namespace {

TACET_EMBED(mini_vocab_json, TACET_MINI_DIR "/vocab.json");
TACET_EMBED(mini_merges_txt, TACET_MINI_DIR "/merges.txt");

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string_view embedded_vocab_json() {
  return as_text(mini_vocab_json());
}
std::string_view embedded_merges_txt() {
  return as_text(mini_merges_txt());
}

}  // namespace tacet::text
