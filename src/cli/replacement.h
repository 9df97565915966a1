#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "cli/reference_cache.h"
#include "tacet/intervention.h"
#include "tacet/model.h"
#include "tacet/prompt.h"
#include "tacet/reference.h"

namespace tacet::cli {

/// What stands beside --mode, as written.
struct ReplacementOptions {
  std::optional<std::string> reference = {};
  std::optional<std::string> cache = {};  ///< of the means over `reference`; a folder or kNoCache
  bool keeps_value_bias = false;
  std::optional<int> draws = {};           ///< of `resample`; only `silence` takes several
  std::optional<std::uint64_t> seed = {};  ///< of `resample`, where nothing else is drawn
};

/// How many prompts `silence` draws unless told.
inline constexpr int kReferenceDraws = 5;

/// --mode, --reference, --reference-cache and --zero-keeps-value-bias. With `several` --mode takes
/// a list too, which fills it where it names more than one; else a list is a UsageError.
void declare_mode(CLI::App& app, SliceMode& mode, ReplacementOptions& options,
                  std::vector<SliceMode>* several = nullptr);
/// --reference-draws.
void declare_reference_draws(CLI::App& app, ReplacementOptions& options);

/// --seed of a command that draws nothing but the prompts of `resample`.
void declare_reference_seed(CLI::App& app, ReplacementOptions& options);

/// The mode that the options ask for together; its table is still to be made. Throws UsageError
/// where they contradict each other or --reference is missing.
SliceMode chosen_mode(const SliceMode& mode, const ReplacementOptions& options);

/// What tells whether a mode takes its values from other prompts, `--reference`.
bool needs_reference(const SliceMode& mode);
/// Whether a mode is a mean over other prompts, which --reference-cache keeps.
bool keeps_means(const SliceMode& mode);

/// Where the prompts of a corpus are read for, and how.
struct ReferenceReading {
  bool prepend_bos = false;
  bool quiet = false;
  bool verbose = false;
  std::uint64_t seed = 1;
  int threads = 0;
};

/// Makes the tables of values that a mode puts in, the corpus read once.
class Replacement {
 public:
  /// `mode` as chosen_mode gives it. Reads --reference where it needs one and `corpus`, the same
  /// file read by another, is null. Throws UsageError and InputError as resolve_inputs, and
  /// UsageError for a cache that this mode keeps nothing in.
  Replacement(SliceMode mode, const ReplacementOptions& options, const Model& model,
              ReferenceReading reading, std::shared_ptr<const ReferenceCorpus> corpus = nullptr);

  /// What results are told of it, without a table.
  const SliceMode& mode() const { return mode_; }
  /// The corpus as results name it; nullopt without one.
  std::optional<SliceReference> reference() const;
  /// The corpus; only where there is one.
  const ReferenceCorpus& corpus() const { return *corpus_; }
  /// The same, for another mode of the same file; null where there is none.
  std::shared_ptr<const ReferenceCorpus> shared_corpus() const { return corpus_; }

  /// The mode for `prompt`, its table made. `longest` is the number of tokens of the longest prompt
  /// that will be asked for. Throws InputError for a corpus that does not serve the prompt.
  SliceMode for_prompt(const Prompt& prompt, std::size_t longest);

 private:
  std::shared_ptr<const SliceValues> make(const Prompt& prompt, std::size_t longest) const;

  SliceMode mode_;
  Model model_;
  ReferenceReading reading_;
  ReferenceCache cache_;
  std::shared_ptr<const ReferenceCorpus> corpus_;
  std::shared_ptr<const SliceValues> table_;  // where one serves every prompt
};

}  // namespace tacet::cli
