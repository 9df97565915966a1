#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/declare.h"
#include "cli/fetch_model.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/pull_table.h"
#include "cli/run_settings.h"
#include "hub/pull.h"
#include "store/pull_listing.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

struct PullArguments {
  std::string repo;
  std::string revision = "main";
  OutputOptions output;
};

constexpr const char* kPullDescription =
    "Fetch a model into the Hugging Face cache.\n\n"
    "Config, tokenizer and weights (safetensors) are verified as they arrive and laid out as the "
    "Hugging Face tools do, which find them then. What is there already is not fetched, a transfer "
    "that broke off goes on where it was. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, "
    "HF_HUB_OFFLINE and the proxy variables mean what they mean there.";

constexpr const char* kPullExamples =
    "Examples:\n"
    "  tacet pull gpt2-medium\n"
    "  tacet pull openai-community/gpt2 --revision 607a30d783dfa663caf39e06633721c8d4cfcd7e\n"
    "  HF_HUB_OFFLINE=1 tacet pull gpt2-medium --format json\n";

std::string_view verified_by(hub::EtagKind kind) {
  switch (kind) {
    case hub::EtagKind::sha256:
      return "sha256";
    case hub::EtagKind::git_sha1:
      return "git-sha1";
    case hub::EtagKind::other:
      break;
  }
  return "size";
}

store::PullListing listing_of(const hub::PullResult& result, const PullArguments& arguments) {
  store::PullListing listing{
      arguments.repo, arguments.revision, result.commit, result.snapshot.string(), {}};
  for (const hub::PulledFile& file : result.files) {
    listing.files.push_back(
        {file.path, file.size, file.downloaded, std::string(verified_by(file.verified))});
  }
  return listing;
}

std::string rendered(const store::PullListing& listing, const OutputOptions& output,
                     const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return store::pull_json(listing);
    case Format::csv:
      return store::pull_csv(listing);
    case Format::table:
      break;
  }
  return render_pull(listing, view_for(output, terminal));
}

void run_pull(const PullArguments& arguments, const Terminal& terminal) {
  if (arguments.repo.empty()) {
    throw UsageError("REPO_ID is missing; name a model of the hub, as in 'tacet pull gpt2-medium'");
  }
  const hub::PullResult result =
      fetch_model(hub::RepoId(arguments.repo), arguments.revision, arguments.output);
  write_result(rendered(listing_of(result, arguments), arguments.output, terminal),
               arguments.output.out);
}

}  // namespace

Command declare_pull(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("pull", kPullDescription);
  app->footer(kPullExamples);
  const auto arguments = std::make_shared<PullArguments>();
  add_value(
      *app, "REPO_ID", "REPO_ID", [arguments](const std::string& text) { arguments->repo = text; },
      "The model's id on the hub, such as openai-community/gpt2-medium, or a short name such as "
      "gpt2.");
  add_value(
      *app, "--revision", "R", [arguments](const std::string& text) { arguments->revision = text; },
      "Branch, tag, pull request (refs/pr/1) or commit.")
      ->default_str(arguments->revision);
  declare_output(*app, arguments->output);
  declare_quiet(*app, arguments->output);
  declare_progress(*app, arguments->output);
  return {app, [arguments](const Terminal& terminal) { run_pull(*arguments, terminal); }};
}

}  // namespace tacet::cli
