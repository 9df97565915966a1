// Silences every head of block 3, all in one pass over the weights, and ranks the heads by what is
// left of that in the last blocks.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <tacet/tacet.h>

int main() {
  try {
    const tacet::Model model = tacet::Model::mini();
    const tacet::ModelConfig& config = model.config();
    // The wildcard stands for an intervention of its own for each head.
    const tacet::SweepPrompt prompt{
        .prompt = tacet::make_prompt(tacet::Tokenizer::mini(),
                                     "I told my friend that pineapple on pizza is a crime."),
        .interventions = tacet::parse_heads("3.*", config.n_layer, config.n_head)};

    std::vector<tacet::SweepOutcome> outcomes;
    tacet::sweep(model, {&prompt, 1}, {},
                 {.trajectory = [](std::size_t, const tacet::TrajectoryResult&) {},
                  .result =
                      [&](std::size_t, std::size_t, const tacet::SilenceResult& result) {
                        outcomes.push_back(tacet::outcome_of(result));
                      }});
    std::ranges::sort(outcomes, std::ranges::greater(), [](const tacet::SweepOutcome& outcome) {
      return std::abs(outcome.ripple.late_delta);
    });

    std::printf("    head   late delta  significant\n");
    int rank = 0;
    for (const tacet::SweepOutcome& outcome : outcomes) {
      const auto significant =
          std::ranges::count_if(outcome.layers, &tacet::LayerEffect::significant);
      std::printf("%2d. %-6s %+.6f   %2d of %d blocks\n", ++rank, outcome.spec.c_str(),
                  outcome.ripple.late_delta, static_cast<int>(significant), config.n_layer);
    }
  } catch (const tacet::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
