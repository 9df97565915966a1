#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/check_table.h"
#include "cli/commands.h"
#include "cli/declare.h"
#include "cli/model_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_settings.h"
#include "hub/repo_id.h"
#include "store/references.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

struct CheckArguments {
  ModelOptions model;
  std::optional<std::string> references;
  std::optional<std::string> as;
  SilenceOptions options;  // --threads alone
  OutputOptions output;
};

constexpr const char* kCheckDescription =
    "Check a model against what has been published of it.\n\n"
    "For the published GPT-2 models: token ids (minGPT, Hugging Face), what GPT-2 says next when "
    "it "
    "takes the likeliest token (the tests of Hugging Face transformers), its loss of a sentence "
    "(the tests of TransformerLens), and what silencing the heads of a known circuit does (Wang et "
    "al. 2022, arXiv 2211.00593). Each line names its source. Exit code 1 when one fails.";

constexpr const char* kCheckExamples =
    "Examples:\n"
    "  tacet check --model gpt2\n"
    "  tacet check --model ./my-gpt2 --as gpt2 --format json\n"
    "  tacet check --references mine.json --as mini\n";

void declare_options(CLI::App& app, CheckArguments& arguments) {
  add_text(app, "--as", "NAME", arguments.as,
           "The published model that it is taken for: gpt2, gpt2-medium, ... Else what its hash "
           "says, or the id by which it was found.")
      ->group("Model and prompt");
  add_text(app, "--references", "FILE", arguments.references,
           "Facts in place of those that the tool carries, as docs/models.md describes them.")
      ->group("Model and prompt");
}

/// The shortest name of a published model that was asked for by its id; else the id itself, which
/// may stand in a file of references.
std::string published_name(const CheckArguments& arguments, const Model& model) {
  if (arguments.as) return *arguments.as;
  if (!model.official().empty()) return model.official();
  if (!model.folder() || hub::repo_id_error(model.id()) || *model.folder() == model.id()) {
    return {};
  }
  const auto ids = hub::same_model_ids(hub::RepoId(model.id()));
  return std::ranges::min_element(ids, {}, [](const hub::RepoId& id) { return id.text().size(); })
      ->text();
}

std::string rendered(const store::CheckListing& listing, const OutputOptions& output,
                     const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return store::check_json(listing);
    case Format::csv:
      return store::check_csv(listing);
    case Format::table:
      break;
  }
  return render_check(listing, view_for(output, terminal));
}

void run_check(const CheckArguments& arguments, const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  check_output(output);
  const auto facts = arguments.references ? store::read_references(*arguments.references)
                                          : store::published_references();
  const Model model = load_model(arguments.model, output);
  store::CheckListing listing;
  listing.model = model.id();
  listing.fingerprint = model.fingerprint();
  listing.compared_with = published_name(arguments, model);
  listing.facts =
      check_model(model, load_tokenizer_if_any(model, output.quiet), facts, listing.compared_with,
                  usable_threads(arguments.options.threads, output.quiet));
  write_result(rendered(listing, output, terminal), output.out);
  const auto failed = std::ranges::count(listing.facts, FactOutcome::fail, &CheckedFact::outcome);
  if (failed > 0) {
    throw ModelError(
        fmt::format("{} of {} facts do not hold of the model '{}'; compare its files "
                    "with those that were published, or see --as",
                    failed, listing.facts.size(), model.id()));
  }
}

}  // namespace

Command declare_check(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("check", kCheckDescription);
  app->footer(kCheckExamples);
  const auto arguments = std::make_shared<CheckArguments>();
  declare_model(*app, arguments->model);
  declare_options(*app, *arguments);
  declare_output(*app, arguments->output);
  declare_quiet(*app, arguments->output);
  declare_verbose(*app, arguments->output);
  declare_threads(*app, arguments->options);
  return {app, [arguments](const Terminal& terminal) { run_check(*arguments, terminal); }};
}

}  // namespace tacet::cli
