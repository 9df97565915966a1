#pragma once

#include <memory>
#include <string>

#include "model/checkpoint.h"
#include "model/weights.h"

namespace tacet::model {

/// Makes the engine's view of a checkpoint: finds every tensor by name and compares its dtype and
/// shape with what the config asks for. Tensors that GPT-2 does not have are ignored with a
/// warning, stored attention masks without. `id` is what the model will be called. Throws
/// ModelError naming the tensor, with the shape or dtype wanted and found, and when a file changed
/// since it was opened. Thread safe.
std::shared_ptr<const Weights> assemble_weights(Checkpoint checkpoint, std::string id);

}  // namespace tacet::model
