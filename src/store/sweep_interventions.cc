#include "store/sweep_interventions.h"

#include <optional>
#include <string>
#include <vector>

#include "store/json_values.h"
#include "store/sweep_rows.h"

namespace tacet::store {
namespace {

std::string heads_text(const std::vector<Head>& heads) {
  Json names = Json::array();
  for (const Head head : heads) names.push_back(to_string(head));
  return names.dump();
}

}  // namespace

InterventionTable::InterventionTable(Connection& connection)
    : select_(connection, "SELECT id FROM interventions WHERE spec = ?"),
      insert_(connection, insert_sql("interventions", {"spec", "cut_layer", "head", "heads"}) +
                              " RETURNING id") {}

std::int64_t InterventionTable::id_of(const Intervention& intervention) {
  const std::string spec = spec_of(intervention);
  std::optional<std::int64_t> id;
  if (select_.start().put(spec).step()) id = select_.take_int64();
  select_.reset();
  if (id) return *id;
  insert_.start().put(spec).put(std::int64_t{intervention.cut_layer()});
  if (intervention.heads.size() == 1) {
    insert_.put(std::int64_t{intervention.heads.front().head});
  } else {
    insert_.put_null();
  }
  insert_.put(heads_text(intervention.heads)).step();
  id = insert_.take_int64();
  insert_.reset();
  return *id;
}

}  // namespace tacet::store
