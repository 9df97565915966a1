#include "hub/address.h"

#include <algorithm>
#include <memory>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

struct UrlCleaner {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCleaner>;

Url make_url() {
  Url url(curl_url());
  if (!url) throw std::bad_alloc();
  return url;
}

/// One part of `url`; empty when it has none.
std::string part(const Url& url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), what, &text, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text;
}

[[noreturn]] void throw_no_address(std::string_view text) {
  // A query may hold a signature, and what stands before @ a password.
  const std::string_view shown =
      text.substr(0, std::min<std::size_t>(text.find_first_of("?@"), 80));
  throw ModelError(
      fmt::format("'{}' is no http or https address that tacet can use; check HF_ENDPOINT",
                  support::escape_for_display(shown)));
}

}  // namespace

Address::Address(std::string_view text) {
  const Url url = make_url();
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) {
    throw_no_address(text);
  }
  const std::string scheme = part(url, CURLUPART_SCHEME);
  std::string host = part(url, CURLUPART_HOST);
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if ((scheme != "http" && scheme != "https") || host.empty()) throw_no_address(text);
  if (!part(url, CURLUPART_USER).empty() || !part(url, CURLUPART_PASSWORD).empty()) {
    throw ModelError(fmt::format(
        "an address on {} has a name or password in it, which tacet does not send; use HF_TOKEN",
        host));
  }
  // Never sent to a server.
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  text_ = part(url, CURLUPART_URL);
  is_https_ = scheme == "https";
  origin_ = fmt::format("{}://{}:{}", scheme, host, part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
  if (!is_https_ && !is_loopback(host)) {
    throw ModelError(fmt::format(
        "{} is not encrypted, so nothing is asked there; only this machine itself may be spoken to "
        "by http, anything else needs https",
        origin_));
  }
}

Address Address::resolve(std::string_view location) const {
  const Url url = make_url();
  curl_url_set(url.get(), CURLUPART_URL, text_.c_str(), 0);
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(location).c_str(), 0) != CURLUE_OK) {
    throw ModelError(
        fmt::format("{} answered with a redirect to something that is no address; "
                    "check HF_ENDPOINT",
                    origin_));
  }
  Address target(part(url, CURLUPART_URL));
  if (is_https_ && !target.is_https_) {
    throw ModelError(
        fmt::format("{} answered with a redirect to {}, which is not encrypted; it is "
                    "not followed",
                    origin_, target.origin_));
  }
  return target;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  in_addr number{};
  return inet_pton(AF_INET, std::string(host).c_str(), &number) == 1 &&
         (ntohl(number.s_addr) >> 24) == 127;
}

std::string percent_encoded(std::string_view text, std::string_view keep) {
  constexpr std::string_view kPlain = "-._~";
  std::string out;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_plain = is_letter || (c >= '0' && c <= '9') ||
                          kPlain.find(c) != std::string_view::npos ||
                          keep.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace tacet::hub
