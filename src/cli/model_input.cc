#include "cli/model_input.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "cli/fetch_model.h"
#include "cli/output.h"
#include "cli/suggest.h"
#include "hub/cached_models.h"
#include "hub/environment.h"
#include "hub/find_snapshot.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEmbedded = "mini";

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Whether `name` is written as a path, and never means anything else.
bool is_path(std::string_view name) {
  return name.starts_with('/') || name.starts_with("./") || name.starts_with("../") ||
         name.starts_with("~/") || name == "." || name == ".." || name == "~";
}

/// Shells leave the `~` of --model=~/gpt2 to the program.
fs::path expanded(const std::string& name) {
  return name.starts_with('~') ? hub::expand_path(name) : fs::path(name);
}

std::vector<std::string> folders_with_models(const std::string& parent) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(parent.empty() ? "." : parent, error), end;
       !error && entry != end; entry.increment(error)) {
    if (is_there(entry->path() / "config.json")) {
      names.push_back(parent + entry->path().filename().string());
    }
  }
  return names;
}

/// What could have been meant by `name`: "mini", the model folders beside the one it names, and
/// what the cache has.
std::vector<std::string> model_names_near(const std::string& name, const fs::path& cache) {
  const auto slash = name.find_last_of('/');
  std::vector<std::string> names =
      folders_with_models(slash == std::string::npos ? "" : name.substr(0, slash + 1));
  names.emplace_back(kEmbedded);
  for (const hub::CachedModel& model : hub::list_cached_models(cache)) {
    names.push_back(model.id.text());
  }
  std::ranges::sort(names);
  return names;
}

[[noreturn]] void throw_no_such_model(const std::string& name, const fs::path& cache) {
  const std::string guess = did_you_mean(name, model_names_near(name, cache));
  std::string message = fmt::format(
      "there is no model '{}': it is neither mini nor a folder, nor in the Hugging Face "
      "cache {}{}",
      support::escape_for_display(name), support::escape_for_display(cache.string()), guess);
  if (guess.empty()) {
    message +=
        "; give a folder with config.json and model.safetensors, or an id such as "
        "openai-community/gpt2-medium";
  }
  throw ModelError(message);
}

/// Whether `id` certainly means a model on the hub: OWNER/NAME, or a name that the hub knows.
bool is_certain(const hub::RepoId& id) {
  return id.text().find('/') != std::string::npos || hub::same_model_ids(id).size() > 1;
}

bool is_cached(const fs::path& cache, const hub::RepoId& id) {
  return std::ranges::any_of(hub::same_model_ids(id), [&](const hub::RepoId& one) {
    return is_folder(hub::RepoFolder(cache, one).path());
  });
}

/// Refuses what only models of the hub can have.
void check_not_of_the_hub(const ModelOptions& options, std::string_view what) {
  const std::string name = support::escape_for_display(options.model);
  if (options.revision) {
    throw UsageError(fmt::format(
        "--revision {}: '{}' is {}, which has no revisions; leave --revision out, or give "
        "the id of a model in the Hugging Face cache",
        support::escape_for_display(*options.revision), name, what));
  }
  if (options.pull) {
    throw UsageError(
        fmt::format("--pull: '{}' is {}, and nothing is to be fetched; leave --pull out, or give "
                    "the id of a model on the hub, such as openai-community/gpt2-medium",
                    name, what));
  }
}

void note_choice(bool quiet, const std::string& name, std::string_view taken,
                 const std::string& other) {
  if (quiet) return;
  print_message("note", fmt::format("'{}' is taken to be {}; for {}",
                                    support::escape_for_display(name), taken, other));
}

/// The folder that `options.model` names. Says so where the cache has a model of that name as well.
ModelPlace folder_place(const ModelOptions& options, const fs::path& folder, const fs::path& cache,
                        bool quiet) {
  const std::string& name = options.model;
  check_not_of_the_hub(options, "a folder");
  if (!is_path(name) && !hub::repo_id_error(name) && is_cached(cache, hub::RepoId(name))) {
    const std::vector<hub::RepoId> ids = hub::same_model_ids(hub::RepoId(name));
    note_choice(
        quiet, name, "the folder of that name",
        ids.size() > 1 && !is_folder(ids.back().text())
            ? fmt::format("the model in the Hugging Face cache write '{}'", ids.back().text())
            : "the model in the Hugging Face cache run tacet elsewhere");
  }
  return {name, folder};
}

/// The model in the cache, whole, or nullopt.
std::optional<fs::path> snapshot_if_whole(const fs::path& cache, const hub::RepoId& id,
                                          std::string_view revision) {
  try {
    return hub::find_snapshot(cache, id, revision).folder;
  } catch (const ModelError&) {  // not there, or damaged: what is fetched next
    return std::nullopt;
  }
}

ModelPlace cached_place(const ModelOptions& options, const fs::path& cache,
                        const OutputOptions& output) {
  const std::string& name = options.model;
  if (hub::repo_id_error(name)) throw_no_such_model(name, cache);
  const hub::RepoId id(name);
  const std::string revision = options.revision.value_or(std::string(hub::kMainRevision));
  if (options.pull) {
    if (const auto folder = snapshot_if_whole(cache, id, revision)) return {name, *folder};
    return {name, fetch_model(id, options.revision, output).snapshot};
  }
  if (!is_certain(id) && !is_cached(cache, id)) throw_no_such_model(name, cache);
  return {name, hub::find_snapshot(cache, id, revision).folder};
}

bool has_tokenizer_files(const fs::path& folder) {
  return is_there(folder / "vocab.json") || is_there(folder / "merges.txt") ||
         is_there(folder / "tokenizer.json");
}

Tokenizer tokenizer_at(const std::optional<fs::path>& folder) {
  return folder ? Tokenizer::load(*folder) : Tokenizer::mini();
}

}  // namespace

ModelPlace find_model(const ModelOptions& options, const OutputOptions& output) {
  const std::string& name = options.model;
  if (name == kEmbedded) {
    check_not_of_the_hub(options, "the embedded model");
    if (options.is_named && is_there(fs::path(name) / "config.json")) {
      note_choice(output.quiet, name, "the embedded model",
                  "the folder of that name write './mini'");
    }
    return {name, std::nullopt};
  }
  const fs::path cache = hub::read_cache_path();
  const fs::path folder = expanded(name);
  const bool is_repository = !is_path(name) && !hub::repo_id_error(name);
  if (is_folder(folder) || (is_there(folder) && !is_repository)) {
    return folder_place(options, folder, cache, output.quiet);
  }
  if (is_path(name)) throw_no_such_model(name, cache);
  return cached_place(options, cache, output);
}

Model load_model(const ModelOptions& options, const OutputOptions& output) {
  const ModelPlace place = find_model(options, output);
  return place.folder ? Model::load(*place.folder, place.id) : Model::mini();
}

Tokenizer load_tokenizer(const ModelPlace& place) {
  return tokenizer_at(place.folder);
}

Tokenizer load_tokenizer(const Model& model) {
  return tokenizer_at(model.folder());
}

std::optional<Tokenizer> load_tokenizer_if_any(const Model& model, bool quiet) {
  if (model.folder() && !has_tokenizer_files(*model.folder())) return std::nullopt;
  try {
    return load_tokenizer(model);
  } catch (const ModelError& error) {
    // The ids are all that the model needs; only the pieces cannot be shown.
    if (!quiet) {
      print_message("warning", fmt::format("the tokens' texts are not shown: {}", error.what()));
    }
    return std::nullopt;
  }
}

}  // namespace tacet::cli
