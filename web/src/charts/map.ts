/** The map: one cell for each head that was silenced by itself, block above block. */
import type { EChartsOption } from "echarts";
import type { HeadSummary, PageModel, PromptChoice } from "../model";
import { inkOn, type Theme } from "../theme";
import { hatched, outlines } from "./cells";
import { change, correctionName, number, pValue, stateName, testName } from "./format";
import { plain, visibleText } from "./labels";
import { hasNoiseFloor, type NearNoise, nearNoise } from "./noise";
import { axisLook, bottomRoom, emptyChart, headOf, leftRoom } from "./layout";
import { barRoom, colourBar, divergingScale, type Scale, scaleComponent, sequentialScale } from "./scale";

export const metrics = ["late", "immediate", "extreme", "t", "cohen_dz", "onset"] as const;
export type Metric = (typeof metrics)[number];

export interface MapView {
  prompt: PromptChoice;
  metric: Metric;
  /** Interventions that are outlined. */
  chosen: readonly number[];
  /** In place of the chart's own title. */
  title?: string;
}

export interface MetricText {
  title: string;
  unit: string;
  says: string;
}

export const metricTexts: { readonly [metric in Metric]: MetricText } = {
  late: {
    title: "Late effect of every head",
    unit: "late Δ (cosine)",
    says: "mean Δ over the last fifth of the blocks",
  },
  immediate: {
    title: "Immediate effect of every head",
    unit: "immediate Δ (cosine)",
    says: "mean Δ in the head's own block",
  },
  extreme: {
    title: "Largest effect of every head",
    unit: "extreme Δ (cosine)",
    says: "the mean Δ of largest size in any block",
  },
  t: {
    title: "t of every head's largest effect",
    unit: "t",
    says: "t in the block where mean Δ is farthest from 0",
  },
  cohen_dz: {
    title: "Effect size of every head's largest effect",
    unit: "d_z",
    says: "mean Δ over its standard deviation, in the block where it is farthest from 0",
  },
  onset: {
    title: "Onset of every head's effect",
    unit: "onset (block)",
    says: "first block with a significant change",
  },
};

/** The metric's value of a head; null where it does not exist. */
export function metricValue(summary: HeadSummary, metric: Metric): number | null {
  return metric === "cohen_dz" ? summary.dz : summary[metric];
}

/** Whether a metric is of the block where the mean Δ is farthest from 0. */
function isOfExtreme(metric: Metric): boolean {
  return metric === "extreme" || metric === "t" || metric === "cohen_dz";
}

/** Sign of what is significant in a metric's own block: 1, -1, or 0 for nothing. */
export function metricSign(summary: HeadSummary, metric: Metric): number {
  const signOf = (value: number | null) => (value === null || value === 0 ? 0 : value > 0 ? 1 : -1);
  if (metric === "immediate") return summary.immediateEffect ? signOf(summary.immediate) : 0;
  if (isOfExtreme(metric)) return summary.extremeEffect ? signOf(summary.extreme) : 0;
  return summary.role === "separator" ? 1 : summary.role === "connector" ? -1 : 0;
}

/** Whether what is significant in a metric's own block is near the noise floor. */
function isNear(near: NearNoise, metric: Metric): boolean {
  if (metric === "immediate") return near.immediate;
  return isOfExtreme(metric) ? near.extreme : near.late;
}

const kPlus = "+";
const kMinus = "−";
const kNothing = "·";

interface Cell {
  intervention: number;
  layer: number;
  head: number;
  summary: HeadSummary;
  value: number | null;
  near: NearNoise;
}

/** The single heads of a prompt. */
export function mapCells(model: PageModel, view: Pick<MapView, "prompt" | "metric">): Cell[] {
  const cells: Cell[] = [];
  model.data.interventions.forEach((_, intervention) => {
    const place = model.headOf(intervention);
    const summary = place === null ? null : model.summary(view.prompt, intervention);
    if (place === null || summary === null) return;
    cells.push({ intervention, ...place, summary, value: metricValue(summary, view.metric), near: nearNoise(model, view.prompt, intervention) });
  });
  return cells;
}

function scaleOf(model: PageModel, view: MapView, cells: Cell[], theme: Theme): Scale {
  if (view.metric === "onset") return sequentialScale(theme, 0, Math.max(1, model.nLayer - 1), Math.max(1, Math.round((model.nLayer - 1) / 4)), true);
  const values = cells.map((cell) => cell.value).filter((value): value is number => value !== null);
  return divergingScale(theme, values);
}

/** What a metric's signs say. */
function signNote(view: MapView): string {
  if (view.metric === "immediate") return "+ couples, − decouples significantly in the head's own block";
  if (isOfExtreme(view.metric)) return "+ couples, − decouples significantly in that block";
  return "+ separator (silenced, tokens grow alike), − connector (they grow apart): significant in a late block";
}

function promptNote(model: PageModel, prompt: PromptChoice): string {
  if (prompt === "all" && model.data.prompts.length > 1) return `mean over ${model.data.prompts.length} prompts`;
  return `“${visibleText(model.prompt(prompt === "all" ? 0 : prompt).text, 90)}”`;
}

