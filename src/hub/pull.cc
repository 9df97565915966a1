#include "hub/pull.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "hub/blob_download.h"
#include "hub/cache_layout.h"
#include "hub/local_snapshot.h"
#include "hub/model_files.h"
#include "hub/pull_control.h"
#include "hub/snapshot_writer.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

class Puller {
 public:
  Puller(const RepoId& repo, const Environment& environment, const PullOptions& options,
         const Watch& watch)
      : repo_(repo),
        environment_(environment),
        options_(options),
        control_(watch, options.retry),
        folder_(environment.cache, repo) {}

  PullResult run() {
    if (const auto local = find_local()) return *local;
    hub_options_ = {environment_.endpoint,       find_token(environment_),
                    options_.user_agent,         environment_.certificates,
                    environment_.etag_timeout_s, environment_.download_timeout_s};
    HubClient client(hub_options_);
    commit_ = resolve(client);
    prepare_cache(folder_);
    list(client);
    fetch_all(wanted(small_files()));
    fetch_weights();
    write_ref(folder_, options_.revision, commit_);
    std::ranges::sort(files_, {}, &PulledFile::path);
    return {commit_, folder_.snapshot(commit_), files_};
  }

 private:
  /// What is there already, where that can be told without asking; throws where asking is not
  /// allowed.
  std::optional<PullResult> find_local() const {
    if (!is_commit(options_.revision) && !environment_.offline) return std::nullopt;
    const std::optional<std::string> commit = local_commit(folder_, options_.revision);
    const LocalSnapshot local =
        commit ? check_local(folder_, *commit)
               : LocalSnapshot{std::nullopt, fmt::format("the cache does not know revision '{}'",
                                                         options_.revision)};
    if (!local.result && environment_.offline) {
      throw ModelError(
          fmt::format("{} is not whole in the cache {}: {}; HF_HUB_OFFLINE forbids to fetch it, "
                      "unset it and pull again",
                      repo_.text(), environment_.cache.string(), local.problem));
    }
    return local.result;
  }

  std::string resolve(HubClient& client) {
    std::string commit;
    const auto facts = control_.retried(
        [&](Backoff&) { return client.facts(repo_, options_.revision, kConfig, &commit); });
    if (!facts) {
      throw ModelError(
          fmt::format("{} has no {} at revision '{}', so it is no model of "
                      "transformers; check the id",
                      repo_.text(), kConfig, options_.revision));
    }
    if (is_commit(options_.revision) && commit != options_.revision) {
      throw ModelError(fmt::format("{} answers with commit {} for {}; check HF_ENDPOINT",
                                   environment_.endpoint, commit, options_.revision));
    }
    return commit;
  }

  void list(HubClient& client) {
    int n_unsafe = 0;
    listing_ = control_.retried([&](Backoff&) { return client.list(repo_, commit_, n_unsafe); });
    if (n_unsafe > 0) {
      control_.note(
          fmt::format("{} lists {} file{} under names that could lead out of the cache; they are "
                      "left out",
                      repo_.text(), n_unsafe, n_unsafe == 1 ? "" : "s"));
    }
  }

  const ListedFile* find_listed(std::string_view path) const {
    if (!listing_) return nullptr;
    const auto found = std::ranges::find(*listing_, path, &ListedFile::path);
    return found == listing_->end() ? nullptr : &*found;
  }

  /// Those of `names` that the repository has, or may have.
  std::vector<std::string> wanted(std::span<const std::string_view> names) {
    std::vector<std::string> out;
    for (const std::string_view name : names) {
      if (!listing_ || find_listed(name) != nullptr) {
        out.emplace_back(name);
      } else {
        mark_missing(folder_, commit_, name);
      }
    }
    return out;
  }

  bool has(std::string_view path) const {
    return std::ranges::any_of(files_,
                               [path](const PulledFile& file) { return file.path == path; });
  }

  // The weights come last: where they are, the rest is as well.
  void fetch_weights() {
    for (const std::string_view name : {kWeights, kWeightsIndex}) {
      fetch_all(wanted(std::span(&name, 1)));
      if (!has(name)) continue;
      if (name == kWeightsIndex) {
        const std::vector<std::string> shards =
            shards_of(folder_.snapshot_file(commit_, kWeightsIndex));
        fetch_all(shards);
        for (const std::string& shard : shards) {
          if (!has(shard)) {
            throw ModelError(fmt::format(
                "{} has no {}, which its index names; take another revision", repo_.text(), shard));
          }
        }
      }
      return;
    }
    throw_no_weights();
  }

