#include "cli/options.h"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/declare.h"
#include "cli/run_list.h"
#include "cli/values.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr std::array kFormats = {Format::table, Format::json, Format::csv};

CLI::Option* add_int(CLI::App& app, const std::string& name, std::optional<int>& target,
                     const std::string& description) {
  const auto setter = [&target, name](const std::string& text) {
    target = parse_int(name, text, 0, kAnyNumber);
  };
  return add_value(app, name, "N", setter, description);
}

constexpr const char* kSilenced = "What is silenced";

/// --prompt-file, --token-ids and --prepend-bos.
void declare_other_prompts(CLI::App& app, std::optional<std::string>& file,
                           std::optional<std::string>& token_ids, bool& prepend_bos) {
  in_group("Model and prompt",
           {add_text(app, "--prompt-file", "FILE", file,
                     "Read the prompt from FILE, '-' for standard input. One line break at the "
                     "end is left out."),
            add_text(app, "--token-ids", "IDS", token_ids,
                     "Token ids in place of the prompt, such as 40,1297,616. Needs no tokenizer "
                     "files."),
            add_flag(app, "--prepend-bos", prepend_bos, "Put <|endoftext|> first.")});
}

/// --at, whose value goes to `setter`.
void declare_at(CLI::App& app, const std::string& at, const Setter& setter) {
  in_group(
      kSilenced,
      {add_value(app, "--at", "POS", setter,
                 "The tokens at which it is silenced: all, positions such as 0,3-5,-1, or 'text: "
                 "pizza', the last token of each place where the text stands.")
           ->default_str(at)});
}

CLI::Option* add_revision(CLI::App& app, std::optional<std::string>& revision) {
  return add_text(app, "--revision", "REVISION", revision,
                  "Of a model in the cache: a branch, a tag, refs/pr/N, or a commit, of which the "
                  "first five digits do. Else main.");
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::table:
      return "table";
    case Format::json:
      return "json";
    case Format::csv:
      return "csv";
  }
  return "";
}

void declare_model(CLI::App& app, ModelOptions& options) {
  const auto setter = [&options](const std::string& text) {
    options.model = text;
    options.is_named = true;
  };
  CLI::Option* const model =
      add_value(app, "-m,--model", "MODEL", setter,
                "The model: mini, which is part of the tool; a folder in Hugging Face layout with "
                "config.json and model.safetensors; or an id such as openai-community/gpt2-medium, "
                "or gpt2, gpt2-medium, gpt2-large, gpt2-xl, distilgpt2, looked up in the Hugging "
                "Face cache. A folder that is there wins over an id, mini over a folder of that "
                "name; './mini' is the folder.")
          ->default_str(options.model);
  in_group("Model and prompt",
           {model, add_revision(app, options.revision),
            add_flag(app, "--pull", options.pull,
                     "Fetch the model first, as 'tacet pull' does, when the cache has not got it "
                     "whole.")});
}

void declare_prompt(CLI::App& app, PromptOptions& options) {
  add_text(app, "PROMPT", "TEXT", options.text,
           "The text that the model reads. Nothing is put before or after it.");
  declare_other_prompts(app, options.file, options.token_ids, options.prepend_bos);
}

void declare_source(CLI::App& app, SweepSource& source) {
  app.add_option("PROMPT", source.texts,
                 "The texts that the model reads, each by itself. Nothing is put before or after "
                 "them.")
      ->type_name("TEXT");
  in_group(
      "Model and prompt",
      {add_text(app, "--prompts", "FILE", source.list,
                "Read prompts from FILE, '-' for standard input: one a line, or JSON Lines "
                "with text or token_ids and, if you like, an id and a group: prompts of one group "
                "count once across prompts.")});
  declare_other_prompts(app, source.file, source.token_ids, source.prepend_bos);
}

void declare_cut(CLI::App& app, CutOptions& options) {
  in_group(kSilenced,
           {add_text(app, "--heads", "SPEC", options.heads,
                     "The head, L3H5 or 3.5: block 3, head 5, both counted from 0. Heads joined by "
                     "+ are silenced together: L3H5+L4H2, or 3.0-7+4.2 for eight heads and one "
                     "more."),
            add_int(app, "--layer", options.layer, "The head's block; goes with --head."),
            add_int(app, "--head", options.head, "The head within the block; goes with --layer.")});
  declare_at(app, options.at, [&options](const std::string& text) { options.at = text; });
  declare_mode(app, options.mode, options.replacement);
}

