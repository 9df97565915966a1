#include "hub/hub_client.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "hub/hub_answer.h"
#include "hub/request_failure.h"

namespace tacet::hub {
namespace {

constexpr int kMaxHops = 10;
constexpr int kMaxPages = 200;
constexpr std::size_t kMaxPageBytes = 16 << 20;
constexpr int kFactsSeconds = 60;

[[noreturn]] void throw_endless_redirects(const Address& address) {
  throw RequestFailure(fmt::format("{} redirects without end; check HF_ENDPOINT", address.origin()),
                       false);
}

Address target_of(const Address& address, const HttpResponse& response) {
  const auto location = response.find("location");
  if (!location || location->empty()) {
    throw RequestFailure(
        fmt::format("{} redirects without saying where; check HF_ENDPOINT", address.origin()),
        false);
  }
  return address.resolve(*location);
}

/// A short body, kept whole.
class PageSink {
 public:
  explicit PageSink(const Address& address) : address_(address) {}

  BodySink sink() {
    return {[](const HttpResponse& response) { return response.status == 200; },
            [this](std::string_view bytes) {
              if (text_.size() + bytes.size() > kMaxPageBytes) {
                throw RequestFailure(fmt::format("{} sent a listing without end; check HF_ENDPOINT",
                                                 address_.origin()),
                                     false);
              }
              text_ += bytes;
            }};
  }
  const std::string& text() const { return text_; }

 private:
  const Address& address_;
  std::string text_;
};

/// Takes a file's body, once the headers say that it is the right one.
class FileReception {
 public:
  /// `is_hub`: the hub itself is asked, whose etags are those of `facts`; the machine that holds a
  /// large file has others.
  FileReception(const Address& address, bool is_hub, const FileFacts& facts, const FileSink& sink,
                std::uint64_t start)
      : address_(address),
        is_hub_(is_hub),
        etag_(facts.etag),
        size_(facts.size.value()),
        sink_(sink),
        start_(start) {}

  BodySink sink() {
    return {[this](const HttpResponse& response) { return wants(response); },
            [this](std::string_view bytes) { take(bytes); }};
  }
  std::uint64_t position() const { return position_; }

 private:
  [[noreturn]] void fail(std::string_view what, bool can_retry) const {
    throw RequestFailure(fmt::format("{} {}", address_.origin(), what), can_retry);
  }

  bool wants(const HttpResponse& response) {
    const bool is_body = response.status == 200 || response.status == 206;
    if (is_hub_ && (is_body || response.find("x-linked-etag"))) check_etag(facts_of(response).etag);
    if (!is_body) return false;
    if (response.find("content-encoding").value_or("identity") != "identity") {
      fail("sent the file compressed, though it was asked not to; check the proxy", false);
    }
    if (response.status == 200) {
      // All of it, also where only the rest was asked for.
      if (start_ > 0) sink_.restart();
      position_ = 0;
    } else {
      check_range(response.find("content-range").value_or(""));
      position_ = start_;
    }
    const std::optional<std::string> length = response.find("content-length");
    if (response.status == 200 && length && *length != fmt::format("{}", size_)) {
      fail(fmt::format("sends {} bytes of a file of {}; what is not whole is not used", *length,
                       size_),
           false);
    }
    return true;
  }

  void check_etag(const std::string& etag) {
    if (etag.empty() || etag == etag_) return;
    sink_.restart();
    fail("has changed the file while it was fetched; pull again", true);
  }

  /// `bytes 5-9/10` must begin where the file ends so far and belong to a file of the same size.
  void check_range(std::string_view range) {
    const std::string begin = fmt::format("bytes {}-", start_);
    const std::string end = fmt::format("/{}", size_);
    const bool is_right =
        start_ > 0 && range.starts_with(begin) && (range.ends_with(end) || range.ends_with("/*"));
    if (is_right) return;
    sink_.restart();
    fail(fmt::format("sent another part of the file than the one asked for; it is fetched from its "
                     "beginning"),
         true);
  }

  void take(std::string_view bytes) {
    if (bytes.size() > size_ - position_) {
      sink_.restart();
      fail(fmt::format("sends more than the {} bytes that it said; nothing of it is used", size_),
           false);
    }
    sink_.take(bytes);
    position_ += bytes.size();
  }

