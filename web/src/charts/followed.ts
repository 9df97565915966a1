/** Pairs of words along the blocks: how alike they are, clean and with a head silenced. */
import type { EChartsOption } from "echarts";
import { isSignificant, type PageModel } from "../model";
import type { Theme } from "../theme";
import { change, cosine } from "./format";
import { plain, tokenLabels, visibleText } from "./labels";
import { bottomRoom, emptyChart, headOf, kMargin, leftRoom, legendOf } from "./layout";
import { atPlaces, marked } from "./lines";
import { valueAxis } from "./ripple";
import { stateAxis, stateAxisOption } from "./states";

export interface FollowedView {
  prompt: number;
  intervention: number;
  /** Of the picture, in px. */
  height: number;
  /** In place of the chart's own title. */
  title?: string;
}

/** Height of a picture of so many pairs, in px. */
export function followedHeight(nPairs: number, titles: boolean): number {
  return Math.min(nPairs, kMostPairs) * 230 + (titles ? 160 : 90);
}

/** Most pairs that one chart has room for. */
const kMostPairs = 6;

/** Places of a chart's pairs: words and positions. */
export function followedName(model: PageModel, prompt: number, pair: { pair: string; positions: number[] }): string {
  const labels = tokenLabels(model.prompt(prompt).tokens, 12);
  const [a, b] = pair.positions as [number, number];
  return `${visibleText(pair.pair, 40)}: ${labels[a] ?? a} (${a}) – ${labels[b] ?? b} (${b})`.replace(/\((\d+)\) \(\1\)/g, "($1)");
}

/** Two lines a pair, one pair below the other. */
export function followedChart(model: PageModel, view: FollowedView, theme: Theme): EChartsOption {
  const spec = model.spec(view.intervention);
  const title = view.title ?? `Followed words with and without ${spec}`;
  const all = model.followed(view.prompt, view.intervention);
  const cells = model.cells(view.prompt, view.intervention);
  if (all === null || cells === null) return emptyChart(theme, title, "no words were followed");
  const pairs = all.slice(0, kMostPairs);
  const rest = all.length > pairs.length ? ` The first ${pairs.length} of ${all.length} pairs are shown.` : "";
  const note =
    `${visibleText(model.data.model.id, 60)}, “${visibleText(model.prompt(view.prompt).text, 90)}”\n` +
    `Cosine similarity of the two words; filled points: blocks where the mean Δ over all pairs of tokens is significant.${rest}`;
  const { base, top } = headOf(theme, title, note, `${title}: ${pairs.length} pairs of words.`);
  const names = ["clean", `${spec} silenced`];
  const legend = legendOf(theme, top, names);
  const axis = stateAxis(model.nLayer, false, cells.hasFinalNorm);
  const { left, gap } = leftRoom(theme, 5);
  const line = Math.round(theme.fontSize * 2);
  const { bottom } = bottomRoom(theme);
  const first = top + legend.height;
  // Each pair has a line for its name, its lines, and the labels of the axis below them.
  const labels = Math.round(theme.fontSize * 2);
  const row = (view.height - first - bottom + labels) / pairs.length;
  const topOf = (n: number) => first + n * row;
  const cut = model.cut(view.intervention);
  const ordered = pairs.map((pair) => followedName(model, view.prompt, pair));
  const look = stateAxisOption(axis, model.nLayer, theme) as { name: string };
  return {
    ...base,
    legend: legend.legend,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "axis",
      axisPointer: { type: "line" },
      formatter: (params: { dataIndex: number; axisIndex?: number }[]) => {
        const place = params[0]?.dataIndex ?? -1;
        const full = axis.full(place);
        const n = params[0]?.axisIndex ?? 0;
        const pair = pairs[n];
        if (full === "" || pair === undefined) return "";
        const state = full === "ln_f" ? model.nLayer : place;
        const [before, after] = [pair.clean[state], pair.silenced[state]];
        const lines = [plain(ordered[n]!), full, `clean ${cosine(before)}`, plain(`${names[1]} ${cosine(after)}, Δ ${change(after! - before!)}`)];
        if (isSignificant(cells, state)) lines.push("mean Δ over all pairs is significant here");
        return lines.join("\n");
      },
    },
    grid: pairs.map((_, n) => ({ left, right: kMargin + 8, top: topOf(n) + line, height: Math.max(40, row - line - labels) })),
    title: [
      base.title as object,
      ...ordered.map((text, n) => ({
        text,
        left,
        top: topOf(n) + 4,
        padding: 0,
        textStyle: { fontFamily: theme.font, fontSize: theme.fontSize, fontWeight: 600, color: theme.text },
      })),
    ],
    xAxis: pairs.map((_, n) => ({ ...look, name: n === pairs.length - 1 ? look.name : "", gridIndex: n })),
    yAxis: pairs.map((_, n) => ({ ...valueAxis(theme, "cosine", gap), gridIndex: n, scale: true, splitNumber: 3 })),
    series: pairs.reduce<object[]>((series, pair, n) => {
      const values = atPlaces(axis, pair.silenced, (_, state) => state >= cut);
      const points = values.map((value, place) => {
        const state = axis.full(place) === "ln_f" ? model.nLayer : place;
        return value === null ? null : marked(theme, value, isSignificant(cells, state) ? "significant" : "none", 1);
      });
      series.push(
        {
          type: "line",
          name: names[0],
          xAxisIndex: n,
          yAxisIndex: n,
          symbol: "circle",
          symbolSize: 4,
          showAllSymbol: true,
          lineStyle: { color: theme.series[0], width: 2 },
          itemStyle: { color: theme.series[0] },
          data: atPlaces(axis, pair.clean, () => true),
        },
        {
          type: "line",
          name: names[1],
          xAxisIndex: n,
          yAxisIndex: n,
          symbol: "triangle",
          showAllSymbol: true,
          lineStyle: { color: theme.series[1], width: 1.6, type: [5, 3] },
          itemStyle: { color: theme.series[1] },
          data: points,
        },
      );
      return series;
    }, []),
  } as EChartsOption;
}
