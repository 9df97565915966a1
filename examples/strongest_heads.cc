// Silences every head of block 3, one after another, and ranks the heads by what is left of that
// in the last blocks.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <tacet/tacet.h>

namespace {

/// What one silencing did.
struct Outcome {
  std::string head;
  double late_delta = 0;        // mean change of the similarity in the late blocks
  long significant_blocks = 0;  // after correction for the family of blocks
};

Outcome outcome_of(const tacet::SilenceResult& result) {
  return {tacet::spec_of(result.intervention), result.ripple.late_delta,
          std::ranges::count_if(result.layers, &tacet::LayerEffect::significant)};
}

}  // namespace

int main() {
  try {
    const tacet::Model model = tacet::Model::mini();
    const tacet::Prompt prompt = tacet::make_prompt(
        tacet::Tokenizer::mini(), "I told my friend that pineapple on pizza is a crime.");

    // The wildcard stands for an intervention of its own for each head.
    std::vector<Outcome> outcomes;
    for (const tacet::Intervention& intervention :
         tacet::parse_heads("3.*", model.config().n_layer, model.config().n_head)) {
      outcomes.push_back(outcome_of(tacet::silence(model, prompt, intervention)));
    }
    std::ranges::sort(outcomes, std::ranges::greater(),
                      [](const Outcome& outcome) { return std::abs(outcome.late_delta); });

    std::printf("    head   late delta  significant\n");
    int rank = 0;
    for (const Outcome& outcome : outcomes) {
      std::printf("%2d. %-6s %+.6f   %2ld of %d blocks\n", ++rank, outcome.head.c_str(),
                  outcome.late_delta, outcome.significant_blocks, model.config().n_layer);
    }
  } catch (const tacet::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
