#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/vocabulary.h"

namespace tacet::text {

/// The texts of a tokenizer that is stored in several files.
struct VocabularyFiles {
  std::string_view vocab_json;                        ///< token to id
  std::string_view merges_txt;                        ///< "left right" per line, by rank
  std::optional<std::string_view> added_tokens_json;  ///< added token to id
  std::optional<std::string_view> tokenizer_config_json;
};

/// Reads and checks the files; `folder` is what stands before a file's name in error messages.
/// Throws ModelError naming the file and the line, token or setting. Thread safe.
Vocabulary parse_vocabulary_files(const VocabularyFiles& files, std::string_view folder);

/// Checks the settings of tokenizer_config.json that change ids; those that tacet does not follow
/// are refused. `what` is the file's name. Throws ModelError naming the setting. Thread safe.
void check_tokenizer_config(std::string_view tokenizer_config_json, std::string_view what);

}  // namespace tacet::text
