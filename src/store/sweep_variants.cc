#include "store/sweep_variants.h"

#include <cstddef>
#include <utility>

#include "store/comparison_json.h"
#include "store/csv.h"
#include "store/json_values.h"

namespace tacet::store {

std::string sweep_json(const SweepVariants& variants) {
  Json json = Json::object();
  Json list = Json::array();
  for (std::size_t i = 0; i < variants.listings.size(); ++i) {
    Json own = {{"name", json_text(variants.comparison.variants[i].name)}};
    const Json document = sweep_document(variants.listings[i]);
    for (const auto& [key, value] : document.items()) {
      // What all of them share stands once, above.
      const bool is_shared = key == "schema" || key == "version" || key == "model";
      (is_shared ? json : own)[key] = value;
    }
    list.push_back(std::move(own));
  }
  json["variants"] = std::move(list);
  json["comparison"] = comparison_json(variants.comparison);
  return document(json);
}

std::string sweep_csv(const SweepVariants& variants) {
  std::vector<Json> rows;
  Json columns;
  for (std::size_t i = 0; i < variants.listings.size(); ++i) {
    const Json variant = {{"variant", json_text(variants.comparison.variants[i].name)}};
    const auto in_variant = [&variant](const Json& row) {
      Json out = variant;
      out.update(row);
      return out;
    };
    const SweepRows own = sweep_rows(variants.listings[i]);
    for (const Json& row : own.rows) rows.push_back(in_variant(row));
    if (i == 0) columns = in_variant(own.columns);
  }
  return csv_table(columns, rows);
}

}  // namespace tacet::store
