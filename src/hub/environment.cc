#include "hub/environment.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "support/file.h"
#include "support/trim.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHub = "https://huggingface.co";
constexpr std::uint64_t kMaxTokenBytes = 65'536;

/// The variables, an empty one as one that is not set.
class Variables {
 public:
  explicit Variables(const Getter& get) : get_(get) {}

  std::optional<std::string> find(const char* name) const {
    std::optional<std::string> value = get_(name);
    return value && !value->empty() ? value : std::nullopt;
  }

  /// The first of them that is set.
  std::optional<std::string> find(const char* name, const char* older) const {
    std::optional<std::string> value = find(name);
    return value ? value : find(older);
  }

  std::optional<bool> find_switch(const char* name) const {
    std::optional<std::string> value = find(name);
    if (!value) return std::nullopt;
    std::ranges::transform(*value, value->begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return *value == "1" || *value == "ON" || *value == "YES" || *value == "TRUE";
  }

  int seconds(const char* name, int otherwise) const {
    const std::optional<std::string> value = find(name);
    if (!value) return otherwise;
    int number = 0;
    const char* const end = value->data() + value->size();
    const auto [last, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc() || last != end || number < 1) {
      throw UsageError(
          fmt::format("the environment's {} is '{}'; set it to a whole number of seconds "
                      "from 1 on, or unset it",
                      name, support::escape_for_display(*value)));
    }
    return number;
  }

  /// The folder of the user whose process this is.
  std::string home() const {
    if (auto value = find("HOME")) return *value;
    const passwd* const user = ::getpwuid(::getuid());
    return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "/";
  }

  fs::path expanded(const std::string& text) const {
    const bool is_home = text == "~" || text.starts_with("~/");
    return with_variables(is_home ? home() + text.substr(1) : text);
  }

 private:
  /// `text` with $NAME and ${NAME} replaced; a name that is not set stays as it is written.
  std::string with_variables(std::string_view text) const {
    std::string out;
    while (!text.empty()) {
      const std::size_t length = reference_length(text);
      if (length == 0) {
        out += text.front();
        text.remove_prefix(1);
        continue;
      }
      const bool braced = text[1] == '{';
      const std::string name(braced ? text.substr(2, length - 3) : text.substr(1, length - 1));
      const std::optional<std::string> value = get_(name.c_str());
      out += value ? std::string_view(*value) : text.substr(0, length);
      text.remove_prefix(length);
    }
    return out;
  }

  /// Length of the $NAME or ${NAME} at the start of `text`, 0 when there is none.
  static std::size_t reference_length(std::string_view text) {
    if (text.size() < 2 || text.front() != '$') return 0;
    if (text[1] == '{') {
      const std::size_t end = text.find('}');
      return end == std::string_view::npos || end == 2 ? 0 : end + 1;
    }
    std::size_t length = 1;
    while (length < text.size() && is_name_character(text[length])) ++length;
    return length == 1 ? 0 : length;
  }

  static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  const Getter& get_;
};

fs::path hugging_face_home(const Variables& variables) {
  if (const auto home = variables.find("HF_HOME")) return variables.expanded(*home);
  const auto xdg = variables.find("XDG_CACHE_HOME");
  const fs::path caches = xdg ? variables.expanded(*xdg) : fs::path(variables.home()) / ".cache";
  return caches / "huggingface";
}

/// The token without what a copy or an editor adds; nullopt when nothing is left.
std::optional<std::string> cleaned(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  const std::string_view kept = support::trim(text);
  if (kept.empty()) return std::nullopt;
  return std::string(kept);
}

std::optional<std::string> process_variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

fs::path read_cache_path(const Getter& get) {
  const Variables variables(get);
  const auto cache = variables.find("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE");
  return cache ? variables.expanded(*cache) : hugging_face_home(variables) / "hub";
}

fs::path read_cache_path() {
  return read_cache_path(process_variable);
}

fs::path read_user_caches(const Getter& get) {
  const Variables variables(get);
  const auto xdg = variables.find("XDG_CACHE_HOME");
  if (xdg && fs::path(*xdg).is_absolute()) return *xdg;
  return fs::path(variables.home()) / ".cache";
}

fs::path read_user_caches() {
  return read_user_caches(process_variable);
}

Environment read_environment(const Getter& get) {
  const Variables variables(get);
  const fs::path home = hugging_face_home(variables);
  Environment result;
  result.cache = read_cache_path(get);
  const auto token_path = variables.find("HF_TOKEN_PATH");
  result.token_path = token_path ? variables.expanded(*token_path) : home / "token";
  result.endpoint = variables.find("HF_ENDPOINT").value_or(std::string(kHub));
  while (result.endpoint.ends_with('/')) result.endpoint.pop_back();
  const auto token = variables.find("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN");
  if (token) result.token = cleaned(*token);
  const auto offline = variables.find_switch("HF_HUB_OFFLINE");
  result.offline =
      offline ? *offline : variables.find_switch("TRANSFORMERS_OFFLINE").value_or(false);
  result.send_token = !variables.find_switch("HF_HUB_DISABLE_IMPLICIT_TOKEN").value_or(false);
  result.symlinks = !variables.find_switch("HF_HUB_DISABLE_SYMLINKS").value_or(false);
  const auto no_progress = variables.find_switch("HF_HUB_DISABLE_PROGRESS_BARS");
  if (no_progress) result.progress = !*no_progress;
  result.certificates = variables.find("SSL_CERT_FILE");
  result.etag_timeout_s = variables.seconds("HF_HUB_ETAG_TIMEOUT", result.etag_timeout_s);
  result.download_timeout_s =
      variables.seconds("HF_HUB_DOWNLOAD_TIMEOUT", result.download_timeout_s);
  return result;
}

Environment read_environment() {
  return read_environment(process_variable);
}

fs::path expand_path(const std::string& path) {
  const Getter get = process_variable;
  return Variables(get).expanded(path);
}

std::optional<std::string> find_token(const Environment& environment) {
  if (!environment.send_token) return std::nullopt;
  if (environment.token) return environment.token;
  std::error_code error;
  const fs::file_type type = fs::status(environment.token_path, error).type();
  if (type == fs::file_type::not_found) return std::nullopt;
  return cleaned(support::read_file(environment.token_path, kMaxTokenBytes));
}

}  // namespace tacet::hub
