/** How the change of silenced heads travels from block to block. */
import type { EChartsOption } from "echarts";
import { type Cells, isSignificant, kCoupling, type PageModel } from "../model";
import type { Theme } from "../theme";
import { bandSeries, type Interval } from "./bands";
import { blockCorrection, change, number, pValue, testName } from "./format";
import { plain, visibleText } from "./labels";
import { axisLook, bottomRoom, emptyChart, headOf, kMargin, leftRoom, legendOf } from "./layout";
import { asideOf, atPlaces, colourOf, cutLines, cutRows, type LinesView, type Mark, marked, symbolOf, zeroLine } from "./lines";
import { isNearNoise } from "./noise";
import { type StateAxis, stateAxis, stateAxisOption } from "./states";

export type RippleView = LinesView;

/** An intervention that is drawn, with its place among the lines. */
interface Line {
  i: number;
  n: number;
  name: string;
  cut: number;
  cells: Cells;
}

function linesOf(model: PageModel, view: LinesView): Line[] {
  const lines: Line[] = [];
  for (const i of view.interventions) {
    const cells = model.cells(view.prompt, i);
    if (cells !== null) lines.push({ i, n: lines.length, name: model.spec(i), cut: model.cut(i), cells });
  }
  return lines;
}

function effectWord(cells: Cells, state: number): string {
  if (!isSignificant(cells, state)) return "";
  const word = cells.code[state] === kCoupling ? ", coupling" : ", decoupling";
  return isNearNoise(cells, state) ? `${word}, but near the noise floor ${number(cells.noise![state])}` : word;
}

function markOf(cells: Cells, state: number): Mark {
  if (isNearNoise(cells, state)) return "near";
  return isSignificant(cells, state) ? "significant" : "none";
}

function sentence(model: PageModel, prompt: number): string {
  return `${visibleText(model.data.model.id, 60)}, “${visibleText(model.prompt(prompt).text, 90)}”`;
}

function specs(lines: readonly Line[]): string {
  return lines.map((line) => line.name).join(", ");
}

/** Where the plot begins: below legend and names of the cuts. */
function plotTop(model: PageModel, view: LinesView, theme: Theme, top: number): number {
  return top + 6 + cutRows(model, view) * Math.round(theme.fontSize * 1.25);
}

type AxisParams = { dataIndex: number }[] | { dataIndex: number };

function placeOf(params: AxisParams): number {
  const first = Array.isArray(params) ? params[0] : params;
  return first === undefined ? -1 : first.dataIndex;
}

/** The tooltip of a place: what each line says there. */
function tooltip(base: EChartsOption, axis: StateAxis, lines: readonly Line[], say: (line: Line, state: number) => string): object {
  return {
    ...(base.tooltip as object),
    trigger: "axis",
    axisPointer: { type: "line" },
    formatter: (params: AxisParams) => {
      const place = placeOf(params);
      const full = axis.full(place);
      if (full === "") return "";
      const state = full === "ln_f" ? lines[0]!.cells.nBlocks : place;
      return [full, ...lines.map((line) => plain(`${line.name}: `) + say(line, state))].join("\n");
    },
  };
}

function intervalsOf(axis: StateAxis, line: Line): Interval[] {
  const list: Interval[] = [];
  for (let state = line.cut; state < line.cells.mean.length; state++) {
    const mean = line.cells.mean[state]!;
    const half = line.cells.ciHalf[state]!;
    list.push({ place: axis.place(state), low: mean - half, high: mean + half });
  }
  return list;
}

