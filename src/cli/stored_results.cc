#include "cli/stored_results.h"

#include <string>

#include "cli/output.h"
#include "cli/patch_table.h"
#include "cli/predict_table.h"
#include "cli/run_settings.h"
#include "store/patch_json.h"
#include "store/predict_json.h"
#include "tacet/export.h"

namespace tacet::cli {

void show_predict(const DatabaseOptions& options, const OutputOptions& output,
                  const Terminal& terminal) {
  const auto database = store::SweepDatabase::open_for_reading(*options.database);
  const ShownRun shown = choose_run(database, store::Experiment::predict, options.run);
  const store::StoredPredict stored = database.predict(shown.id);
  const store::RunHeader& run = stored.run;
  std::string text;
  switch (output.format) {
    case Format::json:
      text = store::predict_json(stored.result, run.model, run.tool_version);
      break;
    case Format::csv:
      text = to_csv(stored.result);
      break;
    case Format::table: {
      const View view = view_for(output, terminal);
      text = render_predict(stored.result, view_of(run.model), view) +
             stored_note(run, shown, *options.database, view);
      break;
    }
  }
  write_result(text, output.out);
}

void show_patch(const DatabaseOptions& options, const OutputOptions& output,
                const Terminal& terminal) {
  const auto database = store::SweepDatabase::open_for_reading(*options.database);
  const ShownRun shown = choose_run(database, store::Experiment::patch, options.run);
  const store::StoredPatch stored = database.patch(shown.id);
  const store::RunHeader& run = stored.run;
  std::string text;
  switch (output.format) {
    case Format::json:
      text = store::patch_json(stored.result, run.model, run.tool_version);
      break;
    case Format::csv:
      text = to_csv(stored.result);
      break;
    case Format::table: {
      const View view = view_for(output, terminal);
      text = render_patch(stored.result, view_of(run.model), view) +
             stored_note(run, shown, *options.database, view);
      break;
    }
  }
  write_result(text, output.out);
}

}  // namespace tacet::cli
