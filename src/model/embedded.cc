#include "model/embedded.h"

#include "support/incbin.h"

// The build says where the files are, since the assembler looks them up by itself.
namespace tacet::model {

TACET_EMBED(embedded_config, TACET_MINI_DIR "/config.json");
TACET_EMBED(embedded_weights, TACET_MINI_DIR "/model.safetensors");

}  // namespace tacet::model
