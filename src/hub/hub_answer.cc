#include "hub/hub_answer.h"

#include <charconv>

#include <fmt/format.h>

#include "hub/cache_layout.h"
#include "hub/retry.h"
#include "support/strict_json.h"
#include "support/utf8.h"

namespace tacet::hub {
namespace {

using Json = nlohmann::json;

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string plain_etag(std::string_view text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

bool is_worth_another_try(int status) {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
         status == 504;
}

/// What the hub itself says that is wrong, and what to do; empty when it says nothing known.
std::string known_error(const HttpResponse& response, const Question& question) {
  const std::string code = response.find("x-error-code").value_or("");
  const std::string message = response.find("x-error-message").value_or("");
  if (code == "GatedRepo") {
    return fmt::format(
        "{} asks for its licence to be accepted; do so on its page of the hub, then "
        "set HF_TOKEN to a token of that account",
        question.repo);
  }
  if (code == "RevisionNotFound") {
    return fmt::format("{} has no revision '{}'; --revision takes a branch, a tag or a commit",
                       question.repo, support::escape_for_display(question.revision));
  }
  if (code == "EntryNotFound") {
    return fmt::format("{} has no file {} at revision '{}'", question.repo, question.path,
                       support::escape_for_display(question.revision));
  }
  if (message.find("Access to this resource is disabled") != std::string::npos) {
    return fmt::format("{} is disabled on the hub; take another one", question.repo);
  }
  if (response.status == 401 && message.find("Invalid credentials") != std::string::npos) {
    return "the token is not valid; set HF_TOKEN to another one, or unset it";
  }
  if (code == "RepoNotFound" || response.status == 401) {
    return fmt::format(
        "there is no repository {}, or it is private; check the id, and set HF_TOKEN "
        "to a token that may read it",
        question.repo);
  }
  if (response.status == 403) {
    return fmt::format(
        "{} may not be read with this token; set HF_TOKEN to one with the right to "
        "read it",
        question.repo);
  }
  if (response.status == 404) {
    return fmt::format("{} at revision '{}' is not there; check the id and HF_ENDPOINT",
                       question.repo, support::escape_for_display(question.revision));
  }
  return "";
}

std::string other_error(const HttpResponse& response, std::optional<double> wait) {
  switch (response.status) {
    case 401:
    case 403:
      return "refused the file (HTTP {}); the link to it may have run out, pull again";
    case 416:
      return "does not have the bytes that are missing (HTTP 416); pull again";
    case 429:
      return wait ? fmt::format("asks to be left alone for {:.0f} s (HTTP 429); pull again then",
                                *wait)
                  : "has had too many requests (HTTP 429); pull again in five minutes";
    default:
      return response.status >= 500
                 ? fmt::format("is out of order (HTTP {}); pull again later", response.status)
                 : fmt::format("answered in a way that no hub does (HTTP {}); check HF_ENDPOINT",
                               response.status);
  }
}

[[noreturn]] void throw_no_listing(const std::string& origin, std::string_view what) {
  throw RequestFailure(
      fmt::format("{} sent a listing of files {}; check HF_ENDPOINT, this is not how a hub answers",
                  origin, what),
      false);
}

ContentId content_of(const Json& entry) {
  ContentId content;
  const auto size = entry.find("size");
  if (size != entry.end() && size->is_number_unsigned()) content.size = size->get<std::uint64_t>();
  const auto take_hash = [&content](const Json& object, const char* key) {
    const auto hash = object.find(key);
    if (hash == object.end() || !hash->is_string()) return;
    content.kind = kind_of(hash->get<std::string>());
    content.hash = content.kind == EtagKind::other ? "" : hash->get<std::string>();
  };
  const auto large = entry.find("lfs");
  // Of a large file, git only knows the pointer to it.
  if (large != entry.end() && large->is_object()) {
    take_hash(*large, "oid");
  } else {
    take_hash(entry, "oid");
  }
  return content;
}

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

RequestFailure failure_of(const HttpResponse& response, const std::string& origin, bool hub,
                          const Question& question) {
  const std::optional<double> wait = asked_wait(response);
  const bool can_retry = is_worth_another_try(response.status);
  const std::string known = hub && !can_retry ? known_error(response, question) : "";
  if (!known.empty()) return {fmt::format("{}: {}", origin, known), false};
  // A link to the file's own machine is made anew for each attempt.
  const bool is_old_link = !hub && (response.status == 401 || response.status == 403);
  return {fmt::format("{} {}", origin, other_error(response, wait)), can_retry || is_old_link,
          wait};
}

FileFacts facts_of(const HttpResponse& response) {
  FileFacts facts;
  facts.commit = response.find("x-repo-commit").value_or("");
  const auto linked = response.find("x-linked-etag");
  const bool redirects = is_redirect(response.status);
  facts.etag = plain_etag(linked ? *linked : response.find("etag").value_or(""));
  const bool is_plain = response.find("content-encoding").value_or("identity") == "identity";
  if (const auto size = response.find("x-linked-size")) {
    facts.size = whole_number(*size);
  } else if (const auto length = response.find("content-length");
             length && !redirects && is_plain) {
    facts.size = whole_number(*length);
  }
  return facts;
}

std::string next_page(std::string_view link) {
  while (true) {
    const std::size_t open = link.find('<');
    const std::size_t close = link.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) return "";
    const std::string_view target = link.substr(open + 1, close - open - 1);
    link.remove_prefix(close + 1);
    const std::string_view parameters = link.substr(0, link.find('<'));
    if (parameters.find("rel=\"next\"") != std::string_view::npos ||
        parameters.find("rel=next") != std::string_view::npos) {
      return std::string(target);
    }
  }
}

int add_page(std::string_view text, const std::string& origin, std::vector<ListedFile>& files) {
  Json page;
  try {
    page = support::parse_strict_json(text, "listing");
  } catch (const ModelError&) {
    throw_no_listing(origin, "that is no JSON");
  }
  if (!page.is_array()) throw_no_listing(origin, "that is no array");
  int n_unsafe = 0;
  for (const Json& entry : page) {
    const auto path = entry.is_object() ? entry.find("path") : entry.end();
    if (!entry.is_object() || path == entry.end() || !path->is_string()) {
      throw_no_listing(origin, "with an entry without a path");
    }
    if (entry.value("type", Json("file")) != "file") continue;
    if (!is_safe_path(path->get<std::string>())) {
      ++n_unsafe;
      continue;
    }
    files.push_back({path->get<std::string>(), content_of(entry)});
  }
  return n_unsafe;
}

}  // namespace tacet::hub
