#include "store/pull_listing.h"

#include "store/csv.h"
#include "store/json_values.h"
#include "tacet/version.h"

namespace tacet::store {
namespace {

Json file_json(const PulledFileRow& file) {
  return ObjectBuilder()
      .text("path", file.path)
      .value("size", file.size)
      .value("downloaded", file.downloaded)
      .text("verified", file.verified)
      .take();
}

std::vector<Json> file_rows(const PullListing& listing) {
  std::vector<Json> rows;
  rows.reserve(listing.files.size());
  for (const PulledFileRow& file : listing.files) rows.push_back(file_json(file));
  return rows;
}

}  // namespace

std::string pull_json(const PullListing& listing) {
  return document(ObjectBuilder()
                      .text("schema", "tacet.pull/1")
                      .text("version", kVersion)
                      .text("repo", listing.repo)
                      .text("revision", listing.revision)
                      .text("commit", listing.commit)
                      .text("snapshot", listing.snapshot)
                      .value("files", Json(file_rows(listing)))
                      .take());
}

std::string pull_csv(const PullListing& listing) {
  return csv_table(file_json({}), file_rows(listing));
}

}  // namespace tacet::store
