// For measures of your own: the states themselves. How alike are " pineapple" and " pizza" along
// the blocks, in the untouched model and with a whole block's attention silenced?
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include <tacet/tacet.h>

namespace {

/// Cosine similarity of tokens `i` and `j` of one state, [n_tokens, d_model].
double cosine(std::span<const float> state, int i, int j, int d_model) {
  double dot = 0, norm_i = 0, norm_j = 0;
  for (int k = 0; k < d_model; ++k) {
    const double a = state[i * d_model + k];
    const double b = state[j * d_model + k];
    dot += a * b;
    norm_i += a * a;
    norm_j += b * b;
  }
  return dot / std::sqrt(norm_i * norm_j);
}

}  // namespace

int main() {
  try {
    const tacet::Model model = tacet::Model::mini();
    const auto& config = model.config();
    const tacet::Prompt prompt = tacet::make_prompt(
        tacet::Tokenizer::mini(), "Peanut butter and pineapple taste great on pizza");
    const int pineapple = tacet::positions_of_text(prompt, " pineapple").front();
    const int pizza = tacet::positions_of_text(prompt, " pizza").front();

    // Joined by +, the heads of a wildcard are one intervention.
    const auto interventions = tacet::parse_heads("L3H*+L3H0", config.n_layer, config.n_head);
    std::vector<std::int32_t> ids;
    for (const tacet::Token& token : prompt.tokens) ids.push_back(token.id);
    const tacet::ForwardResult run = tacet::forward(model, ids, interventions);

    std::printf("block  clean     silenced  change\n");
    for (int block = 0; block < config.n_layer; ++block) {
      const double clean = cosine(run.clean.block(block), pineapple, pizza, config.d_model);
      const double silenced =
          cosine(run.silenced.front().block(block), pineapple, pizza, config.d_model);
      std::printf("%3d    %+.5f  %+.5f  %+.5f\n", block, clean, silenced, silenced - clean);
    }
  } catch (const tacet::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
