/** The cosine of every two tokens at a state: clean, silenced, and the change. */
import type { EChartsOption } from "echarts";
import type { PageModel } from "../model";
import type { Theme } from "../theme";
import { hatched } from "./cells";
import { change, cosine, stateName } from "./format";
import { plain, tokenLabels, visibleText } from "./labels";
import { axisLook, emptyChart, headOf, kMargin } from "./layout";
import { barRoom, colourBar, divergingScale, type Scale, scaleComponent, sequentialScale } from "./scale";

export const shows = ["clean", "silenced", "delta"] as const;
export type Show = (typeof shows)[number];

export interface PairsView {
  prompt: number;
  intervention: number;
  /** A block, or the number of blocks for ln_f. */
  state: number;
  show: Show;
  /** In place of the chart's own title. */
  title?: string;
}

/** Place of the pair i < j among the pairs of n tokens. */
export function pairIndex(i: number, j: number, n: number): number {
  return (i * (2 * n - i - 1)) / 2 + (j - i - 1);
}

export interface PairMatrices {
  clean: Float32Array;
  /** Null where the intervention has none. */
  silenced: Float32Array | null;
}

/** The cosines at the view's state; null where they are not in the data. */
export function matricesOf(model: PageModel, view: PairsView): PairMatrices | null {
  const clean = model.cosines(view.prompt, null, view.state);
  const silenced = model.cosines(view.prompt, view.intervention, view.state);
  if (clean === null || clean.length === 0 || (view.show !== "clean" && silenced === null)) return null;
  return { clean, silenced };
}

function changeOf(matrices: PairMatrices, pair: number): number {
  return matrices.silenced === null ? NaN : matrices.silenced[pair]! - matrices.clean[pair]!;
}

/** The widest of the states' own scales: many small changes below do not narrow it. */
function changeScale(clean: Float32Array, silenced: Float32Array, nStates: number, theme: Theme): Scale {
  const nPairs = clean.length / nStates;
  let widest: Scale | null = null;
  let most = 0;
  for (let state = 0; state < nStates; state++) {
    const changes = new Float32Array(nPairs);
    for (let pair = 0; pair < nPairs; pair++) {
      const at = state * nPairs + pair;
      changes[pair] = silenced[at]! - clean[at]!;
      most = Math.max(most, Math.abs(changes[pair]!));
    }
    const scale = divergingScale(theme, changes);
    // Without a change a scale is from -1 to 1.
    if (changes.some((change) => change !== 0) && (widest === null || scale.high > widest.high)) widest = scale;
  }
  return { ...(widest ?? divergingScale(theme, [])), beyond: widest !== null && most > widest.high };
}

/** One scale for all states, so that stepping from block to block compares them. */
function scaleOf(model: PageModel, view: PairsView, theme: Theme): Scale {
  const clean = model.allCosines(view.prompt, null)!;
  if (view.show === "delta") {
    return changeScale(clean, model.allCosines(view.prompt, view.intervention)!, model.nLayer + 1, theme);
  }
  let low = 1;
  for (let at = 0; at < clean.length; at++) low = Math.min(low, clean[at]!);
  return sequentialScale(theme, Math.max(-1, Math.floor(low * 5) / 5), 1, 0.2);
}

function valueOf(matrices: PairMatrices, show: Show, pair: number): number {
  if (show === "delta") return changeOf(matrices, pair);
  return show === "clean" ? matrices.clean[pair]! : matrices.silenced![pair]!;
}

const showTexts: { readonly [show in Show]: string } = {
  clean: "clean",
  silenced: "silenced",
  delta: "Δ, silenced − clean",
};

function titleOf(model: PageModel, view: PairsView): string {
  const state = view.state >= model.nLayer ? "ln_f" : `block ${view.state}`;
  if (view.show === "clean") return `Similarity of every two tokens after ${state}`;
  if (view.show === "silenced") return `Similarity after ${state}, ${model.spec(view.intervention)} silenced`;
  return `Change of similarity after ${state}, ${model.spec(view.intervention)} silenced`;
}

interface Cells {
  items: object[];
  diagonal: [number, number][];
}

function cellsOf(matrices: PairMatrices, view: PairsView, n: number, scale: Scale): Cells {
  const items: object[] = [];
  const diagonal: [number, number][] = [];
  for (let row = 0; row < n; row++) {
    diagonal.push([row, row]);
    for (let column = 0; column < n; column++) {
      if (row === column) continue;
      const pair = pairIndex(Math.min(row, column), Math.max(row, column), n);
      const value = valueOf(matrices, view.show, pair);
      items.push({ value: [column, row, value], visualMap: false, itemStyle: { color: scale.colour(value) } });
    }
  }
  return { items, diagonal };
}

/** Token × token matrix of cosines at a state. */
export function pairsChart(model: PageModel, view: PairsView, theme: Theme): EChartsOption {
  const title = view.title ?? titleOf(model, view);
  const matrices = matricesOf(model, view);
  if (matrices === null) return emptyChart(theme, title, "the matrices of pairs are not in the data");
  const { tokens, text } = model.prompt(view.prompt);
  const labels = tokenLabels(tokens);
  const n = labels.length;
  const scale = scaleOf(model, view, theme);
  const note =
    `${visibleText(model.data.model.id, 60)}, “${visibleText(text, 90)}”\n` +
    `${stateName(view.state, model.nLayer)}; ${showTexts[view.show]}. The colours mean the same at every block.`;
  const { base, top } = headOf(theme, title, note, `${title}: ${n} tokens.`);
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const room = Math.round(longest * theme.fontSize * 0.62) + 8;
  const bottom = kMargin + room + 4;
  const bar = colourBar(theme, scale, view.show === "delta" ? "Δ of cosine" : "cosine similarity", top, bottom);
  const { items, diagonal } = cellsOf(matrices, view, n, scale);
  const look = axisLook(theme, "", 0) as { axisLabel: object };
  const axis = (extra: object, label: object) => ({
    ...look,
    type: "category",
    data: labels,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...look.axisLabel, color: theme.text, ...label },
    ...extra,
  });
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "item",
      formatter: (params: { value?: unknown }) => {
        const [column, row] = (Array.isArray(params.value) ? params.value : []) as number[];
        if (column === undefined || row === undefined) return "";
        const pair = pairIndex(Math.min(row, column), Math.max(row, column), n);
        const lines = [plain(`${labels[Math.min(row, column)]} – ${labels[Math.max(row, column)]}`), `clean ${cosine(matrices.clean[pair])}`];
        if (matrices.silenced !== null) {
          lines.push(`silenced ${cosine(matrices.silenced[pair])}`, `Δ ${change(changeOf(matrices, pair))}`);
        }
        return lines.join("\n");
      },
    },
    grid: [{ left: kMargin + room, right: barRoom(theme) + 12, top, bottom }, bar.grid],
    xAxis: [axis({}, { rotate: 90 }), bar.xAxis],
    yAxis: [axis({ inverse: true }, {}), bar.yAxis],
    visualMap: scaleComponent(theme, scale),
    series: [
      {
        type: "heatmap",
        name: showTexts[view.show],
        data: items,
        itemStyle: { borderColor: theme.background, borderWidth: n > 40 ? 0 : 1 },
        emphasis: { itemStyle: { borderColor: theme.chosen, borderWidth: 1.5 } },
        progressive: 0,
      },
      hatched(theme, diagonal),
      bar.series,
    ],
  } as EChartsOption;
}
