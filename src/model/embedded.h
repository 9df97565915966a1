#pragma once

#include <cstddef>
#include <span>

namespace tacet::model {

/// The bytes of the embedded model's `config.json`, in memory as long as the program runs.
std::span<const std::byte> embedded_config();

/// The bytes of the embedded model's `model.safetensors`, in memory as long as the program runs.
std::span<const std::byte> embedded_weights();

}  // namespace tacet::model
