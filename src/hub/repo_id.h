#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tacet::hub {

/// The id of a model repository, `name` or `namespace/name`, checked when it is made: it can be put
/// into a path or an address as it is.
class RepoId {
 public:
  /// Throws UsageError saying which rule of the hub `text` breaks.
  explicit RepoId(std::string_view text);

  /// The id as it was written.
  const std::string& text() const { return text_; }

  friend bool operator==(const RepoId&, const RepoId&) = default;

 private:
  std::string text_;
};

/// Why `text` cannot be the id of a repository, for the middle of a sentence; nullopt when it can.
/// The hub's rules: letters, digits, `.`, `_` and `-`, at most one `/`, each part of 1 to 96
/// characters, no `--` or `..`, no `-` or `.` at the ends of a part, no `.git` at the end.
std::optional<std::string> repo_id_error(std::string_view text);

/// The ids under which the same model may be known, `id` itself first: GPT-2's own models have a
/// short name from before there were namespaces (`gpt2-medium` for `openai-community/gpt2-medium`),
/// which still leads to them. The cache keeps a model under the id that was typed.
std::vector<RepoId> same_model_ids(const RepoId& id);

/// The short names, smallest model first: distilgpt2, gpt2, gpt2-medium, gpt2-large, gpt2-xl.
std::vector<std::string_view> short_names();

/// Whether `text` is a full commit: 40 hexadecimal digits, lower case.
bool is_commit(std::string_view text);

/// Throws UsageError unless `revision` can name a branch, a tag, a pull request (`refs/pr/1`) or a
/// commit, by git's rules for names; one that can is safe as a relative path below `refs/`.
void check_revision(std::string_view revision);

}  // namespace tacet::hub
