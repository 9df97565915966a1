/** Figures of the documents of `predict` and `patch`. */
import { type Compared, comparisonHistograms, comparisonMaps, type ComparisonPart, comparisonParts, comparisonScatter } from "./charts/comparison";
import { visibleText } from "./charts/labels";
import { patchChart, positionLabels } from "./charts/patch";
import { barRows, predictBars, predictMap } from "./charts/predict";
import type { Figure, FigureRequest } from "./figure_request";
import type { PatchPageData, PredictPageData } from "./neighbour_data";
import { PatchModel, type Unit, units } from "./patch_model";
import { PredictModel, type Quantity, quantities } from "./predict_model";
import { darkTheme, lightTheme, type Theme } from "./theme";

export type NeighbourData = PredictPageData | PatchPageData;

const kWidth = 720;
const kMostSide = 1800;

function isOneOf<T extends string>(list: readonly T[], value: string): value is T {
  return (list as readonly string[]).indexOf(value) >= 0;
}

/** What a figure draws before its sizes are settled: its own, and the option for a theme. */
interface Plan {
  width: number;
  height: number;
  option: (theme: Theme) => Figure["option"];
}

/** Height of a map of `rows` blocks. */
function mapHeight(rows: number, scale: number): number {
  return Math.min(kMostSide, 170 * scale + Math.max(240, rows * 22));
}

function predictPlan(model: PredictModel, request: FigureRequest, scale: number, title: { title?: string }): Plan {
  const named = (request.interventions.length > 0 ? request.interventions : model.data.chosen).map((spec) => {
    const found = model.indexOf(spec);
    if (found < 0) throw new Error(`the results hold no ${spec}; choose of those that were silenced`);
    return found;
  });
  const quantity: Quantity = isOneOf(quantities, request.quantity ?? "prob") ? ((request.quantity ?? "prob") as Quantity) : "prob";
  if (!model.has(quantity, 0)) throw new Error("these results have no contrast, so that there is no logit difference");
  if (named.length > 1) throw new Error(`a figure of predict shows the map of all heads or one head, and ${named.length} are named; name one`);
  const only = model.specs.length === 1 ? 0 : null;
  const head = named[0] ?? only;
  if (head === null) {
    return {
      width: kWidth,
      height: mapHeight(model.nLayer, scale),
      option: (theme) => predictMap(model, { variant: 0, quantity, target: 0, chosen: [], ...title }, theme),
    };
  }
  if (request.quantity !== null) throw new Error("a quantity belongs to the map of all heads; of one head the probabilities are shown");
  const i = model.at(0, head);
  const rows = i === null ? 1 : barRows(model, i).length;
  return { width: kWidth, height: (170 + 40 * rows) * scale, option: (theme) => predictBars(model, { variant: 0, head, ...title }, theme) };
}

function comparisonPlan(model: PredictModel, request: FigureRequest, scale: number, title: { title?: string }): Plan {
  const { comparison } = model.data;
  if (comparison === null) throw new Error("these results compare nothing: they were made with one way to silence. The JSON of predict --mode zero,mean or --compare-at all,-1 has a comparison; in a database each of its ways is a run of its own");
  const compared: Compared = {
    data: comparison,
    subject: `${visibleText(model.data.model.id, 60)}, “${visibleText(model.data.prompt, 90)}”`,
    nLayer: model.nLayer,
    nHead: model.nHead,
    ...title,
  };
  const part: ComparisonPart = isOneOf(comparisonParts, request.part ?? "maps") ? ((request.part ?? "maps") as ComparisonPart) : "maps";
  const variants = comparison.variants.map((_, v) => v);
  if (part === "maps") {
    return {
      width: Math.min(kMostSide, 200 + variants.length * Math.max(220, model.nHead * 20)),
      height: mapHeight(model.nLayer, scale),
      option: (theme) => comparisonMaps(compared, variants, theme),
    };
  }
  if (part === "histograms") return { width: kWidth, height: 440, option: (theme) => comparisonHistograms(compared, theme) };
  return { width: 620, height: 600, option: (theme) => comparisonScatter(compared, 0, theme) };
}

function patchPlan(model: PatchModel, request: FigureRequest, scale: number, title: { title?: string }): Plan {
  const block = typeof request.state === "number" ? request.state : null;
  const unit: Unit = isOneOf(units, request.quantity ?? "recovered") ? ((request.quantity ?? "recovered") as Unit) : "recovered";
  const chosen: number[] = [];
  for (const spec of request.interventions.length > 0 ? request.interventions : model.data.chosen) {
    const place = /^L(\d+)H(\d+)$/.exec(spec);
    for (let position = 0; place !== null && position < model.nPosition; position++) chosen.push(model.cellOf(Number(place[1]), Number(place[2]), position));
  }
  const rows = block === null ? model.nLayer : model.nHead;
  const labels = model.data.by === "head" ? [] : positionLabels(model);
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  return {
    width: Math.min(kMostSide, Math.max(kWidth, 200 + labels.length * 26)),
    height: Math.min(kMostSide, mapHeight(rows, scale) + longest * 7 * scale),
    option: (theme) => patchChart(model, { unit, block, chosen, ...title }, theme),
  };
}

/** The figure that is asked for. Throws with a sentence where the data does not have it. */
export function neighbourFigure(data: NeighbourData, request: FigureRequest): Figure {
  const fontSize = request.font_size ?? lightTheme.fontSize;
  const scale = fontSize / lightTheme.fontSize;
  const title = request.title === null ? {} : { title: visibleText(request.title) };
  let plan: Plan;
  if (data.schema === "tacet.page.patch/1") {
    if (request.kind !== "patch") throw new Error(`the results of patch have no figure '${String(request.kind)}'; choose patch`);
    plan = patchPlan(new PatchModel(data), request, scale, title);
  } else if (request.kind === "predict" || request.kind === "comparison") {
    const model = new PredictModel(data);
    plan = request.kind === "predict" ? predictPlan(model, request, scale, title) : comparisonPlan(model, request, scale, title);
  } else {
    throw new Error(`the results of predict have no figure '${String(request.kind)}'; choose of predict, comparison`);
  }
  const width = Math.round(request.width ?? plan.width);
  const height = Math.round(request.height ?? plan.height);
  const theme: Theme = { ...(request.dark ? darkTheme : lightTheme), fontSize, width };
  return { option: plan.option(theme), width, height };
}
