#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/listing_table.h"
#include "cli/model_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/prompt_input.h"
#include "cli/run_settings.h"
#include "store/listing.h"

namespace tacet::cli {
namespace {

struct TokensArguments {
  ModelOptions model;
  PromptOptions text;
  bool no_special = false;
  OutputOptions output;
};

constexpr const char* kTokensDescription =
    "Show the token ids and pieces of a text.\n\n"
    "Spaces at the ends of a piece are shown as ␣, bytes that are no whole character as \\xNN. "
    "Positions are what --at of silence takes.";

constexpr const char* kTokensExamples =
    "Examples:\n"
    "  tacet tokens \"Peanut butter and pineapple taste great on pizza\"\n"
    "  tacet tokens --format json \"When Mary and John went to the store,\"\n"
    "  echo \"Berlin is the capital of\" | tacet tokens --prompt-file - --format csv\n"
    "  tacet tokens --model ./gpt2-medium --no-special \"<|endoftext|>\"\n";

std::string rendered(const store::TokenListing& listing, const OutputOptions& output,
                     const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return store::tokens_json(listing);
    case Format::csv:
      return store::tokens_csv(listing);
    case Format::table:
      break;
  }
  return render_tokens(listing, view_for(output, terminal));
}

void run_tokens(const TokensArguments& arguments, const Terminal& terminal) {
  store::TokenListing listing;
  listing.model = arguments.model.model;
  listing.text = resolve_text(arguments.text, "TEXT");
  const Tokenizer tokenizer = load_tokenizer(find_model(arguments.model, arguments.output));
  EncodeOptions options;
  options.special_tokens = !arguments.no_special;
  for (const std::int32_t id : tokenizer.encode(listing.text, options)) {
    listing.tokens.push_back({id, std::string(tokenizer.piece(id))});
  }
  write_result(rendered(listing, arguments.output, terminal), arguments.output.out);
}

}  // namespace

Command declare_tokens(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("tokens", kTokensDescription);
  app->footer(kTokensExamples);
  const auto arguments = std::make_shared<TokensArguments>();
  declare_model(*app, arguments->model);
  declare_text(*app, arguments->text, arguments->no_special);
  declare_output(*app, arguments->output);
  declare_quiet(*app, arguments->output);
  return {app, [arguments](const Terminal& terminal) { run_tokens(*arguments, terminal); }};
}

}  // namespace tacet::cli
