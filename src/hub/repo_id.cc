#include "hub/repo_id.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

constexpr std::size_t kMaxPart = 96;
constexpr std::size_t kMaxRevision = 255;

// Short name -> where the hub has moved it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kMoved{{
    {"distilgpt2", "distilbert/distilgpt2"},
    {"gpt2", "openai-community/gpt2"},
    {"gpt2-medium", "openai-community/gpt2-medium"},
    {"gpt2-large", "openai-community/gpt2-large"},
    {"gpt2-xl", "openai-community/gpt2-xl"},
}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' || c == '_' ||
         c == '-';
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::optional<std::string> part_error(std::string_view part) {
  if (part.empty()) return "it has an empty part";
  if (part.size() > kMaxPart) return fmt::format("a part is longer than {} characters", kMaxPart);
  if (!std::ranges::all_of(part, is_id_character)) {
    return "it may hold letters, digits, '.', '_', '-' and one '/' only";
  }
  for (const char end : {part.front(), part.back()}) {
    if (end == '.' || end == '-') return "no part may begin or end with '.' or '-'";
  }
  return std::nullopt;
}

/// What git refuses in one part of a reference's name.
bool is_reference_part(std::string_view part) {
  return !part.empty() && part.front() != '.' && !part.ends_with('.') && !part.ends_with(".lock");
}

bool is_reference_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte != 0x7F && !contains("~^:?*[\\", std::string_view(&c, 1));
}

bool is_reference(std::string_view name) {
  if (name.size() > kMaxRevision || name == "@" || name.starts_with('-')) return false;
  if (contains(name, "..") || contains(name, "@{")) return false;
  if (!std::ranges::all_of(name, is_reference_character)) return false;
  while (true) {
    const std::size_t slash = name.find('/');
    if (!is_reference_part(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

std::optional<std::string> repo_id_error(std::string_view text) {
  if (std::ranges::count(text, '/') > 1) return "it may have one '/' only, OWNER/NAME";
  const std::size_t slash = text.find('/');
  if (auto error = part_error(text.substr(0, slash))) return error;
  if (slash != std::string_view::npos) {
    if (auto error = part_error(text.substr(slash + 1))) return error;
  }
  if (contains(text, "--") || contains(text, "..")) return "it may not hold '--' or '..'";
  if (text.ends_with(".git")) return "it may not end in '.git'";
  return std::nullopt;
}

RepoId::RepoId(std::string_view text) : text_(text) {
  if (const auto error = repo_id_error(text)) {
    throw UsageError(
        fmt::format("{} is not the id of a repository: {}; write it as on the hub, such as "
                    "openai-community/gpt2-medium",
                    support::quote_for_display(text), *error));
  }
}

std::vector<RepoId> same_model_ids(const RepoId& id) {
  std::vector<RepoId> ids = {id};
  for (const auto& [name, moved_to] : kMoved) {
    if (id.text() == name) ids.emplace_back(moved_to);
    if (id.text() == moved_to) ids.emplace_back(name);
  }
  return ids;
}

std::vector<std::string_view> short_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, moved_to] : kMoved) names.push_back(name);
  return names;
}

bool is_commit(std::string_view text) {
  return text.size() == 40 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

void check_revision(std::string_view revision) {
  if (is_reference(revision)) return;
  throw UsageError(
      fmt::format("{} cannot be a revision; give a branch, a tag, a pull request such as "
                  "refs/pr/1, or a commit",
                  support::quote_for_display(revision)));
}

}  // namespace tacet::hub
