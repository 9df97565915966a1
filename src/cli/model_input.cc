#include "cli/model_input.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/suggest.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEmbedded = "mini";
constexpr std::array<std::string_view, 5> kShortNames = {"gpt2", "gpt2-medium", "gpt2-large",
                                                         "gpt2-xl", "distilgpt2"};

/// Whether `name` reads as "name" or "owner/name" on a model hub and not as a path.
bool looks_like_repository(std::string_view name) {
  if (std::ranges::find(kShortNames, name) != kShortNames.end()) return true;
  const auto slash = name.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < name.size() &&
         name.find('/', slash + 1) == std::string_view::npos && name.front() != '.' &&
         name.front() != '~';
}

/// What could have been meant by `name`: "mini", and the model folders beside the one it names.
std::vector<std::string> model_names_near(const std::string& name) {
  std::vector<std::string> names = {std::string(kEmbedded)};
  const auto slash = name.find_last_of('/');
  const std::string parent = slash == std::string::npos ? "" : name.substr(0, slash + 1);
  std::error_code error;
  for (fs::directory_iterator entry(parent.empty() ? "." : parent, error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (fs::exists(entry->path() / "config.json", ignored)) {
      names.push_back(parent + entry->path().filename().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

[[noreturn]] void throw_no_such_model(const std::string& name) {
  std::string message = fmt::format("there is no model '{}': it is neither mini nor a folder{}",
                                    name, did_you_mean(name, model_names_near(name)));
  if (message.back() != '?') message += ".";
  if (looks_like_repository(name)) {
    message +=
        " Repository ids and short names are not looked up; give the path of the model's folder, "
        "in the Hugging Face cache models--OWNER--NAME/snapshots/COMMIT";
  } else {
    message += " Give a folder with config.json and model.safetensors";
  }
  throw ModelError(message);
}

void check_exists(const std::string& name) {
  std::error_code ignored;
  if (!fs::exists(name, ignored)) throw_no_such_model(name);
}

bool has_tokenizer_files(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "vocab.json", ignored) || fs::exists(folder / "merges.txt", ignored) ||
         fs::exists(folder / "tokenizer.json", ignored);
}

}  // namespace

Model load_model(const std::string& name) {
  if (name == kEmbedded) return Model::mini();
  check_exists(name);
  return Model::load(name);
}

Tokenizer load_tokenizer(const std::string& model_name) {
  if (model_name == kEmbedded) return Tokenizer::mini();
  check_exists(model_name);
  return Tokenizer::load(model_name);
}

std::optional<Tokenizer> load_tokenizer_if_any(const std::string& model_name, bool quiet) {
  if (model_name != kEmbedded && !has_tokenizer_files(model_name)) return std::nullopt;
  try {
    return load_tokenizer(model_name);
  } catch (const ModelError& error) {
    // The ids are all that the model needs; only the pieces cannot be shown.
    if (!quiet) {
      print_message("warning", fmt::format("the tokens' texts are not shown: {}", error.what()));
    }
    return std::nullopt;
  }
}

}  // namespace tacet::cli
