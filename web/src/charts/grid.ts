/** A grid of cells in two categories, each with a value as its colour: what several maps share. */
import type { EChartsOption } from "echarts";
import { inkOn, type Theme } from "../theme";
import { hatched, outlines } from "./cells";
import { axisLook, bottomRoom, headOf, kMargin, leftRoom } from "./layout";
import { barRoom, colourBar, type Scale, scaleComponent } from "./scale";

export interface GridCell {
  x: number;
  y: number;
  /** NaN where there is none. */
  value: number;
  /** What the cell stands for; items of the heatmap carry it. */
  key: number;
  /** Written on the cell. */
  mark: string;
  tip: string;
}

export interface GridAxis {
  name: string;
  labels: readonly string[];
}

export interface GridView {
  title: string;
  note: string;
  /** For those who do not see it. */
  spoken: string;
  x: GridAxis;
  y: GridAxis;
  cells: readonly GridCell[];
  scale: Scale;
  /** Of the colours. */
  unit: string;
  /** Keys of outlined cells. */
  outlined: readonly number[];
}

/** `0` to `n - 1`. */
export function countTo(n: number): string[] {
  return Array.from({ length: n }, (_, at) => String(at));
}

function longestOf(labels: readonly string[]): number {
  return labels.reduce((most, label) => Math.max(most, label.length), 0);
}

/** Room for labels and name of an axis; long labels stand upright. */
function roomBelow(theme: Theme, axis: GridAxis): { bottom: number; gap: number; upright: boolean } {
  const longest = longestOf(axis.labels);
  if (longest <= 3) return { ...bottomRoom(theme), upright: false };
  const labels = Math.round(longest * theme.fontSize * 0.62);
  return { bottom: kMargin + labels + Math.round(theme.fontSize * 2.2), gap: labels + 12, upright: true };
}

function roomLeft(theme: Theme, axis: GridAxis): { left: number; gap: number } {
  return leftRoom(theme, Math.max(3, longestOf(axis.labels)));
}

function itemOf(cell: GridCell, scale: Scale, theme: Theme): object {
  const missing = isNaN(cell.value);
  const colour = missing ? theme.background : scale.colour(cell.value);
  return {
    value: [cell.x, cell.y, missing ? 0 : Math.max(scale.low, Math.min(scale.high, cell.value))],
    key: cell.key,
    visualMap: false,
    itemStyle: { color: colour },
    label: { show: cell.mark !== "", formatter: cell.mark, color: missing ? theme.muted : inkOn(colour) },
  };
}

/** Places of the grid that no cell has a value for. */
function blanks(view: GridView): [number, number][] {
  const held: { [place: string]: boolean } = {};
  for (const cell of view.cells) if (!isNaN(cell.value)) held[`${cell.x}.${cell.y}`] = true;
  const list: [number, number][] = [];
  view.y.labels.forEach((_, y) => view.x.labels.forEach((__, x) => !held[`${x}.${y}`] && list.push([x, y])));
  return list;
}

/** The grid as ECharts options, with the bar of its colours. */
export function gridChart(view: GridView, theme: Theme): EChartsOption {
  const { base, top } = headOf(theme, view.title, view.note, view.spoken);
  const below = roomBelow(theme, view.x);
  const beside = roomLeft(theme, view.y);
  const bar = colourBar(theme, view.scale, view.unit, top, below.bottom);
  const known: { [key: number]: GridCell } = {};
  for (const cell of view.cells) known[cell.key] = cell;
  const outlined = view.outlined.map((key) => known[key]).filter((cell): cell is GridCell => cell !== undefined);
  const axis = (one: GridAxis, gap: number, upright: boolean) => {
    const look = axisLook(theme, one.name, gap) as { axisLabel: object };
    return {
      ...look,
      type: "category",
      data: [...one.labels],
      axisLine: { show: false },
      axisTick: { show: false },
      splitArea: { show: false },
      axisLabel: { ...look.axisLabel, ...(upright ? { rotate: 90, color: theme.text } : {}) },
    };
  };
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "item",
      formatter: (params: { data?: { key?: number } }) => known[params.data?.key ?? -1]?.tip ?? "",
    },
    grid: [{ left: beside.left, right: barRoom(theme) + 12, top, bottom: below.bottom }, bar.grid],
    xAxis: [axis(view.x, below.gap, below.upright), bar.xAxis],
    yAxis: [axis(view.y, beside.gap, false), bar.yAxis],
    visualMap: scaleComponent(theme, view.scale),
    series: [
      {
        type: "heatmap",
        name: view.unit,
        data: view.cells.map((cell) => itemOf(cell, view.scale, theme)),
        label: { fontSize: theme.fontSize, fontFamily: theme.font, fontWeight: 700 },
        itemStyle: { borderColor: theme.background, borderWidth: view.x.labels.length > 60 ? 0 : 1 },
        emphasis: { itemStyle: { borderColor: theme.chosen, borderWidth: 1.5 } },
        progressive: 0,
      },
      hatched(theme, blanks(view)),
      outlines(theme, outlined.map((cell) => [cell.x, cell.y] as const)),
      bar.series,
    ],
  } as EChartsOption;
}
