/** Ways to silence the same heads, side by side: maps, histograms of common bins, head against head. */
import type { EChartsOption } from "echarts";
import { type ComparisonData, real, type VariantPair } from "../neighbour_data";
import { placeOfHead } from "../predict_model";
import type { Theme } from "../theme";
import { change, number } from "./format";
import { countTo } from "./grid";
import { plain, visibleText } from "./labels";
import { axisLook, bottomRoom, emptyChart, headOf, kMargin, leftRoom, legendOf } from "./layout";
import { colourOf, symbolOf } from "./lines";
import { barRoom, colourBar, divergingScale, type Scale, scaleComponent } from "./scale";

export const comparisonParts = ["maps", "histograms", "scatter"] as const;
export type ComparisonPart = (typeof comparisonParts)[number];

/** What all charts of a comparison need. */
export interface Compared {
  data: ComparisonData;
  /** Model and prompt, as notes begin. */
  subject: string;
  nLayer: number;
  nHead: number;
  title?: string;
}

/** Index of a variant that is named or numbered. */
export function variantIndex(data: ComparisonData, which: number | string): number {
  if (typeof which === "number") return which;
  let found = 0;
  data.variants.forEach((one, v) => {
    if (one.name === which) found = v;
  });
  return found;
}

const valueNames: Record<string, string> = { late_delta: "late Δ", delta_prob: "ΔP", delta_logit_diff: "Δ logit difference" };

/** The value's name as an axis has it. */
export function valueName(data: ComparisonData): string {
  return valueNames[data.value] ?? visibleText(data.value, 40);
}

function names(data: ComparisonData): string[] {
  return data.variants.map((one) => visibleText(one.name, 30));
}

function allValues(data: ComparisonData): number[] {
  const list: number[] = [];
  for (const head of data.heads) for (const value of head.values) if (value !== null) list.push(real(value));
  return list;
}

function mapItems(compared: Compared, variant: number, scale: Scale): object[] {
  const items: object[] = [];
  compared.data.heads.forEach((head, h) => {
    const place = placeOfHead([head.spec]);
    const value = real(head.values[variant]!);
    if (place === null || isNaN(value)) return;
    items.push({
      value: [place.head, place.layer, Math.max(scale.low, Math.min(scale.high, value))],
      head: h,
      visualMap: false,
      itemStyle: { color: scale.colour(value) },
    });
  });
  return items;
}

function headTip(data: ComparisonData, h: number): string {
  const head = data.heads[h];
  if (head === undefined) return "";
  return [plain(head.spec), ...names(data).map((name, v) => plain(`${name} ${change(real(head.values[v]!))}`))].join("\n");
}

