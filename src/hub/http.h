#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/address.h"

namespace tacet::hub {

/// A response's headers by their names in lower case; several of one name are joined by commas.
using Headers = std::map<std::string, std::string, std::less<>>;

/// Status line and headers of a response.
struct HttpResponse {
  int status = 0;
  Headers headers;

  /// The header's value; nullopt when there is none.
  std::optional<std::string> find(std::string_view name) const;
};

/// One request, without redirects: who asks decides where to go on.
struct HttpRequest {
  bool head = false;                 ///< HEAD in place of GET
  std::vector<std::string> headers;  ///< "Name: value"
  int connect_s = 10;                ///< seconds to connect in
  int stall_s = 10;                  ///< seconds without a byte after which it is given up
  int total_s = 0;                   ///< seconds for all of it; 0 for no limit
};

/// Takes a response's body.
struct BodySink {
  /// Called with the headers, before any byte; false to have nothing of the body.
  std::function<bool(const HttpResponse&)> wants;
  std::function<void(std::string_view bytes)> take;
};

/// Asks servers by HTTP, keeping connections open between requests. Honours the proxy variables as
/// libcurl does. Not for several threads at once.
class HttpConnection {
 public:
  /// `certificates`: file of the authorities to trust in place of the system's.
  explicit HttpConnection(std::string user_agent, std::optional<std::string> certificates = {});
  ~HttpConnection();
  HttpConnection(HttpConnection&&) noexcept;
  HttpConnection& operator=(HttpConnection&&) noexcept;

  /// The response, its body handed to `sink`. Throws RequestFailure when there is none (no
  /// connection, a timeout, a body that ends early, headers without end), and what `sink` throws.
  /// Messages name the server and nothing else of the address.
  HttpResponse perform(const Address& address, const HttpRequest& request, const BodySink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tacet::hub