function noteOf(model: PageModel, view: MapView): string {
  const { test } = model.data;
  const outlined = view.chosen.map((i) => model.spec(i)).filter((spec) => spec !== "");
  return [
    `${visibleText(model.data.model.id, 60)}, ${promptNote(model, view.prompt)}`,
    `Colour: ${metricTexts[view.metric].says}. ${signNote(view)} ` +
      `(${testName(test.name)}, ${correctionName(test.sweep_correction)} over ${test.sweep_family_size} cells, α = ${test.alpha}).` +
      (hasNoiseFloor(model) ? " In brackets: below ten times the noise floor." : "") +
      (outlined.length > 0 ? ` Outlined: ${outlined.join(", ")}.` : ""),
  ].join("\n");
}

function tooltipOf(model: PageModel, cell: Cell, metric: Metric): string {
  const { unit } = metricTexts[metric];
  const { summary } = cell;
  const role = summary.role === "none" ? "no significant late effect" : summary.role;
  const lines = [
    `${plain(model.spec(cell.intervention))}: ${role}`,
    stateName(cell.layer, model.nLayer),
    `late Δ ${change(summary.late)}, p adj. ${pValue(summary.log10p)}`,
    `immediate Δ ${change(summary.immediate)}${summary.immediateEffect ? " *" : ""}`,
    `extreme Δ ${change(summary.extreme)}${summary.extremeEffect ? " *" : ""} in block ${number(summary.extremeLayer)}`,
    `there t ${change(summary.t)}, d_z ${change(summary.dz)}`,
    `onset ${summary.onset === null ? "none" : `block ${number(summary.onset)}`}`,
  ];
  if (isNear(cell.near, metric)) lines.push("significant, but below ten times the noise floor");
  if (summary.nSignificant !== null) {
    lines.push(`significant in ${summary.nSignificant} of ${model.data.prompts.length} prompts`);
  }
  return cell.value === null ? [...lines, `${unit}: none`].join("\n") : lines.join("\n");
}

function itemOf(cell: Cell, view: MapView, scale: Scale, theme: Theme): object {
  const value = cell.value;
  const colour = value === null ? theme.background : scale.colour(value);
  const sign = metricSign(cell.summary, view.metric);
  const plainMark = value === null ? kNothing : sign > 0 ? kPlus : sign < 0 ? kMinus : "";
  const mark = sign !== 0 && value !== null && isNear(cell.near, view.metric) ? `(${plainMark})` : plainMark;
  return {
    // Colours and axes need a number; infinities are at the scale's end.
    value: [cell.head, cell.layer, value === null ? 0 : Math.max(scale.low, Math.min(scale.high, value))],
    intervention: cell.intervention,
    visualMap: false,
    itemStyle: { color: colour },
    label: { show: mark !== "", formatter: mark, color: value === null ? theme.muted : inkOn(colour) },
  };
}

function notSwept(model: PageModel, cells: Cell[]): [number, number][] {
  const swept: { [place: string]: boolean } = {};
  for (const cell of cells) swept[`${cell.layer}.${cell.head}`] = true;
  const blank: [number, number][] = [];
  for (let layer = 0; layer < model.nLayer; layer++) {
    for (let head = 0; head < model.nHead; head++) {
      if (!swept[`${layer}.${head}`]) blank.push([head, layer]);
    }
  }
  return blank;
}

function countTo(n: number): string[] {
  return Array.from({ length: n }, (_, at) => String(at));
}

/** The map as ECharts options; items of the heatmap carry `intervention`. */
export function mapChart(model: PageModel, view: MapView, theme: Theme): EChartsOption {
  const text = metricTexts[view.metric];
  const title = view.title ?? text.title;
  const cells = mapCells(model, view);
  if (cells.length === 0) return emptyChart(theme, title, "no single head was silenced");
  const scale = scaleOf(model, view, cells, theme);
  const { base, top } = headOf(theme, title, noteOf(model, view), `${title}: ${cells.length} heads, ${text.says}.`);
  const { left, gap } = leftRoom(theme, 3);
  const bottom = bottomRoom(theme);
  const bar = colourBar(theme, scale, text.unit, top, bottom.bottom);
  const known: { [intervention: number]: Cell } = {};
  for (const cell of cells) known[cell.intervention] = cell;
  const chosen = view.chosen.filter((i) => known[i] !== undefined);
  const category = { type: "category", axisLine: { show: false }, splitArea: { show: false }, axisTick: { show: false } };
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "item",
      formatter: (params: { data?: { intervention?: number } }) => {
        const cell = known[params.data?.intervention ?? -1];
        return cell === undefined ? "" : tooltipOf(model, cell, view.metric);
      },
    },
    grid: [{ left, right: barRoom(theme) + 12, top, bottom: bottom.bottom }, bar.grid],
    xAxis: [{ ...axisLook(theme, "head", bottom.gap), ...category, data: countTo(model.nHead) }, bar.xAxis],
    yAxis: [{ ...axisLook(theme, "block", gap), ...category, data: countTo(model.nLayer) }, bar.yAxis],
    visualMap: scaleComponent(theme, scale),
    series: [
      {
        type: "heatmap",
        name: text.unit,
        data: cells.map((cell) => itemOf(cell, view, scale, theme)),
        label: { fontSize: theme.fontSize, fontFamily: theme.font, fontWeight: 700 },
        itemStyle: { borderColor: theme.background, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: theme.chosen, borderWidth: 1.5 } },
        progressive: 0,
      },
      hatched(theme, notSwept(model, cells)),
      outlines(theme, chosen.map((i) => [known[i]!.head, known[i]!.layer] as const)),
      bar.series,
    ],
  } as EChartsOption;
}
