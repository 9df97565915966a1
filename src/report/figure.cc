#include "report/figure.h"

#include <utility>

#include "report/figure_script.h"
#include "store/json_values.h"

namespace tacet::report {
namespace {

using store::Json;

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json state_json(const FigureRequest& request) {
  if (request.final_norm) return "ln_f";
  return or_null(request.block);
}

/// The request as web/src/figure_request.ts takes it.
std::string request_json(const FigureRequest& request) {
  Json specs = Json::array();
  for (const std::string& spec : request.specs) specs.push_back(store::json_text(spec));
  return store::ObjectBuilder("request")
      .text("kind", to_string(request.kind))
      .value("prompt", request.prompt)
      .value("interventions", std::move(specs))
      .text("metric", to_string(request.metric))
      .value("state", state_json(request))
      .value("show", request.show ? Json(to_string(*request.show)) : Json())
      .value("quantity", request.quantity ? Json(to_string(*request.quantity)) : Json())
      .value("part", request.part ? Json(to_string(*request.part)) : Json())
      .value("width", or_null(request.width))
      .value("height", or_null(request.height))
      .value("font_size", or_null(request.font_size))
      .value("dark", request.dark)
      .value("title", request.title ? store::json_text(*request.title) : Json())
      .take()
      .dump();
}

}  // namespace

std::string_view to_string(FigureKind kind) {
  switch (kind) {
    case FigureKind::map:
      return "map";
    case FigureKind::ripple:
      return "ripple";
    case FigureKind::perturbation:
      return "perturbation";
    case FigureKind::trajectory:
      return "trajectory";
    case FigureKind::pairs:
      return "pairs";
    case FigureKind::families:
      return "families";
    case FigureKind::forest:
      return "forest";
    case FigureKind::followed:
      return "followed";
    case FigureKind::predict:
      return "predict";
    case FigureKind::comparison:
      return "comparison";
    case FigureKind::patch:
      return "patch";
  }
  return "";
}

std::string_view to_string(Quantity quantity) {
  switch (quantity) {
    case Quantity::prob:
      return "prob";
    case Quantity::log_prob:
      return "log_prob";
    case Quantity::logit_diff:
      return "logit_diff";
    case Quantity::kl:
      return "kl";
    case Quantity::rank:
      return "rank";
    case Quantity::recovered:
      return "recovered";
  }
  return "";
}

std::string_view to_string(ComparisonPart part) {
  switch (part) {
    case ComparisonPart::maps:
      return "maps";
    case ComparisonPart::histograms:
      return "histograms";
    case ComparisonPart::scatter:
      return "scatter";
  }
  return "";
}

std::string_view to_string(PairsShow show) {
  switch (show) {
    case PairsShow::clean:
      return "clean";
    case PairsShow::silenced:
      return "silenced";
    case PairsShow::delta:
      return "delta";
  }
  return "";
}

std::string render_svg(std::string_view page_data, const FigureRequest& request) {
  return run_figure_script(page_data, request_json(request));
}

}  // namespace tacet::report