  [[noreturn]] void throw_no_weights() const {
    if (listing_) {
      const auto other = std::ranges::find_if(
          *listing_, [](const ListedFile& file) { return is_other_weights(file.path); });
      if (other != listing_->end()) {
        throw ModelError(fmt::format(
            "{} has its weights as {} only, which tacet does not read (a pickle can run "
            "code); look for a revision with {}, such as refs/pr/1, or convert it with "
            "transformers' save_pretrained",
            repo_.text(), other->path, kWeights));
      }
    }
    throw ModelError(fmt::format("{} has no {} at revision '{}'; check the id", repo_.text(),
                                 kWeights, options_.revision));
  }

  /// Fetches the files, several at a time; one that the hub does not have is left out.
  void fetch_all(const std::vector<std::string>& paths) {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      try {
        HubClient client(hub_options_);
        for (std::size_t i = next++; i < paths.size() && !control_.is_stopped(); i = next++) {
          fetch(client, paths[i]);
        }
      } catch (const Stopped&) {
        // The failure that it was stopped for is reported.
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        control_.stop();
      }
    };
    {
      const auto n_threads = std::min(paths.size(), static_cast<std::size_t>(options_.parallel));
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < n_threads; ++i) threads.emplace_back(work);
    }
    if (failure_) std::rethrow_exception(failure_);
  }

  void fetch(HubClient& client, const std::string& path) {
    const auto file =
        control_.retried([&](Backoff& backoff) { return attempt(client, path, backoff); });
    if (!file) {
      mark_missing(folder_, commit_, path);
      return;
    }
    control_.tell({PullEvent::Kind::finished, path, file->size, file->size, ""});
    const std::lock_guard lock(mutex_);
    files_.push_back(*file);
  }

  std::optional<PulledFile> attempt(HubClient& client, const std::string& path, Backoff& backoff) {
    std::optional<FileFacts> facts = client.facts(repo_, commit_, path);
    if (!facts) return std::nullopt;
    if (facts->commit != commit_) {
      throw ModelError(fmt::format("{} answers with commit {} for {}; check HF_ENDPOINT",
                                   environment_.endpoint, facts->commit, commit_));
    }
    const ContentId content = content_of(*facts, path);
    facts->size = content.size;
    PulledFile file{path, content.size, false, content.kind};
    if (has_content(folder_.snapshot_file(commit_, path), content)) return file;
    file.downloaded = ensure_blob(client, {folder_, repo_, path, *facts, content},
                                  control_.watch_of(path, content.size, backoff));
    place_in_snapshot(folder_, commit_, path, facts->etag, environment_.symlinks);
    return file;
  }

  /// What the bytes must be: by the etag or, with a mirror that has etags of its own, the listing.
  ContentId content_of(const FileFacts& facts, const std::string& path) const {
    const ListedFile* const listed = find_listed(path);
    ContentId content{0, kind_of(facts.etag), facts.etag};
    if (content.kind == EtagKind::other) {
      content = listed != nullptr ? listed->content : ContentId{};
    }
    if (facts.size) {
      content.size = *facts.size;
    } else if (listed != nullptr) {
      content.size = listed->content.size;
    } else {
      throw ModelError(
          fmt::format("{} does not say how large {} is; check HF_ENDPOINT, this is not "
                      "how a hub answers",
                      environment_.endpoint, path));
    }
    return content;
  }

  const RepoId& repo_;
  const Environment& environment_;
  const PullOptions& options_;
  PullControl control_;
  RepoFolder folder_;
  HubOptions hub_options_;
  std::string commit_;
  std::optional<std::vector<ListedFile>> listing_;

  std::mutex mutex_;  // of what follows
  std::vector<PulledFile> files_;
  std::exception_ptr failure_;
};

}  // namespace

PullResult pull(const RepoId& repo, const Environment& environment, const PullOptions& options,
                const Watch& watch) {
  check_revision(options.revision);
  return Puller(repo, environment, options, watch).run();
}

}  // namespace tacet::hub
