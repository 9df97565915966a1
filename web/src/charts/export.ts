/** The data of a chart as CSV (RFC 4180), under the names that the database has. */
import { type Cells, kCoupling, kDecoupling, kUnchanged, type PageModel } from "../model";
import { type ForestView, forestRows } from "./forest";
import { families, type FamiliesView, familyCounts } from "./families";
import type { LinesView } from "./lines";
import { mapCells, type MapView } from "./map";
import { isNearNoise } from "./noise";
import { matricesOf, pairIndex, type PairsView } from "./pairs";
import { silencedMeans, type TrajectoryView } from "./trajectory";

/** What each kind of chart shows. */
export interface ChartViews {
  map: MapView;
  ripple: LinesView;
  perturbation: LinesView;
  trajectory: TrajectoryView;
  pairs: PairsView;
  families: FamiliesView;
  geometry: LinesView;
  forest: ForestView;
  followed: LinesView;
}
export type ChartKind = keyof ChartViews;

export type Field = string | number | null | undefined;

function field(value: Field): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return /[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
  if (isNaN(value)) return "";
  if (!isFinite(value)) return value > 0 ? "inf" : "-inf";
  // float32 has nine digits at most.
  return String(Number(value.toPrecision(9)));
}

/** Rows under a header, as RFC 4180 says. */
export function csvOf(header: readonly string[], rows: readonly (readonly Field[])[]): string {
  return [header, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function effectOf(cells: Cells, state: number): string {
  switch (cells.code[state]) {
    case kCoupling:
      return "coupling";
    case kDecoupling:
      return "decoupling";
    case kUnchanged:
      return "unchanged";
    default:
      return "none";
  }
}

function mapCsv(model: PageModel, view: MapView): string {
  const header = ["spec", "layer", "head", "late_delta", "immediate_delta", "extreme_delta", "extreme_layer", "t", "cohen_dz", "onset", "log10_p_adjusted", "role"];
  const rows = mapCells(model, view).map(({ intervention, layer, head, summary: one }) => [
    model.spec(intervention), layer, head, one.late, one.immediate, one.extreme, one.extremeLayer, one.t, one.dz, one.onset, one.log10p, one.role,
  ]);
  return csvOf(header, rows);
}

function statesCsv(model: PageModel, view: LinesView): string {
  const header = ["spec", "layer", "mean_delta", "ci_low", "ci_high", "log10_p_adjusted", "effect", "direct_mean_delta", "perturbation", "t", "cohen_dz", "cka", "rank_correlation", "noise_floor", "near_noise"];
  const rows: Field[][] = [];
  for (const i of view.interventions) {
    const cells = model.cells(view.prompt, i);
    if (cells === null) continue;
    for (let state = 0; state < cells.mean.length; state++) {
      const mean = cells.mean[state]!;
      const half = cells.ciHalf[state]!;
      rows.push([
        model.spec(i), state === cells.nBlocks ? "ln_f" : state, mean, mean - half, mean + half, cells.log10p[state],
        effectOf(cells, state), cells.direct?.[state], cells.perturbation?.[state], cells.t?.[state], cells.dz?.[state],
        cells.cka?.[state], cells.rankCorrelation?.[state], cells.noise?.[state], cells.noise === null ? null : Number(isNearNoise(cells, state)),
      ]);
    }
  }
  return csvOf(header, rows);
}

function trajectoryCsv(model: PageModel, view: TrajectoryView): string {
  const silenced: { [state: number]: number } = {};
  if (view.intervention !== null) {
    for (const one of silencedMeans(model, view.prompt, view.intervention)) silenced[one.state] = one.mean;
  }
  const rows = (model.trajectory(view.prompt) ?? []).map((point) => {
    const state = point.state === "ln_f" ? model.nLayer : point.state === "embedding" ? -1 : point.state;
    const same = view.intervention === null ? null : point.mean;
    return [String(point.state), point.mean, point.q25, point.median, point.q75, silenced[state] ?? same];
  });
  return csvOf(["state", "mean", "q25", "median", "q75", "mean_silenced"], rows);
}

function pairsCsv(model: PageModel, view: PairsView): string {
  const matrices = matricesOf(model, view);
  const { tokens } = model.prompt(view.prompt);
  const rows: Field[][] = [];
  for (let i = 0; matrices !== null && i < tokens.length; i++) {
    for (let j = i + 1; j < tokens.length; j++) {
      const at = pairIndex(i, j, tokens.length);
      const clean = matrices.clean[at]!;
      const silenced = matrices.silenced?.[at];
      rows.push([i, j, tokens[i]!.text, tokens[j]!.text, clean, silenced, silenced === undefined ? null : silenced - clean]);
    }
  }
  return csvOf(["i", "j", "token_i", "token_j", "clean", "silenced", "delta"], rows);
}

function familiesCsv(model: PageModel, view: FamiliesView): string {
  const rows = familyCounts(model, view.prompt).map((count, layer) => [layer, ...families.map((family) => count[family])]);
  return csvOf(["layer", ...families], rows);
}

function forestCsv(model: PageModel, view: ForestView): string {
  const rows = forestRows(model, view.intervention).map((row) => [
    model.spec(view.intervention), row.kind, row.name, row.mean, row.low, row.high, row.predictionLow, row.predictionHigh,
  ]);
  return csvOf(["spec", "kind", "name", "late_delta", "ci_low", "ci_high", "prediction_low", "prediction_high"], rows);
}

function followedCsv(model: PageModel, view: LinesView): string {
  const rows: Field[][] = [];
  for (const i of view.interventions) {
    for (const { pair, positions, clean, silenced } of model.followed(view.prompt, i) ?? []) {
      for (let state = 0; state < clean.length; state++) {
        rows.push([model.spec(i), pair, positions[0], positions[1], state === model.nLayer ? "ln_f" : state, clean[state], silenced[state], silenced[state]! - clean[state]!]);
      }
    }
  }
  return csvOf(["spec", "pair", "position_a", "position_b", "layer", "clean", "silenced", "delta"], rows);
}

/** The numbers that a chart shows. */
export function chartCsv<Kind extends ChartKind>(kind: Kind, model: PageModel, view: ChartViews[Kind]): string {
  switch (kind) {
    case "map":
      return mapCsv(model, view as MapView);
    case "ripple":
    case "perturbation":
    case "geometry":
      return statesCsv(model, view as LinesView);
    case "trajectory":
      return trajectoryCsv(model, view as TrajectoryView);
    case "forest":
      return forestCsv(model, view as ForestView);
    case "followed":
      return followedCsv(model, view as LinesView);
    case "pairs":
      return pairsCsv(model, view as PairsView);
    default:
      return familiesCsv(model, view as FamiliesView);
  }
}