void declare_study_cut(CLI::App& app, SweepCutOptions& options) {
  declare_at(app, options.at, [&options](const std::string& text) { options.at = text; });
  declare_mode(app, options.mode, options.replacement);
}

void declare_sweep_cut(CLI::App& app, SweepCutOptions& options) {
  const auto set_heads = [&options](const std::string& text) { options.heads = text; };
  in_group(kSilenced,
           {add_value(app, "--heads", "SPEC", set_heads,
                      "The heads, each silenced by itself: all, L3H5, 3.*, *.5, 3.0-7, several "
                      "with commas between them. Heads joined by + are silenced together: "
                      "L3H5+L4H2.")
                ->default_str(options.heads)});
  declare_at(app, options.at, [&options](const std::string& text) {
    options.at = text;
    options.at_given = true;
  });
  in_group(kSilenced,
           {add_text(app, "--compare-at", "PARTS", options.compare_at,
                     "Sets of positions that are compared head by head, in place of --at, with "
                     "commas between them: all,-1, or 0+2,-1, where + joins positions of one set, "
                     "or 'text: pizza,-1'.")});
  declare_mode(app, options.mode, options.replacement, &options.modes);
}

void declare_sweep_store(CLI::App& app, SweepStoreOptions& options) {
  const auto set_top = [&options](const std::string& text) {
    options.top = parse_int("--top", text, 0, kAnyNumber);
  };
  const auto set_seed = [&options](const std::string& text) {
    options.seed = static_cast<std::uint64_t>(parse_int("--seed", text, 0, kAnyNumber));
  };
  const auto set_runs = [&options](const std::string& text) {
    options.runs = parse_run_list(text);
  };
  in_group(
      "Results",
      {add_text(app, "--db", "FILE", options.database,
                "The SQLite database that keeps the results; needed. What is there already "
                "is not computed again, so that a sweep that was interrupted goes on."),
       add_flag(app, "--show", options.show,
                "Show what the database holds; runs nothing and needs no model."),
       add_value(app, "--run", "IDS", set_runs,
                 "With --show: the run of this id alone, or several prompts' runs together "
                 "(1-3). Commas compare runs head by head: 1,2, or 1-3,4-6."),
       add_choice(app, "--metric", options.metric, kMetrics,
                  "What the map shows: mean difference over the late blocks, at the head's own "
                  "block, or where it is farthest from 0; t or effect size of that block; the "
                  "first significant block."),
       add_value(app, "--top", "N", set_top, "How many connectors and separators are listed.")
           ->default_str(fmt::format("{}", options.top)),
       add_flag(app, "--holdout", options.holdout,
                "With four prompts or more: choose the --top heads on one half of them and "
                "test these on the other half alone. Prompts of one group stay together."),
       add_value(app, "--seed", "N", set_seed,
                 "Of the random numbers: of the tests that draw, and across prompts of the "
                 "split of --holdout and the signs where there are too many patterns for all. "
                 "Else 1.")});
}

void declare_threads(CLI::App& app, int& threads) {
  const auto setter = [&threads](const std::string& text) {
    threads = parse_int("--threads", text, 1, kAnyNumber);
  };
  in_group("Output and running",
           {add_value(app, "--threads", "N", setter,
                      "Threads to use, at most one for each core. The numbers do not depend on it.")
                ->default_str("all cores")});
}

void declare_threads(CLI::App& app, SilenceOptions& options) {
  declare_threads(app, options.threads);
}

void declare_memory(CLI::App& app, std::uint64_t& memory) {
  const auto setter = [&memory](const std::string& text) { memory = parse_size("--memory", text); };
  in_group("Output and running",
           {add_value(app, "--memory", "SIZE", setter,
                      "Working memory to use at most, such as 300MB or 2GiB; --verbose tells how "
                      "much is used. The numbers do not depend on it.")
                ->default_str("a quarter of what is free")});
}

void declare_dump(CLI::App& app, std::optional<std::string>& dump, const std::string& contents) {
  in_group("Output and running", {add_text(app, "--dump", "FILE", dump, contents)});
}

void declare_report_file(CLI::App& app, ReportOptions& options) {
  in_group("Output and running",
           {add_text(app, "--report", "FILE", options.file,
                     "Write the results as a page too: one HTML file with everything in it.")});
}

void declare_report_pairs(CLI::App& app, ReportOptions& options) {
  in_group("Output and running",
           {add_text(app, "--report-pairs", "SPEC", options.pairs,
                     "The heads whose token x token matrices the page shows, or none; else the "
                     "ten strongest.")});
}