/** The maps of the variants in one row (or of some of them), with one scale. */
export function comparisonMaps(compared: Compared, variants: readonly number[], theme: Theme): EChartsOption {
  const { data, nLayer, nHead } = compared;
  const labels = names(data);
  const title = compared.title ?? (variants.length === 1 ? `${valueName(data)}, ${labels[variants[0]!]!}` : `${valueName(data)}, side by side`);
  const scale = divergingScale(theme, allValues(data));
  const note = `${compared.subject}\nColour: ${valueName(data)} of each head; the colours mean the same in every map.`;
  const { base, top } = headOf(theme, title, note, `${title}: ${data.heads.length} heads.`);
  const several = variants.length > 1;
  const mapTop = top + (several ? Math.round(theme.fontSize * 1.8) : 0);
  const bottom = bottomRoom(theme);
  const { left, gap } = leftRoom(theme, 3);
  const right = barRoom(theme) + 12;
  const width = (theme.width - left - right - 18 * (variants.length - 1)) / variants.length;
  const place = (n: number) => (several ? { left: left + n * (width + 18), width } : { left, right });
  const bar = colourBar(theme, scale, valueName(data), mapTop, bottom.bottom);
  // The bar's grid is behind those of the maps.
  const grid = variants.length;
  const look = { type: "category", axisLine: { show: false }, axisTick: { show: false }, splitArea: { show: false } };
  return {
    ...base,
    title: several
      ? [
          base.title as object,
          ...variants.map((v, n) => ({
            text: labels[v]!,
            left: left + n * (width + 18),
            top,
            padding: 0,
            textStyle: { fontFamily: theme.font, fontSize: theme.fontSize, fontWeight: 600, color: theme.text, width, overflow: "truncate" },
          })),
        ]
      : base.title,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "item",
      formatter: (params: { data?: { head?: number } }) => headTip(data, params.data?.head ?? -1),
    },
    grid: [...variants.map((_, n) => ({ ...place(n), top: mapTop, bottom: bottom.bottom })), bar.grid],
    xAxis: [...variants.map((_, n) => ({ ...axisLook(theme, "head", bottom.gap), ...look, gridIndex: n, data: countTo(nHead) })), { ...bar.xAxis, gridIndex: grid }],
    yAxis: [
      ...variants.map((_, n) => {
        const own = axisLook(theme, n === 0 ? "block" : "", gap) as { axisLabel: object };
        return { ...own, ...look, gridIndex: n, data: countTo(nLayer), axisLabel: { ...own.axisLabel, show: n === 0 } };
      }),
      { ...bar.yAxis, gridIndex: grid },
    ],
    visualMap: { ...scaleComponent(theme, scale), seriesIndex: variants.map((_, n) => n) },
    series: [
      ...variants.map((v, n) => ({
        type: "heatmap",
        name: labels[v]!,
        xAxisIndex: n,
        yAxisIndex: n,
        data: mapItems(compared, v, scale),
        itemStyle: { borderColor: theme.background, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: theme.chosen, borderWidth: 1.5 } },
        progressive: 0,
      })),
      { ...bar.series, xAxisIndex: grid, yAxisIndex: grid },
    ],
  } as EChartsOption;
}

/** How many heads have which value, all variants over the same bins. */
export function comparisonHistograms(compared: Compared, theme: Theme): EChartsOption {
  const { data } = compared;
  const title = compared.title ?? `How ${valueName(data)} is spread`;
  const { edges } = data;
  if (edges.length < 2) return emptyChart(theme, title, "there are no bins: all values are one");
  const labels = names(data);
  const note = `${compared.subject}\nHeads per bin; the bins are the same for all, and heights the square roots of the numbers, so that few heads show.`;
  const { base, top } = headOf(theme, title, note, `${title}: ${labels.join(", ")}.`);
  const legend = legendOf(theme, top, labels);
  const bottom = bottomRoom(theme);
  const { left, gap } = leftRoom(theme, 4);
  const look = axisLook(theme, "heads", gap) as { axisLabel: object };
  const height = (one: ComparisonData["variants"][number], bin: number) => Math.sqrt(one.histogram[Math.min(bin, one.histogram.length - 1)]!);
  return {
    ...base,
    legend: legend.legend,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "axis",
      axisPointer: { type: "line" },
      formatter: (params: { dataIndex: number }[]) => {
        const bin = Math.min(params[0]?.dataIndex ?? 0, edges.length - 2);
        const lines = data.variants.map((one, v) => plain(`${labels[v]}: ${one.histogram[bin]} heads`));
        return [`${change(edges[bin])} to ${change(edges[bin + 1])}`, ...lines].join("\n");
      },
    },
    grid: { left, right: kMargin + 12, top: top + legend.height + 6, bottom: bottom.bottom },
    xAxis: { ...axisLook(theme, valueName(data), bottom.gap), type: "value", min: edges[0], max: edges[edges.length - 1], axisLabel: { color: theme.muted, fontSize: theme.fontSize, fontFamily: theme.font, hideOverlap: true, formatter: (value: number) => number(value) } },
    yAxis: { ...look, type: "value", minInterval: 1, axisLabel: { ...look.axisLabel, formatter: (root: number) => number(root * root) }, splitLine: { show: true, lineStyle: { color: theme.grid, width: 1 } } },
    series: data.variants.map((one, v) => ({
      type: "line",
      name: labels[v]!,
      step: "end",
      symbol: "none",
      // Told apart by their strokes too.
      lineStyle: { color: colourOf(theme, v), width: 2, type: v === 0 ? "solid" : v % 2 === 1 ? [6, 3] : [2, 3] },
      itemStyle: { color: colourOf(theme, v) },
      areaStyle: { color: colourOf(theme, v), opacity: 0.15 },
      data: edges.map((edge, bin) => [edge, height(one, bin)]),
    })),
  } as EChartsOption;
}

