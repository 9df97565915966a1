#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hub/address.h"
#include "hub/hub_client.h"
#include "hub/request_failure.h"

namespace tacet::hub {

/// What was asked for, for messages.
struct Question {
  std::string repo;
  std::string revision;
  std::string path;  ///< empty for a listing
};

/// Whether `status` sends elsewhere.
bool is_redirect(int status);

/// The failure that a response with this status means; `origin` is the server that sent it. `hub`
/// tells the hub itself from another machine, which does not know of repositories.
RequestFailure failure_of(const HttpResponse& response, const std::string& origin, bool hub,
                          const Question& question);

/// Commit, etag and size as the headers of a file's response say them; X-Linked-Etag and
/// X-Linked-Size win over ETag and Content-Length, which are not taken from a redirect or, the
/// length, from a body that is sent compressed. Empty strings where they are missing.
FileFacts facts_of(const HttpResponse& response);

/// The address behind rel="next" of a `Link` header; empty when there is none.
std::string next_page(std::string_view link);

/// Files of one page of a listing (directories are left out), added to `files`; returns how many
/// were left out because of their names. Throws RequestFailure for anything else than such a page.
int add_page(std::string_view json, const std::string& origin, std::vector<ListedFile>& files);

}  // namespace tacet::hub
