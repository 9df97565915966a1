#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"
#include "report/neighbour_pages.h"
#include "report/page_data.h"
#include "store/sweep_database.h"
#include "tacet/comparison.h"
#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// The results of a database: the first run and those that belong with it, or the one asked for.
/// Throws InputError, UsageError.
report::PageContent content_of(const store::SweepDatabase& database, std::optional<int> run,
                               const std::optional<std::string>& heads);

/// The results of these runs of a database.
report::PageContent content_of(const store::SweepDatabase& database,
                               const std::vector<std::int64_t>& runs,
                               const std::set<std::string>& specs);

/// One result of `silence`, made with `keep_states`, with its matrices.
report::PageContent content_of(const SilenceResult& result, const Model& model,
                               const SilenceOptions& options);

/// One result of `predict`, with the comparison of its variants where there is one.
report::PredictPage content_of(const PredictResult& result,
                               const std::optional<Comparison>& comparison, const Model& model);

/// The results of whichever command: of heads that were silenced, of `predict`, of `patch`.
using AnyContent = std::variant<report::PageContent, report::PredictPage, report::PatchPage>;

/// The results that `source` names, without matrices. Of a database without --run the first run of
/// the experiment `wanted`, or else of the first one that it holds. Throws InputError, UsageError;
/// also for options that mean nothing for results of this kind.
AnyContent read_content(const PageSource& source,
                        std::optional<store::Experiment> wanted = std::nullopt);

/// The page of `content`, written to `file`, whole or not at all. Throws OutputError.
void write_page(const report::PageContent& content, const std::string& file);
void write_page(const report::PredictPage& content, const std::string& file);
void write_page(const report::PatchPage& content, const std::string& file);

}  // namespace tacet::cli
