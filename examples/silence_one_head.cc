// The experiment in its smallest form: one attention head of the embedded model falls silent while
// it reads a sentence. Block by block, are the tokens more alike now, or less, and is that
// significant?
#include <cstdio>

#include <tacet/tacet.h>

int main() {
  try {
    const tacet::Model model = tacet::Model::mini();
    const tacet::Prompt prompt = tacet::make_prompt(
        tacet::Tokenizer::mini(), "I told my friend that pineapple on pizza is a crime.");

    // A SPEC may name several interventions; this one names a single head, so there is one.
    const tacet::Intervention intervention =
        tacet::parse_heads("L3H5", model.config().n_layer, model.config().n_head).front();

    const tacet::SilenceResult result = tacet::silence(model, prompt, intervention);
    for (const tacet::LayerEffect& row : result.layers) {
      // A block below the cut is unchanged and has no test: then there is no p.
      std::printf("block %2d (hidden_states[%2d]) %+.6f  p = %-9.3g %s\n", row.layer, row.layer + 1,
                  row.mean_delta, row.p_adjusted.value_or(1.0),
                  tacet::to_string(row.effect).data());
    }
    std::printf("late delta %+.6f\n%s\n", result.ripple.late_delta,
                tacet::describe(result).c_str());
  } catch (const tacet::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
