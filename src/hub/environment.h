#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace tacet::hub {

/// The value of an environment variable, nullopt when it is not set.
using Getter = std::function<std::optional<std::string>(const char* name)>;

/// What the Hugging Face tools' environment variables ask for. A variable that is set but empty
/// counts as one that is not set; a path's `~`, `$NAME` and `${NAME}` are expanded; a switch is on
/// when its value is 1, ON, YES or TRUE in any case.
struct Environment {
  std::filesystem::path cache;  ///< HF_HUB_CACHE (or HUGGINGFACE_HUB_CACHE), else HF_HOME/hub
  std::string endpoint;         ///< HF_ENDPOINT, without `/` at its end
  bool offline = false;         ///< HF_HUB_OFFLINE, or TRANSFORMERS_OFFLINE where it is not set
  std::optional<std::string>
      token;  ///< HF_TOKEN (or HUGGING_FACE_HUB_TOKEN), no white space around
  std::filesystem::path token_path;  ///< HF_TOKEN_PATH, else HF_HOME/token
  bool send_token = true;            ///< false with HF_HUB_DISABLE_IMPLICIT_TOKEN
  bool symlinks = true;              ///< false with HF_HUB_DISABLE_SYMLINKS
  /// HF_HUB_DISABLE_PROGRESS_BARS turned round; nullopt lets the program decide.
  std::optional<bool> progress;
  /// SSL_CERT_FILE: authorities to trust in place of the system's.
  std::optional<std::string> certificates;
  int etag_timeout_s = 10;      ///< HF_HUB_ETAG_TIMEOUT
  int download_timeout_s = 10;  ///< HF_HUB_DOWNLOAD_TIMEOUT
};

/// Where the cache is, by `get` and the same rules; no other variable can be wrong.
std::filesystem::path read_cache_path(const Getter& get);

/// The same for this process's own variables.
std::filesystem::path read_cache_path();

/// The folder of this user's caches: `$XDG_CACHE_HOME` where it is an absolute path, as the XDG
/// specification asks, else `~/.cache`.
std::filesystem::path read_user_caches(const Getter& get);

/// The same for this process's own variables.
std::filesystem::path read_user_caches();

/// Reads the variables through `get`. HF_HOME, when not set, is `$XDG_CACHE_HOME/huggingface`, else
/// `~/.cache/huggingface`. Throws UsageError naming the variable when a timeout is no whole number
/// of seconds from 1 on. Thread safe where `get` is.
Environment read_environment(const Getter& get);

/// The same for this process's own variables. Not to be called while a thread changes them.
Environment read_environment();

/// `path` with a `~` at its start and its `$NAME` and `${NAME}` expanded from this process's
/// variables.
std::filesystem::path expand_path(const std::string& path);

/// The token to send: the variable's, else the content of `token_path`, without line breaks and
/// white space around; nullopt when there is none, or none may be sent. Throws ModelError naming
/// the file when it is there and cannot be read, never with its content. Thread safe.
std::optional<std::string> find_token(const Environment& environment);

}  // namespace tacet::hub
