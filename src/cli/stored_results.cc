#include "cli/stored_results.h"

#include <cstdint>
#include <string>

#include "cli/output.h"
#include "cli/patch_table.h"
#include "cli/predict_table.h"
#include "cli/run_settings.h"
#include "store/patch_json.h"
#include "store/predict_json.h"
#include "tacet/export.h"

namespace tacet::cli {

namespace {

std::string json_of(const store::StoredPredict& stored) {
  return store::predict_json(stored.result, stored.run.model, stored.run.tool_version);
}

std::string json_of(const store::StoredPatch& stored) {
  return store::patch_json(stored.result, stored.run.model, stored.run.tool_version);
}

std::string table_of(const store::StoredPredict& stored, const View& view) {
  return render_predict(stored.result, view_of(stored.run.model), view);
}

std::string table_of(const store::StoredPatch& stored, const View& view) {
  return render_patch(stored.result, view_of(stored.run.model), view);
}

/// Reads the run that the options name by `read`, and prints it.
template <typename Read>
void show(store::Experiment experiment, const Read& read, const DatabaseOptions& options,
          const OutputOptions& output, const Terminal& terminal) {
  const auto database = store::SweepDatabase::open_for_reading(*options.database);
  const ShownRun shown = choose_run(database, experiment, options.run);
  const auto stored = read(database, shown.id);
  std::string text;
  switch (output.format) {
    case Format::json:
      text = json_of(stored);
      break;
    case Format::csv:
      text = to_csv(stored.result);
      break;
    case Format::table: {
      const View view = view_for(output, terminal);
      text = table_of(stored, view) + stored_note(stored.run, shown, *options.database, view);
      break;
    }
  }
  write_result(text, output.out);
}

}  // namespace

void show_predict(const DatabaseOptions& options, const OutputOptions& output,
                  const Terminal& terminal) {
  const auto read = [](const store::SweepDatabase& database, std::int64_t run) {
    return database.predict(run);
  };
  show(store::Experiment::predict, read, options, output, terminal);
}

void show_patch(const DatabaseOptions& options, const OutputOptions& output,
                const Terminal& terminal) {
  const auto read = [](const store::SweepDatabase& database, std::int64_t run) {
    return database.patch(run);
  };
  show(store::Experiment::patch, read, options, output, terminal);
}

}  // namespace tacet::cli
