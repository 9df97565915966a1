#pragma once

#include <string>
#include <string_view>

namespace tacet::hub {

/// An http or https address, taken apart by libcurl's own rules, so that what is checked here is
/// what is connected to. A value; thread safe.
class Address {
 public:
  /// Throws ModelError for anything but http and https, for a name and password in it, and for
  /// plain http to another machine than this one.
  explicit Address(std::string_view text);

  /// What `location`, absolute or relative, means when this address answers with it. Throws as the
  /// constructor does, and for a step down from https to http.
  Address resolve(std::string_view location) const;

  /// Whether both have the same scheme, host and port: the token goes to no other.
  bool same_origin(const Address& other) const { return origin_ == other.origin_; }

  /// The whole address. It may be signed: never to be shown or logged.
  const std::string& text() const { return text_; }
  /// Scheme, host and port, the part that a message may show.
  const std::string& origin() const { return origin_; }
  bool is_https() const { return is_https_; }

 private:
  std::string text_;
  std::string origin_;
  bool is_https_ = false;
};

/// Whether `host`, as libcurl writes it and in lower case, is this machine by its name or number:
/// localhost, 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view host);

/// `text` with every byte but letters, digits and `-._~` as %XX, and `keep` as they are.
std::string percent_encoded(std::string_view text, std::string_view keep = "");

}  // namespace tacet::hub
