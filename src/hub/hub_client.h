#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/content_hash.h"
#include "hub/http.h"
#include "hub/repo_id.h"

namespace tacet::hub {

/// Whom to ask, and how.
struct HubOptions {
  std::string endpoint = "https://huggingface.co";
  std::optional<std::string> token;  ///< goes to the endpoint's own origin only
  std::string user_agent = "tacet";
  std::optional<std::string> certificates;  ///< see HttpConnection
  int etag_timeout_s = 10;
  int download_timeout_s = 10;
};

/// What the hub says of one file before it is fetched.
struct FileFacts {
  std::string commit;
  std::string etag;                   ///< name of its blob; plain, without quotes
  std::optional<std::uint64_t> size;  ///< nullopt when the answer did not say
};

/// One file of a listing.
struct ListedFile {
  std::string path;
  ContentId content;  ///< sha256 of a large file, git's id of a small one
};

/// Where a file's bytes go while they arrive.
struct FileSink {
  /// How many bytes are there already: they are not asked for again.
  std::function<std::uint64_t()> present;
  /// The server sends all of it: what was there is to be thrown away.
  std::function<void()> restart;
  std::function<void(std::string_view bytes)> take;
};

/// Asks a hub about model repositories. Makes each request once: a RequestFailure says whether
/// another may help. Messages name the hub and never hold the token. Not for several threads at
/// once.
class HubClient {
 public:
  /// Throws ModelError for an endpoint that is no address or not encrypted.
  explicit HubClient(const HubOptions& options);

  /// Commit, etag and size of the file at `revision`, from the hub itself: the redirect to the
  /// machine that holds a large file is not followed, since its etag is another one. nullopt when
  /// the revision has no such file; `commit`, when given, receives the commit then as well. Throws
  /// RequestFailure, which says what is missing: the repository, the revision, a licence, a token.
  std::optional<FileFacts> facts(const RepoId& repo, std::string_view revision,
                                 std::string_view path, std::string* commit = nullptr);

  /// The files at `commit` whose names are safe as paths (see is_safe_path), page after page;
  /// `n_unsafe` receives the number of the others. nullopt when this hub lists none (a mirror
  /// without that interface). Throws RequestFailure.
  std::optional<std::vector<ListedFile>> list(const RepoId& repo, std::string_view commit,
                                              int& n_unsafe);

  /// Hands what is missing of the file to `sink`. Throws RequestFailure, also when the hub says
  /// another etag than `facts` (whose size must be known), and what `sink` throws.
  void fetch(const RepoId& repo, std::string_view path, const FileFacts& facts,
             const FileSink& sink);

 private:
  Address file_address(const RepoId& repo, std::string_view revision, std::string_view path) const;
  Address api_address(const RepoId& repo, std::string_view what) const;
  HttpRequest request_to(const Address& address) const;

  HubOptions options_;
  Address endpoint_;
  HttpConnection connection_;
};

}  // namespace tacet::hub