function rippleSeries(line: Line, count: number, axis: StateAxis, theme: Theme): object[] {
  const { cells, n, name } = line;
  const colour = colourOf(theme, n);
  const values = atPlaces(axis, cells.mean, () => true);
  const states = axis.names.map((_, place) => (place > cells.nBlocks ? cells.nBlocks : place));
  const aside = asideOf(n, count);
  // The line first: the legend shows the first series of a name.
  const series: object[] = [
    {
      type: "line",
      name,
      z: 4,
      symbol: symbolOf(n),
      showAllSymbol: true,
      lineStyle: { color: colour, width: 2 },
      itemStyle: { color: colour },
      data: values.map((value, place) => {
        const state = states[place]!;
        const unreached = state < line.cut;
        if (unreached) return { value, symbol: "none" };
        return marked(theme, value, markOf(cells, state), n, place > cells.nBlocks ? aside : 0);
      }),
    },
    bandSeries(name, colour, 0.16, intervalsOf(axis, line), aside),
  ];
  if (cells.direct !== null) {
    series.push({
      type: "line",
      name,
      z: 3,
      symbol: "none",
      lineStyle: { color: colour, width: 1.5, type: [6, 4] },
      itemStyle: { color: colour },
      // A line needs two points: ln_f, which stands alone, gets a dash.
      data: atPlaces(axis, cells.direct, (_, state) => state >= line.cut).map((value, place) =>
        value === null || place < cells.nBlocks
          ? value
          : { value, symbol: "rect", symbolSize: [12, 1.5], symbolOffset: [aside, 0] },
      ),
    });
  }
  return series;
}

/** Mean Δ per block with its confidence band, the direct part, and the cut. */
export function rippleChart(model: PageModel, view: RippleView, theme: Theme): EChartsOption {
  const lines = linesOf(model, view);
  const title = view.title ?? (lines.length === 1 ? `Ripple of ${lines[0]!.name}` : "Ripples");
  if (lines.length === 0) return emptyChart(theme, title, "no silenced head is chosen");
  const { test } = model.data;
  const direct = lines.some((line) => line.cells.direct !== null) ? " Dashed: the direct part." : "";
  const correction = blockCorrection(test);
  const corrected = `${testName(test.name)}, ${correction === "" ? "p" : `${correction}: p adj.`} < ${test.alpha}`;
  const noise = lines.some((line) => line.cells.noise !== null) ? " Crosses: significant, but below ten times the noise floor." : "";
  const note =
    `${sentence(model, view.prompt)}\nLine: mean Δ of ${model.prompt(view.prompt).n_pairs} pairs; band: ` +
    `${number(100 * (1 - test.alpha))} % interval. Filled marks: significant (${corrected}).${noise}${direct}`;
  const { base, top } = headOf(theme, title, note, `Mean change of similarity per block of ${specs(lines)}.`);
  const legend = legendOf(theme, top, lines.map((line) => line.name));
  const finalNorm = lines.some((line) => line.cells.hasFinalNorm);
  const axis = stateAxis(model.nLayer, false, finalNorm);
  const { left, gap } = leftRoom(theme);
  const series = lines.reduce<object[]>((all, line) => all.concat(rippleSeries(line, lines.length, axis, theme)), []);
  return {
    ...base,
    legend: { ...legend.legend, show: lines.length > 1 },
    tooltip: tooltip(base, axis, lines, (line, state) => {
      const { cells } = line;
      if (state < line.cut) return "unchanged (below the cut)";
      const part = cells.direct === null ? "" : `, direct ${change(cells.direct[state])}`;
      const half = isNaN(cells.ciHalf[state]!) ? "" : ` ± ${number(cells.ciHalf[state])}`;
      const p = state === cells.nBlocks || test.correction === "none" ? "p" : "p adj.";
      return `Δ ${change(cells.mean[state])}${half}, ${p} ${pValue(cells.log10p[state])}${effectWord(cells, state)}${part}`;
    }),
    grid: {
      left,
      right: kMargin + 8,
      top: plotTop(model, view, theme, top + (lines.length > 1 ? legend.height : 0)),
      bottom: bottomRoom(theme).bottom,
    },
    xAxis: stateAxisOption(axis, model.nLayer, theme),
    yAxis: valueAxis(theme, "mean Δ of cosine similarity", gap),
    series: [...series, zeroLine(theme), { type: "line", data: [], markLine: cutLines(model, view, axis, theme) }],
  } as EChartsOption;
}

/** A value axis on the left with a faint grid. */
export function valueAxis(theme: Theme, name: string, gap: number): object {
  const look = axisLook(theme, name, gap) as { axisLabel: object };
  return {
    ...look,
    type: "value",
    splitLine: { show: true, lineStyle: { color: theme.grid, width: 1 } },
    axisLabel: { ...look.axisLabel, formatter: (value: number) => number(value) },
  };
}

