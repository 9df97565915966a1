#include "store/sweep_checks.h"

#include <string_view>
#include <utility>

namespace tacet::store {

CheckTable::CheckTable(Connection& connection)
    : connection_(connection),
      upsert_(connection,
              "INSERT INTO checks (run_id, name, outcome, details) VALUES (?, ?, ?, ?) ON CONFLICT "
              "(run_id, name) DO UPDATE SET outcome = excluded.outcome, details = "
              "excluded.details"),
      select_(connection,
              "SELECT name, outcome, coalesce(details, '') FROM checks WHERE run_id = ? ORDER BY "
              "id") {}

void CheckTable::write(std::int64_t run, std::span<const StoredCheck> checks) {
  Transaction transaction(connection_);
  for (const StoredCheck& check : checks) {
    upsert_.start()
        .put(run)
        .put(std::string_view(check.name))
        .put(std::string_view(check.outcome))
        .put(std::string_view(check.details))
        .run();
  }
  transaction.commit();
}

std::vector<StoredCheck> CheckTable::all(std::int64_t run) {
  std::vector<StoredCheck> checks;
  select_.start().put(run);
  while (select_.step()) {
    StoredCheck check;
    check.name = select_.take_text();
    check.outcome = select_.take_text();
    check.details = select_.take_text();
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace tacet::store
