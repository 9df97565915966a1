/** A forest plot: what a head does on each prompt with its interval, and below them what all say. */
import type { EChartsOption } from "echarts";
import type { PageModel } from "../model";
import type { Theme } from "../theme";
import { change, number } from "./format";
import { plain, visibleText } from "./labels";
import { axisLook, bottomRoom, emptyChart, headOf, kMargin } from "./layout";

export interface ForestView {
  intervention: number;
  /** In place of the chart's own title. */
  title?: string;
}

/** A row: a prompt, or a mean over them. */
export interface ForestRow {
  name: string;
  /** The prompt's text; of a mean how it was made. */
  detail: string;
  kind: "prompt" | "mean" | "weighted";
  mean: number | null;
  low: number | null;
  high: number | null;
  /** Where a new prompt is to be expected; of the weighted mean alone. */
  predictionLow: number | null;
  predictionHigh: number | null;
}

const kLongestName = 24;
const kPlain = "mean (t)";
const kWeighted = "mean (REML)";

function nameOf(id: string, text: string, at: number): string {
  return visibleText(`${at + 1} ${id === "" ? text : id}`, kLongestName);
}

/** The rows from the top down: prompts in their order, then the two means. */
export function forestRows(model: PageModel, intervention: number): ForestRow[] {
  const across = model.across(intervention);
  if (across === null) return [];
  const none = { predictionLow: null, predictionHigh: null };
  const rows: ForestRow[] = [];
  model.data.prompts.forEach((prompt, at) => {
    const summary = model.summary(at, intervention);
    if (summary === null || summary.late === null) return;
    const half = summary.lateHalf;
    rows.push({
      name: nameOf(prompt.id, prompt.text, at),
      detail: `“${visibleText(prompt.text, 60)}”`,
      kind: "prompt",
      mean: summary.late,
      low: half === null ? null : summary.late - half,
      high: half === null ? null : summary.late + half,
      ...none,
    });
  });
  rows.push({ name: kPlain, detail: "every prompt alike, Student's interval", kind: "mean", mean: across.mean, low: across.ciLow, high: across.ciHigh, ...none });
  rows.push({
    name: kWeighted,
    detail: "random effects, interval by Hartung and Knapp",
    kind: "weighted",
    mean: across.weightedMean,
    low: across.weightedCiLow,
    high: across.weightedCiHigh,
    predictionLow: across.predictionLow,
    predictionHigh: across.predictionHigh,
  });
  return rows;
}

interface DrawApi {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
}

interface Style {
  colour: string;
  width: number;
}

function line(api: DrawApi, row: number, low: number, high: number, { colour, width }: Style, cap: number, dashed = false): object[] {
  const [x1, y] = api.coord([low, row]);
  const [x2] = api.coord([high, row]);
  const style = { stroke: colour, lineWidth: width, ...(dashed ? { lineDash: [3, 3] } : {}) };
  return [
    { type: "line", shape: { x1, y1: y, x2, y2: y }, style },
    ...[x1, x2].map((x) => ({ type: "line", shape: { x1: x, y1: y - cap, x2: x, y2: y + cap }, style: { ...style, lineDash: undefined } })),
  ];
}

/** A prompt's point and interval; a mean's diamond, which is as wide as its interval. */
function drawn(api: DrawApi, place: number, row: ForestRow, theme: Theme): object[] {
  const parts: object[] = [];
  if (row.mean === null) return parts;
  const colour = row.mean < 0 ? theme.connector : row.mean > 0 ? theme.separator : theme.neutral;
  const half = theme.fontSize * 0.5;
  if (row.predictionLow !== null && row.predictionHigh !== null) {
    parts.push(...line(api, place, row.predictionLow, row.predictionHigh, { colour: theme.axis, width: 1.5 }, half * 0.7, true));
  }
  const [x, y] = api.coord([row.mean, place]);
  if (row.kind === "prompt") {
    if (row.low !== null && row.high !== null) parts.push(...line(api, place, row.low, row.high, { colour, width: 1.5 }, 0));
    parts.push({ type: "rect", shape: { x: x - 4, y: y - 4, width: 8, height: 8 }, style: { fill: colour } });
    return parts;
  }
  const [left] = row.low === null ? [x - half] : api.coord([row.low, place]);
  const [right] = row.high === null ? [x + half] : api.coord([row.high, place]);
  const points = [[left, y], [x, y - half], [right, y], [x, y + half]];
  const fill = row.kind === "weighted" ? colour : theme.background;
  parts.push({ type: "polygon", shape: { points }, style: { fill, stroke: colour, lineWidth: 1.5 } });
  return parts;
}