const kLogSteps = [1, 2, 5];

/** 1, 2, 5, 10 ... around the values; only tens where they span many. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log(low) / Math.LN10 + 1e-9);
  const last = Math.ceil(Math.log(high) / Math.LN10 - 1e-9);
  const steps = last - first > 3 ? [1] : kLogSteps;
  const all: number[] = [];
  for (let power = first; power <= last; power++) {
    for (const step of steps) all.push(Number((step * Math.pow(10, power)).toPrecision(6)));
  }
  const from = all.filter((tick) => tick <= low * (1 + 1e-9)).pop() ?? all[0]!;
  const to = all.filter((tick) => tick >= high * (1 - 1e-9))[0] ?? all[all.length - 1]!;
  return all.filter((tick) => tick >= from && tick <= to);
}

function logAxis(theme: Theme, gap: number, lines: readonly Line[]): object {
  let low = Infinity;
  let high = 0;
  for (const line of lines) {
    line.cells.perturbation!.forEach((value) => {
      if (!(value > 0)) return;
      low = Math.min(low, value);
      high = Math.max(high, value);
    });
  }
  const ticks = logTicks(low, high);
  const look = valueAxis(theme, "perturbation, relative", gap) as {
    axisTick: object;
    axisLabel: object;
    splitLine: object;
  };
  return {
    ...look,
    type: "log",
    // A little more than the ticks: their logarithms are rounded.
    min: ticks[0]! * 0.999,
    max: ticks[ticks.length - 1]! * 1.001,
    axisTick: { ...look.axisTick, customValues: ticks },
    axisLabel: { ...look.axisLabel, customValues: ticks },
    splitLine: { ...look.splitLine, customValues: ticks },
  };
}

/** Size of the change per block, relative to the stream, on a logarithmic axis. */
export function perturbationChart(model: PageModel, view: RippleView, theme: Theme): EChartsOption {
  const lines = linesOf(model, view).filter((line) => line.cells.perturbation !== null);
  const title = view.title ?? (lines.length === 1 ? `Perturbation by ${lines[0]!.name}` : "Perturbations");
  const moved = lines.filter((line) => (line.cells.perturbation ?? new Float32Array(0)).some((value) => value > 0));
  if (moved.length === 0) {
    return emptyChart(theme, title, lines.length === 0 ? "the perturbations were left out" : "nothing was changed");
  }
  const note = `${sentence(model, view.prompt)}\nMedian over the tokens of ‖silenced − clean‖ / ‖clean‖.`;
  const { base, top } = headOf(theme, title, note, `Perturbation per block of ${specs(lines)}.`);
  const legend = legendOf(theme, top, lines.map((line) => line.name));
  const axis = stateAxis(model.nLayer, false, lines.some((line) => line.cells.hasFinalNorm));
  const { left, gap } = leftRoom(theme);
  return {
    ...base,
    legend: { ...legend.legend, show: lines.length > 1 },
    tooltip: tooltip(base, axis, lines, (line, state) =>
      state < line.cut ? "unchanged (below the cut)" : number(line.cells.perturbation![state]),
    ),
    grid: {
      left,
      right: kMargin + 8,
      top: plotTop(model, view, theme, top + (lines.length > 1 ? legend.height : 0)),
      bottom: bottomRoom(theme).bottom,
    },
    xAxis: stateAxisOption(axis, model.nLayer, theme),
    yAxis: logAxis(theme, gap, moved),
    series: [
      ...lines.map((line) => ({
        type: "line",
        name: line.name,
        symbol: symbolOf(line.n),
        symbolSize: 6,
        showAllSymbol: true,
        lineStyle: { color: colourOf(theme, line.n), width: 2 },
        itemStyle: { color: colourOf(theme, line.n) },
        data: atPlaces(axis, line.cells.perturbation!, (value) => value > 0),
      })),
      { type: "line", data: [], markLine: cutLines(model, view, axis, theme) },
    ],
  } as EChartsOption;
}
