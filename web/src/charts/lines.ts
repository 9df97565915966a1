/** What the charts of several interventions share: their lines, marks and the lines of their cuts. */
import type { PageModel } from "../model";
import type { Theme } from "../theme";
import type { StateAxis } from "./states";

/** What a chart of several interventions shows. */
export interface LinesView {
  prompt: number;
  interventions: readonly number[];
  /** In place of the chart's own title. */
  title?: string;
}

const kSymbols = ["circle", "triangle", "diamond", "rect", "roundRect", "pin"] as const;
const kSize = 7;

/** Mark of the n-th line. */
export function symbolOf(n: number): string {
  return kSymbols[n % kSymbols.length]!;
}

/** Colour of the n-th line. */
export function colourOf(theme: Theme, n: number): string {
  return theme.series[n % theme.series.length]!;
}

const kCross = "path://M0,0L10,10M10,0L0,10";

/** What a test says of a point: `near` is significant, but near the noise floor. */
export type Mark = "significant" | "near" | "none";

/** A point of a line: filled where it is significant, a cross near the noise floor, an outline else. */
export function marked(theme: Theme, value: number | null, mark: Mark, n: number, aside = 0): object {
  const colour = colourOf(theme, n);
  if (mark === "near" && value !== null) {
    return { value, symbol: kCross, symbolOffset: [aside, 0], symbolSize: kSize + 2, itemStyle: { color: "none", borderColor: colour, borderWidth: 2 } };
  }
  const significant = mark === "significant";
  return {
    value,
    symbol: value === null ? "none" : symbolOf(n),
    symbolOffset: [aside, 0],
    symbolSize: significant ? kSize + 1 : kSize - 2,
    itemStyle: { color: significant ? colour : theme.background, borderColor: colour, borderWidth: 1.2 },
  };
}

/** Values of the states at the places of the axis; null at the gap and where `keep` says no. */
export function atPlaces(
  axis: StateAxis,
  values: Float32Array,
  keep: (value: number, state: number) => boolean,
): (number | null)[] {
  const list: (number | null)[] = axis.names.map(() => null);
  for (let state = 0; state < values.length; state++) {
    const value = values[state]!;
    if (isFinite(value) && keep(value, state)) list[axis.place(state)] = value;
  }
  return list;
}

/** How far beside its place the n-th of `count` lines stands where all are set apart, in px. */
export function asideOf(n: number, count: number): number {
  return (n - (count - 1) / 2) * 9;
}

/** Cuts with fewer blocks between them have their names above each other. */
const kNear = 4;

interface Cut {
  layer: number;
  names: string[];
  /** Rows between the plot and the name. */
  level: number;
}

function cutsOf(model: PageModel, view: LinesView): Cut[] {
  const cuts: Cut[] = [];
  const layers = view.interventions.map((i) => model.cut(i)).sort((a, b) => a - b);
  for (const layer of layers) {
    const last = cuts[cuts.length - 1];
    if (last?.layer === layer) continue;
    const names = view.interventions.filter((i) => model.cut(i) === layer).map((i) => model.spec(i));
    cuts.push({ layer, names, level: last !== undefined && layer - last.layer < kNear ? last.level + 1 : 0 });
  }
  return cuts;
}

/** Rows that the names of the cuts take above the plot. */
export function cutRows(model: PageModel, view: LinesView): number {
  return cutsOf(model, view).reduce((rows, cut) => Math.max(rows, cut.level + 1), 0);
}

/** Lines at the cuts of the interventions, named after those that are cut there. */
export function cutLines(model: PageModel, view: LinesView, axis: StateAxis, theme: Theme): object {
  const several = view.interventions.length > 1;
  return {
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color: theme.axis, type: [2, 3], width: 1.2 },
    data: cutsOf(model, view).map((cut) => ({
      xAxis: axis.place(cut.layer),
      label: {
        formatter: several ? `cut ${cut.names.join(", ")}` : "cut",
        position: "end",
        distance: 3 + cut.level * Math.round(theme.fontSize * 1.25),
        color: theme.muted,
        fontSize: theme.fontSize,
        fontFamily: theme.font,
      },
    })),
  };
}

/** A line where the value is zero. */
export function zeroLine(theme: Theme): object {
  return {
    type: "line",
    silent: true,
    symbol: "none",
    data: [],
    tooltip: { show: false },
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      label: { show: false },
      lineStyle: { color: theme.axis, type: "solid", width: 1 },
      data: [{ yAxis: 0 }],
    },
  };
}
