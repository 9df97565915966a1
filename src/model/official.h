#pragma once

#include <cstdint>
#include <string_view>

#include "tacet/model.h"

namespace tacet::model {

/// The name of the published checkpoint (`gpt2-medium`) whose `model.safetensors` has this SHA-256
/// and this many bytes, and whose shape `config` has; empty for any other. Known are distilgpt2,
/// gpt2, gpt2-medium and gpt2-xl.
std::string_view official_name(std::string_view sha256, std::uint64_t bytes,
                               const ModelConfig& config);

}  // namespace tacet::model
