#include "cli/replacement.h"

#include <utility>

#include <fmt/format.h>

#include "cli/declare.h"
#include "cli/sweep_prompts.h"
#include "cli/values.h"
#include "cli/variants.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr const char* kReplacementGroup = "What is silenced";

ReferenceCorpus read_corpus(const std::string& file, const Model& model,
                            const ReferenceReading& reading) {
  SweepSource source;
  source.list = file;
  source.prepend_bos = reading.prepend_bos;
  ReferenceCorpus corpus{.file = file == "-" ? "standard input" : file, .prompts = {}};
  for (SweepInput& input :
       resolve_inputs(source, "all", /*exclude_first=*/false, model, reading.quiet)) {
    corpus.prompts.push_back(std::move(input.prompt));
  }
  return corpus;
}

/// Throws where --reference-cache names a folder in which nothing will be kept.
void check_cache(const SliceMode& mode, const ReplacementOptions& options) {
  if (!options.cache || *options.cache == kNoCache) return;
  if (options.cache->empty()) {
    throw UsageError(fmt::format("--reference-cache names no folder; name one, or {}", kNoCache));
  }
  if (keeps_means(mode)) return;
  throw UsageError(
      fmt::format("--reference-cache keeps the means of --mode corpus-mean and position-mean, and "
                  "{} has none to keep; leave it out",
                  to_string(mode)));
}

/// The mode that --mode names; a list is an error that says what takes one.
SliceMode one_mode(const std::string& text) {
  if (text.find(',') == std::string::npos) return parse_slice_mode(text);
  throw UsageError(fmt::format(
      "--mode {} is a list, and here one is put in; `tacet sweep --mode {}` compares what they do "
      "to the tokens, `tacet predict --mode {}` what they do to the prediction",
      text, text, text));
}

}  // namespace

bool needs_reference(const SliceMode& mode) {
  return mode.kind == SliceKind::values && mode.name != kKeepsValueBias;
}

bool keeps_means(const SliceMode& mode) {
  return mode.kind == SliceKind::values && (mode.name == kCorpusMean || mode.name == kPositionMean);
}

void declare_mode(CLI::App& app, SliceMode& mode, ReplacementOptions& options,
                  std::vector<SliceMode>* several) {
  const auto set_mode = [&mode, several](const std::string& text) {
    if (several == nullptr) {
      mode = one_mode(text);
      return;
    }
    *several = parse_modes(text);
    mode = several->front();
    if (several->size() == 1) several->clear();
  };
  std::string description =
      "What becomes of the head's slice of the input of attn.c_proj: zero; its mean over the "
      "prompt's tokens; its mean over the prompts of --reference, over all tokens or "
      "position by position; what it is in one of those prompts; its negative; or multiplied "
      "by X. scale:1 changes nothing, and every difference is then exactly 0.";
  if (several != nullptr) {
    description +=
        " Several with commas between them, such as zero,mean, are compared head by head.";
  }
  add_value(app, "--mode", "zero|mean|corpus-mean|position-mean|resample|negate|scale:X", set_mode,
            description)
      ->default_str(to_string(mode))
      ->group(kReplacementGroup);
  add_text(app, "--reference", "FILE", options.reference,
           "The prompts that corpus-mean, position-mean and resample take their values from, as "
           "--prompts of sweep reads them; '-' for standard input. With it --mode mean is "
           "corpus-mean.")
      ->group(kReplacementGroup);
  add_text(app, "--reference-cache", "FOLDER", options.cache,
           "Where the means of corpus-mean and position-mean are kept, so that the next run need "
           "not make them again; none keeps nothing.")
      ->default_str("~/.cache/tacet/references")
      ->group(kReplacementGroup);
  add_flag(app, "--zero-keeps-value-bias", options.keeps_value_bias,
           "Zero the slice but for the head's value bias, which is what is left in tools that fold "
           "that bias into the projection's.")
      ->group(kReplacementGroup);
}

void declare_reference_draws(CLI::App& app, ReplacementOptions& options) {
  const auto set_draws = [&options](const std::string& text) {
    options.draws = parse_int("--reference-draws", text, 1, kAnyNumber);
  };
  add_value(app, "--reference-draws", "N", set_draws,
            fmt::format("With --mode resample: how many prompts are drawn, each put in by itself. "
                        "The tables are of the first; how far all lie apart stands beside them. "
                        "Else {}.",
                        kReferenceDraws))
      ->group(kReplacementGroup);
}

