#include "cli/database_options.h"

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/signals.h"
#include "store/sweep_schema.h"

namespace tacet::cli {

store::SweepDatabase open_for_writing(const std::filesystem::path& file, bool quiet) {
  const SignalDeferral deferral;
  auto database = store::SweepDatabase::open_for_writing(file);
  const auto& upgrade = database.upgrade();
  if (upgrade && !quiet) {
    print_message(
        "note",
        fmt::format("'{}' had tables of version {} and has those of version {} now; as it "
                    "was it is kept in '{}'",
                    file.string(), upgrade->from, store::kSchemaVersion, upgrade->copy.string()));
  }
  return database;
}

bool same_file(const std::filesystem::path& out, const std::filesystem::path& database) {
  std::error_code ignored;
  if (std::filesystem::equivalent(out, database, ignored)) return true;
  const std::filesystem::path target = std::filesystem::weakly_canonical(out, ignored);
  const std::string source = std::filesystem::weakly_canonical(database, ignored).string();
  return target == source || target == source + "-wal" || target == source + "-shm";
}

}  // namespace tacet::cli
