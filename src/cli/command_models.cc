#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/listing_table.h"
#include "cli/model_list.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_settings.h"
#include "store/listing.h"

namespace tacet::cli {
namespace {

struct ModelsArguments {
  std::vector<std::string> folders;
  OutputOptions output;
};

constexpr const char* kModelsDescription =
    "List the models that are there: the embedded one, those in the Hugging Face cache, and those "
    "in folders.\n\n"
    "A model that cannot be used is listed with the reason. The cache is where HF_HUB_CACHE or "
    "HF_HOME say, else ~/.cache/huggingface/hub; nothing is fetched.";

constexpr const char* kModelsExamples =
    "Examples:\n"
    "  tacet models\n"
    "  tacet models --format json\n"
    "  tacet models ./gpt2-medium ./checkpoints\n";

std::string rendered(const std::vector<store::ModelListing>& models, const OutputOptions& output,
                     const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return store::models_json(models);
    case Format::csv:
      return store::models_csv(models);
    case Format::table:
      break;
  }
  return render_models(models, view_for(output, terminal));
}

void run_models(const ModelsArguments& arguments, const Terminal& terminal) {
  write_result(rendered(list_models(arguments.folders), arguments.output, terminal),
               arguments.output.out);
}

}  // namespace

Command declare_models(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("models", kModelsDescription);
  app->footer(kModelsExamples);
  const auto arguments = std::make_shared<ModelsArguments>();
  declare_folders(*app, arguments->folders);
  declare_output(*app, arguments->output);
  return {app, [arguments](const Terminal& terminal) { run_models(*arguments, terminal); }};
}

}  // namespace tacet::cli