/** Each head's value in two variants. */
export function comparisonScatter(compared: Compared, pair: number, theme: Theme): EChartsOption {
  const { data } = compared;
  const which = data.pairs[pair];
  const [a, b] = which === undefined ? [0, 1] : [variantIndex(data, which.a), variantIndex(data, which.b)];
  const labels = names(data);
  const title = compared.title ?? `${valueName(data)}: ${labels[a]} against ${labels[b]}`;
  const points: { value: [number, number]; head: number }[] = [];
  let most = 0;
  data.heads.forEach((head, h) => {
    const value: [number, number] = [real(head.values[a]!), real(head.values[b]!)];
    if (!isFinite(value[0]) || !isFinite(value[1])) return;
    most = Math.max(most, Math.abs(value[0]), Math.abs(value[1]));
    points.push({ value, head: h });
  });
  if (points.length === 0) return emptyChart(theme, title, "no head has both values");
  const note = `${compared.subject}\nOne point per head; on the dashed line both ways give the same.` + (which === undefined ? "" : ` Pearson's r ${number(real(which.pearson))}, Spearman's ${number(real(which.spearman))}.`);
  const { base, top } = headOf(theme, title, note, `${title}: ${points.length} heads.`);
  const bottom = bottomRoom(theme);
  const { left, gap } = leftRoom(theme);
  const axis = (name: string, room: number) => {
    const look = axisLook(theme, `${valueName(data)}, ${name}`, room) as { axisLabel: object };
    return { ...look, type: "value", splitLine: { show: true, lineStyle: { color: theme.grid, width: 1 } }, axisLabel: { ...look.axisLabel, formatter: (value: number) => number(value) } };
  };
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "item",
      formatter: (params: { data?: { head?: number } }) => headTip(data, params.data?.head ?? -1),
    },
    grid: { left, right: kMargin + 16, top: top + 6, bottom: bottom.bottom },
    xAxis: axis(labels[a]!, bottom.gap),
    yAxis: axis(labels[b]!, gap),
    series: [
      {
        type: "scatter",
        name: "heads",
        symbol: symbolOf(0),
        symbolSize: 7,
        itemStyle: { color: colourOf(theme, 0), opacity: 0.7, borderColor: theme.background, borderWidth: 0.5 },
        data: points,
      },
      {
        type: "line",
        silent: true,
        symbol: "none",
        tooltip: { show: false },
        lineStyle: { color: theme.axis, width: 1.2, type: [5, 4] },
        data: [[-most, -most], [most, most]],
      },
    ],
  } as EChartsOption;
}

/** What the figures of a pair say. */
export function pairSentence(data: ComparisonData, pair: VariantPair): string {
  const labels = names(data);
  const [a, b] = [labels[variantIndex(data, pair.a)]!, labels[variantIndex(data, pair.b)]!];
  const share = real(pair.same_sign);
  const sign = isNaN(share) ? "" : ` ${Math.round(share * 100)} % of the heads have the same sign in both.`;
  const ratio = real(pair.sd_ratio);
  const test = pair.spread_test;
  const p = test === null ? NaN : real(test.p);
  const doubt = isNaN(p) ? "" : ` (Pitman and Morgan's test of equal spread: p ${number(p)}, too small where few heads do most)`;
  const spread = isNaN(ratio) ? "" : ` The standard deviation by ${b} is ${number(ratio)} times that by ${a}${doubt}.`;
  const flagged = data.variants.some((one) => one.n_top1_changed !== null) ? "change the most likely token" : "are significant";
  return (
    `${a} and ${b}: Pearson's r ${number(real(pair.pearson))}, Spearman's ${number(real(pair.spearman))}.${sign}` +
    ` ${pair.n_both} heads ${flagged} in both, ${pair.n_only_a} by ${a} alone, ${pair.n_only_b} by ${b} alone.${spread}`
  );
}
