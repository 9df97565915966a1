#pragma once

#include "store/json_values.h"
#include "tacet/prompt.h"

namespace tacet::report {

/// {"id", "text"} of a token, as pages have them.
inline store::Json token_json(const Token& token) {
  return store::ObjectBuilder().value("id", token.id).text("text", token.text).take();
}

}  // namespace tacet::report