void declare_page_source(CLI::App& app, PageSource& source) {
  in_group(
      "Results",
      {add_text(app, "--db", "FILE", source.database, "The database of a sweep."),
       add_text(app, "--json", "FILE", source.json,
                "The JSON that `tacet silence`, `predict` or `patch` wrote with --format json."),
       add_int(
           app, "--run", source.run,
           "The run of this id alone. Without it: the first sweep and those that belong with it, "
           "or, where there is none, the first run of predict, or of patch."),
       add_text(app, "--heads", "SPEC", source.heads,
                "The heads that are shown first, in place of the strongest: L3H5, or several "
                "with commas between them.")});
  in_group("Pairs of tokens",
           {add_text(app, "--pairs", "SPEC", source.pairs,
                     "The heads whose token x token matrices are shown, or none; else the ten "
                     "strongest. The model computes them again."),
            add_text(app, "-m,--model", "MODEL", source.model,
                     "The model that the results were made with, where it is not found under the "
                     "name that it had then."),
            add_revision(app, source.revision)});
}

void declare_page_file(CLI::App& app, OutputOptions& options, std::optional<std::string>& title) {
  in_group("Output and running", {add_text(app, "-o,--out", "FILE", options.out,
                                           "The page; needed. It is there whole or not at all."),
                                  add_text(app, "--title", "TEXT", title, "The page's heading.")});
}

void declare_output(CLI::App& app, OutputOptions& options) {
  in_group(
      "Output and running",
      {add_choice(app, "--format", options.format, kFormats,
                  "A table to read, or JSON or CSV for programs."),
       add_text(app, "-o,--out", "FILE", options.out,
                "Write to FILE in place of standard output; the file is there whole or not at "
                "all."),
       add_choice(app, "--color", options.color, kColorModes,
                  "Whether to colour the table; auto does on a terminal, unless NO_COLOR is set or "
                  "TERM is dumb.")});
}

void declare_quiet(CLI::App& app, OutputOptions& options) {
  in_group("Output and running", {add_flag(app, "-q,--quiet", options.quiet,
                                           "The result alone: no notes, no warnings.")});
}

void declare_verbose(CLI::App& app, OutputOptions& options) {
  in_group("Output and running",
           {add_flag(app, "-v,--verbose", options.verbose,
                     "All that is known of each block, and on standard error the time taken.")});
}

void declare_progress(CLI::App& app, OutputOptions& options) {
  in_group("Output and running",
           {add_flag(app, "--no-progress", options.no_progress,
                     "No progress line, which else shows on a terminal after two seconds.")});
}

void declare_text(CLI::App& app, PromptOptions& options, bool& no_special) {
  add_text(app, "TEXT", "TEXT", options.text, "The text.");
  in_group("Model and prompt",
           {add_text(app, "--prompt-file", "FILE", options.file,
                     "Read the text from FILE, '-' for standard input. One line break at the end "
                     "is left out."),
            add_flag(app, "--no-special", no_special,
                     "Treat special tokens such as <|endoftext|> as ordinary text.")});
}

void declare_folders(CLI::App& app, std::vector<std::string>& folders) {
  app.add_option("FOLDER", folders, "A model's folder, or a folder that holds such folders.")
      ->type_name("FOLDER");
}

void check_output(const OutputOptions& options) {
  if (options.quiet && options.verbose) {
    throw UsageError("--quiet and --verbose contradict each other; give one of them");
  }
}

Intervention resolve_cut(const CutOptions& options, int n_layer, int n_head) {
  if (options.heads && (options.layer || options.head)) {
    throw UsageError(
        "--heads and --layer with --head name the head in two ways; give one of the two");
  }
  if (options.layer.has_value() != options.head.has_value()) {
    throw UsageError(fmt::format("{} needs {} beside it; or write the head as --heads L3H5",
                                 options.layer ? "--layer" : "--head",
                                 options.layer ? "--head" : "--layer"));
  }
  if (!options.heads && !options.layer) {
    throw UsageError("no head is named; give --heads SPEC, such as --heads L3H5");
  }
  const std::string spec =
      options.heads.value_or(to_string(Head{options.layer.value_or(0), options.head.value_or(0)}));
  std::vector<Intervention> named = parse_heads(spec, n_layer, n_head);
  if (named.size() > 1) {
    throw UsageError(fmt::format(
        "'{}' names {} interventions, and silence takes one: join heads with + (L3H5+L4H2) to "
        "silence them together; heads each by itself are a matter for `sweep`",
        spec, named.size()));
  }
  named.front().mode = chosen_mode(options.mode, options.replacement);
  return named.front();
}

}  // namespace tacet::cli
