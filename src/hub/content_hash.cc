#include "hub/content_hash.h"

#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "hub/file_descriptor.h"

namespace tacet::hub {
namespace {

void check(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL cannot hash; check how it is installed");
}

}  // namespace

void ContentHash::Cleaner::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

ContentHash::ContentHash(EtagKind kind, std::uint64_t size) {
  if (kind == EtagKind::other) return;
  context_.reset(EVP_MD_CTX_new());
  if (!context_) throw std::bad_alloc();
  const bool is_git = kind == EtagKind::git_sha1;
  check(EVP_DigestInit_ex(context_.get(), is_git ? EVP_sha1() : EVP_sha256(), nullptr));
  if (is_git) {
    std::string header = fmt::format("blob {}", size);
    header += '\0';
    update(header);
  }
}

ContentHash::~ContentHash() = default;
ContentHash::ContentHash(ContentHash&&) noexcept = default;
ContentHash& ContentHash::operator=(ContentHash&&) noexcept = default;

void ContentHash::update(std::string_view bytes) {
  if (context_) check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string ContentHash::finish() {
  if (!context_) return "";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  check(EVP_DigestFinal_ex(context_.get(), digest.data(), &length));
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

bool has_content(const std::filesystem::path& path, const ContentId& id) {
  const std::optional<FileDescriptor> file = open_regular_file(path);
  if (!file || file->size() != id.size) return false;
  ContentHash hash(id.kind, id.size);
  if (id.kind != EtagKind::other) {
    file->read_all([&hash](std::string_view bytes) { hash.update(bytes); });
  }
  return hash.finish() == id.hash;
}

}  // namespace tacet::hub
