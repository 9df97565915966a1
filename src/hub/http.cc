#include "hub/http.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <mutex>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "hub/request_failure.h"
#include "support/trim.h"

namespace tacet::hub {
namespace {

constexpr std::size_t kMaxHeaderBytes = 128 << 10;
constexpr std::size_t kMaxUnwantedBytes = 64 << 10;

struct ListCleaner {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListCleaner>;

List make_list(const std::vector<std::string>& lines) {
  List list;
  for (const std::string& line : lines) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    [[maybe_unused]] curl_slist* const same = list.release();
    list.reset(longer);
  }
  return list;
}

/// One response as it comes in. Exceptions must not pass through libcurl: they wait here.
class Reception {
 public:
  explicit Reception(const BodySink& sink) : sink_(sink) {}

  bool take_header(std::string_view line) {
    header_bytes_ += line.size();
    // Of all blocks together: one "100 Continue" after the other is endless as well.
    if (header_bytes_ > kMaxHeaderBytes) return false;
    line = support::trim(line);
    if (line.starts_with("HTTP/")) return start(line);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    std::string& value = response_.headers[name];
    if (!value.empty()) value += ", ";
    value += support::trim(line.substr(colon + 1));
    return true;
  }

  bool take_body(std::string_view bytes) {
    try {
      if (!wants_body()) {
        unwanted_bytes_ += bytes.size();
        return unwanted_bytes_ <= kMaxUnwantedBytes;
      }
      sink_.take(bytes);
      return true;
    } catch (...) {
      thrown_ = std::current_exception();
      return false;
    }
  }

  /// Asks the sink once, also where no byte of a body came.
  bool wants_body() {
    if (!wanted_) wanted_ = sink_.wants && sink_.wants(response_);
    return *wanted_;
  }

  bool headers_are_too_long() const { return header_bytes_ > kMaxHeaderBytes; }
  bool left_body_unread() const { return unwanted_bytes_ > kMaxUnwantedBytes; }
  const std::exception_ptr& thrown() const { return thrown_; }
  HttpResponse& response() { return response_; }

 private:
  bool start(std::string_view line) {
    response_ = {};
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string_view code = line.substr(space + 1, 3);
    return std::from_chars(code.data(), code.data() + code.size(), response_.status).ec ==
           std::errc();
  }

  const BodySink& sink_;
  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  std::size_t unwanted_bytes_ = 0;
  std::optional<bool> wanted_;
  std::exception_ptr thrown_;
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* reception) {
  const std::size_t bytes = size * count;
  return static_cast<Reception*>(reception)->take_header({data, bytes}) ? bytes : 0;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* reception) {
  const std::size_t bytes = size * count;
  return static_cast<Reception*>(reception)->take_body({data, bytes}) ? bytes
                                                                      : CURL_WRITEFUNC_ERROR;
}

/// Whether the same request can succeed a moment later.
bool is_passing(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return false;
    default:
      return true;
  }
}

std::string advice(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return "its certificate cannot be trusted: check SSL_CERT_FILE, the clock, and whether a "
             "proxy stands between";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "check the proxy variables";
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      return "the connection broke off; pull again, what arrived is kept";
    default:
      return "check the network, the proxy variables and HF_ENDPOINT";
  }
}

}  // namespace

std::optional<std::string> HttpResponse::find(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::nullopt : std::optional(found->second);
}

struct HttpConnection::State {
  struct Cleaner {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  };
  std::unique_ptr<CURL, Cleaner> handle;
  std::string user_agent;
  std::optional<std::string> certificates;

  template <typename Value>
  void set(CURLoption option, Value value) const {
    const CURLcode result = curl_easy_setopt(handle.get(), option, value);
    if (result != CURLE_OK) {
      throw RequestFailure(
          fmt::format("libcurl cannot be used as it is installed: {}", curl_easy_strerror(result)),
          false);
    }
  }
};

HttpConnection::HttpConnection(std::string user_agent, std::optional<std::string> certificates)
    : state_(std::make_unique<State>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  state_->handle.reset(curl_easy_init());
  if (!state_->handle) throw std::bad_alloc();
  state_->user_agent = std::move(user_agent);
  state_->certificates = std::move(certificates);
}

HttpConnection::~HttpConnection() = default;
HttpConnection::HttpConnection(HttpConnection&&) noexcept = default;
HttpConnection& HttpConnection::operator=(HttpConnection&&) noexcept = default;

HttpResponse HttpConnection::perform(const Address& address, const HttpRequest& request,
                                     const BodySink& sink) {
  curl_easy_reset(state_->handle.get());
  Reception reception(sink);
  const List headers = make_list(request.headers);
  state_->set(CURLOPT_URL, address.text().c_str());
  state_->set(CURLOPT_PROTOCOLS_STR, address.is_https() ? "https" : "http");
  state_->set(CURLOPT_FOLLOWLOCATION, 0L);
  state_->set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  state_->set(CURLOPT_USERAGENT, state_->user_agent.c_str());
  state_->set(CURLOPT_HTTPHEADER, headers.get());
  state_->set(CURLOPT_NOBODY, request.head ? 1L : 0L);
  state_->set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.connect_s));
  state_->set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  state_->set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_s));
  state_->set(CURLOPT_TIMEOUT, static_cast<long>(request.total_s));
  state_->set(CURLOPT_NOSIGNAL, 1L);  // other threads run
  state_->set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  state_->set(CURLOPT_HEADERFUNCTION, on_header);
  state_->set(CURLOPT_HEADERDATA, &reception);
  state_->set(CURLOPT_WRITEFUNCTION, on_body);
  state_->set(CURLOPT_WRITEDATA, &reception);
  if (state_->certificates) state_->set(CURLOPT_CAINFO, state_->certificates->c_str());

  const CURLcode code = curl_easy_perform(state_->handle.get());
  if (reception.thrown()) std::rethrow_exception(reception.thrown());
  if (reception.headers_are_too_long()) {
    throw RequestFailure(fmt::format("{} sent headers without end; check HF_ENDPOINT, this is not "
                                     "how a hub answers",
                                     address.origin()),
                         false);
  }
  if (code != CURLE_OK && !reception.left_body_unread()) {
    throw RequestFailure(
        fmt::format("{}: {}; {}", address.origin(), curl_easy_strerror(code), advice(code)),
        is_passing(code));
  }
  reception.wants_body();
  return std::move(reception.response());
}

}  // namespace tacet::hub
