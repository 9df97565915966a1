#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/options.h"
#include "tacet/model.h"
#include "tacet/tokenizer.h"

namespace tacet::cli {

/// Where the model that was asked for lies.
struct ModelPlace {
  std::string id;                               ///< what it is called in results: as asked for
  std::optional<std::filesystem::path> folder;  ///< nullopt: the embedded one
};

/// Finds the model that `--model` and `--revision` name; asks nothing of the network but what
/// `--pull` fetches. In this order: "mini"; a path (it begins with `/`, `./`, `../` or `~/`) and
/// any folder that is there; an id that the Hugging Face cache has, or has after `--pull`. A note
/// says which of two was taken, unless `output` is to be quiet. Throws ModelError for a name that
/// is none of them, with what was probably meant and what to do; UsageError for a revision of what
/// has none; what fetch_model throws.
ModelPlace find_model(const ModelOptions& options, const OutputOptions& output);

/// Opens it. Throws what find_model throws, and ModelError for files that cannot be used.
Model load_model(const ModelOptions& options, const OutputOptions& output);

/// The tokenizer at that place. Throws ModelError.
Tokenizer load_tokenizer(const ModelPlace& place);
/// The tokenizer that belongs to an open model. Throws ModelError.
Tokenizer load_tokenizer(const Model& model);

/// The same for prompts that need none: nullopt when the model's folder has no tokenizer files, or
/// has files that cannot be used, of which a warning tells unless `quiet`.
std::optional<Tokenizer> load_tokenizer_if_any(const Model& model, bool quiet);

}  // namespace tacet::cli