void declare_reference_seed(CLI::App& app, ReplacementOptions& options) {
  const auto set_seed = [&options](const std::string& text) {
    options.seed = static_cast<std::uint64_t>(parse_int("--seed", text, 0, kAnyNumber));
  };
  add_value(app, "--seed", "N", set_seed,
            fmt::format("With --mode resample: the seed of the prompt that is drawn. Else {}.",
                        ReferenceReading{}.seed))
      ->group(kReplacementGroup);
}

SliceMode chosen_mode(const SliceMode& mode, const ReplacementOptions& options) {
  SliceMode chosen = mode;
  if (options.keeps_value_bias) {
    if (mode != SliceMode{} && mode.name != kKeepsValueBias) {
      throw UsageError(fmt::format(
          "--zero-keeps-value-bias says how a slice is zeroed, and --mode {} does not zero it; "
          "leave out one of the two",
          to_string(mode)));
    }
    chosen = parse_slice_mode(kKeepsValueBias);
  }
  if (options.reference && chosen.kind == SliceKind::mean) chosen = parse_slice_mode(kCorpusMean);
  if (options.reference && !needs_reference(chosen)) {
    throw UsageError(
        fmt::format("--reference names prompts for --mode corpus-mean, position-mean and resample, "
                    "and {} takes none; leave it out, or choose one of them",
                    to_string(chosen)));
  }
  if (!options.reference && needs_reference(chosen)) {
    throw UsageError(
        fmt::format("--mode {} takes its values from other prompts; give --reference FILE, which "
                    "holds them one a line, or as JSON Lines",
                    chosen.name));
  }
  if (options.draws && chosen.name != kResample) {
    throw UsageError(
        fmt::format("--reference-draws is of --mode resample, and the mode is {}; leave it out",
                    to_string(chosen)));
  }
  if (options.seed && chosen.name != kResample) {
    throw UsageError(fmt::format(
        "--seed is of --mode resample, which draws a prompt, and the mode is {}; leave it out",
        to_string(chosen)));
  }
  return chosen;
}

Replacement::Replacement(SliceMode mode, const ReplacementOptions& options, const Model& model,
                         ReferenceReading reading, std::shared_ptr<const ReferenceCorpus> corpus)
    : mode_(std::move(mode)),
      model_(model),
      reading_(std::move(reading)),
      cache_(options.cache, reading_.quiet, reading_.verbose) {
  check_cache(mode_, options);
  if (!needs_reference(mode_)) return;
  corpus_ = std::move(corpus);
  if (corpus_) return;
  corpus_ = std::make_shared<const ReferenceCorpus>(
      read_corpus(options.reference.value(), model_, reading_));
}

std::optional<SliceReference> Replacement::reference() const {
  if (!corpus_) return std::nullopt;
  SliceReference reference = reference_of(*corpus_);
  if (mode_.name == kResample) reference.seed = reading_.seed;
  return reference;
}

SliceMode Replacement::for_prompt(const Prompt& prompt, std::size_t longest) {
  if (mode_.kind != SliceKind::values) return mode_;
  if (mode_.name == kResample) return replace_by(make(prompt, longest));
  if (!table_ || !table_->covers(longest)) table_ = make(prompt, longest);
  return replace_by(table_);
}

std::shared_ptr<const SliceValues> Replacement::make(const Prompt& prompt,
                                                     std::size_t longest) const {
  if (mode_.name == kKeepsValueBias) return value_bias(model_);
  if (mode_.name == kCorpusMean || mode_.name == kPositionMean) {
    return cache_.find_or_make(key_of(model_, reference_of(*corpus_), mode_.name), longest, [&] {
      return mode_.name == kCorpusMean ? corpus_mean(model_, *corpus_, reading_.threads)
                                       : position_mean(model_, *corpus_, longest, reading_.threads);
    });
  }
  const std::size_t drawn = draw_prompts(*corpus_, prompt, 1, reading_.seed).front();
  return resampled(model_, *corpus_, drawn, reading_.seed, reading_.threads);
}

}  // namespace tacet::cli