function interval(low: number | null, high: number | null): string {
  return low === null || high === null ? "no interval" : `${change(low)} to ${change(high)}`;
}

function tooltipOf(row: ForestRow): string {
  const lines = [plain(row.name), plain(row.detail), `late Δ ${change(row.mean)}, ${interval(row.low, row.high)}`];
  if (row.kind === "weighted") lines.push(`a new prompt: ${interval(row.predictionLow, row.predictionHigh)}`);
  return lines.join("\n");
}

function noteOf(model: PageModel, intervention: number): string {
  const { data } = model;
  const across = model.across(intervention)!;
  const level = `${number(100 * (1 - data.test.alpha))} %`;
  const i2 = across.i2 === null ? "" : ` I² ${Math.round(100 * across.i2)} %.`;
  const units = data.across!.n_units === data.prompts.length ? "" : ` Prompts of one group count once: ${data.across!.n_units} groups.`;
  return (
    `${visibleText(data.model.id, 60)}, ${data.prompts.length} prompts; ${level} intervals, within a prompt by the dyadic-robust test.\n` +
    `Diamonds: mean over prompts with its interval, open: plain t; filled: REML, Hartung–Knapp; dashed: where a new prompt is to be expected.${i2}${units}`
  );
}

/** Width of the names in px. */
function nameRoom(theme: Theme, rows: readonly ForestRow[]): number {
  const longest = rows.reduce((most, row) => Math.max(most, row.name.length), 0);
  const room = longest * theme.fontSize * 0.58;
  return Math.round(theme.width > 0 ? Math.min(room, theme.width * 0.38) : room);
}

/** Late Δ of an intervention, prompt by prompt. */
export function forestChart(model: PageModel, view: ForestView, theme: Theme): EChartsOption {
  const spec = model.spec(view.intervention);
  const title = view.title ?? `${spec} across prompts`;
  const rows = forestRows(model, view.intervention);
  if (rows.length === 0) return emptyChart(theme, title, "it needs several prompts with the same heads");
  const { base, top } = headOf(theme, title, noteOf(model, view.intervention), `${title}: late Δ of ${rows.length - 2} prompts, and their means.`);
  const bottom = bottomRoom(theme);
  const room = nameRoom(theme, rows);
  const valueLook = axisLook(theme, "late Δ of cosine similarity", bottom.gap) as { axisLabel: object };
  const nameLook = axisLook(theme, "", 0) as { axisLabel: object };
  const ends = rows.reduce<number[]>((all, row) => all.concat([row.mean, row.low, row.high, row.predictionLow, row.predictionHigh].filter((value): value is number => value !== null && isFinite(value))), [0]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const margin = (high - low) * 0.04 || 1;
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "item",
      formatter: (params: { dataIndex: number }) => {
        const row = rows[params.dataIndex];
        return row === undefined ? "" : tooltipOf(row);
      },
    },
    grid: { left: kMargin + room + 10, right: kMargin + 12, top: top + 4, bottom: bottom.bottom },
    xAxis: {
      ...valueLook,
      type: "value",
      min: low - margin,
      max: high + margin,
      splitNumber: 4,
      splitLine: { show: true, lineStyle: { color: theme.grid, width: 1 } },
      axisLabel: { ...valueLook.axisLabel, formatter: (value: number) => number(value), showMinLabel: false, showMaxLabel: false },
    },
    yAxis: {
      ...nameLook,
      type: "category",
      inverse: true,
      data: rows.map((row) => row.name),
      axisTick: { show: false },
      axisLabel: { ...nameLook.axisLabel, color: theme.text, width: room, overflow: "truncate", interval: 0, hideOverlap: rows.length > 60 },
    },
    series: [
      {
        type: "custom",
        name: "late Δ",
        data: rows.map((row, place) => [row.mean ?? 0, place]),
        encode: { x: 0, y: 1 },
        renderItem: (params: { dataIndex: number }, api: DrawApi) => {
          const row = rows[params.dataIndex]!;
          return { type: "group", children: drawn(api, params.dataIndex, row, theme) };
        },
      },
      {
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
          data: [{ xAxis: 0 }],
        },
      },
    ],
  } as EChartsOption;
}
