/// @file
/// The columns of predictions and patches in the database, each named once.
#pragma once

#include "store/columns.h"
#include "tacet/patch.h"
#include "tacet/predict.h"

namespace tacet::store {

/// A row of `scores`, but for whose it is.
template <RowOf<TokenScore> Row, typename Visit>
void visit_columns(Row& row, Visit&& visit) {
  visit("token_id", row.token.id);
  visit("text", row.token.text);
  visit("logit", row.logit);
  visit("log_prob", row.log_prob);
  visit("prob", row.prob);
  visit("rank", row.rank);
}

/// A row of `top_tokens`, but for whose it is and its rank.
template <RowOf<LikelyToken> Row, typename Visit>
void visit_columns(Row& row, Visit&& visit) {
  visit("token_id", row.token.id);
  visit("text", row.token.text);
  visit("prob", row.prob);
}

/// A row of `patch_cells`, but for whose it is and its place.
template <RowOf<PatchCell> Row, typename Visit>
void visit_columns(Row& row, Visit&& visit) {
  visit("layer", row.layer);
  visit("head", row.head);
  visit("position", row.position);
  visit("logit_diff", row.logit_diff);
  visit("recovered", row.recovered);
  visit("logit_diff_sd", row.logit_diff_sd);
  visit("recovered_sd", row.recovered_sd);
}

}  // namespace tacet::store
