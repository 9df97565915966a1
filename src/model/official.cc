#include "model/official.h"

#include <array>

namespace tacet::model {
namespace {

struct Published {
  std::string_view name;
  std::string_view sha256;  // of model.safetensors, as the hub states it
  std::uint64_t bytes;      // 0: not known
  int n_layer;
  int n_head;
  int d_model;
};

// From the repositories openai-community/gpt2, gpt2-medium and gpt2-xl and distilbert/distilgpt2.
constexpr std::array kPublished = {
    Published{"distilgpt2", "e1ff18884359fe8beb795a5f414feb85a6ce3d929ad019c0d958c039d2b94a1b",
              352'824'413, 6, 12, 768},
    Published{"gpt2", "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707",
              548'105'171, 12, 12, 768},
    Published{"gpt2-medium", "fc5a354a19255ad494f3d71549390baca1ccf61d1d822b9408971705c687c9cd",
              1'519'984'962, 24, 16, 1024},
    Published{"gpt2-xl", "0f8b28eb05a8075f48b61b6f35332978c74fc7763fa9fb4051a1c30511736a6a", 0, 48,
              25, 1600},
};

}  // namespace

std::string_view official_name(std::string_view sha256, std::uint64_t bytes,
                               const ModelConfig& config) {
  for (const Published& one : kPublished) {
    if (one.sha256 != sha256 || (one.bytes != 0 && one.bytes != bytes)) continue;
    const bool same_shape = one.n_layer == config.n_layer && one.n_head == config.n_head &&
                            one.d_model == config.d_model;
    return same_shape ? one.name : std::string_view();
  }
  return {};
}

}  // namespace tacet::model