  const Address& address_;
  bool is_hub_;
  const std::string& etag_;
  std::uint64_t size_;
  const FileSink& sink_;
  std::uint64_t start_;
  std::uint64_t position_ = 0;
};

}  // namespace

HubClient::HubClient(const HubOptions& options)
    : options_(options),
      endpoint_(options.endpoint),
      connection_(options.user_agent, options.certificates) {}

Address HubClient::file_address(const RepoId& repo, std::string_view revision,
                                std::string_view path) const {
  return Address(fmt::format("{}/{}/resolve/{}/{}", options_.endpoint, repo.text(),
                             percent_encoded(revision), percent_encoded(path, "/")));
}

Address HubClient::api_address(const RepoId& repo, std::string_view what) const {
  return Address(fmt::format("{}/api/models/{}/{}", options_.endpoint, repo.text(), what));
}

HttpRequest HubClient::request_to(const Address& address) const {
  HttpRequest request;
  // Small files would come compressed, without the length that says when they are whole.
  request.headers = {"Accept-Encoding: identity"};
  if (options_.token && address.same_origin(endpoint_)) {
    request.headers.push_back("Authorization: Bearer " + *options_.token);
  }
  request.connect_s = options_.etag_timeout_s;
  request.stall_s = options_.etag_timeout_s;
  return request;
}

std::optional<FileFacts> HubClient::facts(const RepoId& repo, std::string_view revision,
                                          std::string_view path, std::string* commit) {
  Address address = file_address(repo, revision, path);
  std::string first_commit;
  for (int hop = 0; hop <= kMaxHops; ++hop) {
    HttpRequest request = request_to(address);
    request.head = true;
    request.total_s = std::max(kFactsSeconds, options_.etag_timeout_s);
    const HttpResponse response = connection_.perform(address, request, {});
    FileFacts facts = facts_of(response);
    if (first_commit.empty()) first_commit = facts.commit;
    if (is_redirect(response.status)) {
      const Address target = target_of(address, response);
      if (target.same_origin(address)) {
        address = target;
        continue;
      }
    } else if (response.status == 404 && response.find("x-error-code") == "EntryNotFound") {
      if (commit != nullptr) *commit = facts.commit;
      return std::nullopt;
    } else if (response.status != 200) {
      throw failure_of(response, address.origin(), true,
                       {repo.text(), std::string(revision), std::string(path)});
    }
    if (facts.commit.empty()) facts.commit = first_commit;
    if (!is_commit(facts.commit) || facts.etag.empty()) {
      throw RequestFailure(
          fmt::format("{} does not say commit and etag of {}; check HF_ENDPOINT, this is not how a "
                      "hub answers",
                      address.origin(), path),
          false);
    }
    if (commit != nullptr) *commit = facts.commit;
    return facts;
  }
  throw_endless_redirects(endpoint_);
}

std::optional<std::vector<ListedFile>> HubClient::list(const RepoId& repo, std::string_view commit,
                                                       int& n_unsafe) {
  Address address = api_address(repo, fmt::format("tree/{}?recursive=true", commit));
  std::vector<ListedFile> files;
  n_unsafe = 0;
  int hops = 0;
  for (int page = 0; page < kMaxPages;) {
    PageSink body(address);
    HttpRequest request = request_to(address);
    request.total_s = std::max(kFactsSeconds, options_.download_timeout_s);
    const HttpResponse response = connection_.perform(address, request, body.sink());
    if (is_redirect(response.status)) {
      if (++hops > kMaxHops) throw_endless_redirects(address);
      address = target_of(address, response);
      continue;
    }
    const bool is_mirror =
        response.status == 404 || response.status == 405 || response.status == 501;
    if (is_mirror && page == 0 && !response.find("x-error-code")) return std::nullopt;
    if (response.status != 200) {
      throw failure_of(response, address.origin(), true, {repo.text(), std::string(commit), ""});
    }
    n_unsafe += add_page(body.text(), address.origin(), files);
    const std::string next = next_page(response.find("link").value_or(""));
    if (next.empty()) return files;
    address = address.resolve(next);
    ++page;
  }
  throw RequestFailure(
      fmt::format("{} lists files without end; check HF_ENDPOINT", address.origin()), false);
}

void HubClient::fetch(const RepoId& repo, std::string_view path, const FileFacts& facts,
                      const FileSink& sink) {
  Address address = file_address(repo, facts.commit, path);
  for (int hop = 0; hop <= kMaxHops; ++hop) {
    const bool is_hub = address.same_origin(endpoint_);
    HttpRequest request = request_to(address);
    request.stall_s = options_.download_timeout_s;
    const std::uint64_t start = sink.present();
    if (start > 0) request.headers.push_back(fmt::format("Range: bytes={}-", start));
    FileReception reception(address, is_hub, facts, sink, start);
    const HttpResponse response = connection_.perform(address, request, reception.sink());
    if (is_redirect(response.status)) {
      address = target_of(address, response);
      continue;
    }
    if (response.status == 416) sink.restart();
    if (response.status != 200 && response.status != 206) {
      RequestFailure failure = failure_of(response, address.origin(), is_hub,
                                          {repo.text(), facts.commit, std::string(path)});
      // What was there is thrown away: the next attempt asks for all of it.
      if (response.status == 416 && start > 0) failure = RequestFailure(failure.what(), true);
      throw failure;
    }
    if (reception.position() != facts.size) {
      throw RequestFailure(
          fmt::format("{} broke off after {} of {} bytes; pull again, what arrived is kept",
                      address.origin(), reception.position(), facts.size.value()),
          true);
    }
    return;
  }
  throw_endless_redirects(endpoint_);
}

}  // namespace tacet::hub
