#pragma once

#include <optional>
#include <string>

#include "tacet/model.h"
#include "tacet/tokenizer.h"

namespace tacet::cli {

/// Opens the model that `--model` names: "mini" or a folder. Throws ModelError, for a name that is
/// neither with what was probably meant and what a model has to be.
Model load_model(const std::string& name);

/// The tokenizer that belongs to the model. Throws ModelError, as load_model does too.
Tokenizer load_tokenizer(const std::string& model_name);

/// The same for prompts that need none: nullopt when the model's folder has no tokenizer files, or
/// has files that cannot be used, of which a warning tells unless `quiet`.
std::optional<Tokenizer> load_tokenizer_if_any(const std::string& model_name, bool quiet);

}  // namespace tacet::cli
