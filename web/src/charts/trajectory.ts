/** How alike the tokens are from state to state: the clean model, and a silenced one over it. */
import type { EChartsOption } from "echarts";
import type { TrajectoryPoint } from "../data";
import type { PageModel } from "../model";
import type { Theme } from "../theme";
import { bandSeries } from "./bands";
import { change, cosine, stateName } from "./format";
import { plain, visibleText } from "./labels";
import { bottomRoom, emptyChart, headOf, kMargin, leftRoom, legendOf } from "./layout";
import { valueAxis } from "./ripple";
import { type StateAxis, stateAxis, stateAxisOption } from "./states";

export interface TrajectoryView {
  prompt: number;
  intervention: number | null;
  /** In place of the chart's own title. */
  title?: string;
}

const kClean = "clean";

/** State of a point as the axis counts: -1 the embedding, L ln_f. */
function stateOf(point: TrajectoryPoint, nLayer: number): number {
  if (point.state === "embedding") return -1;
  return point.state === "ln_f" ? nLayer : point.state;
}

/**
 * Share of a prompt's pairs that an intervention was compared on. The others stand before all
 * touched positions and cannot move; the clean mean is over all of them.
 */
function movedShare(model: PageModel, prompt: number): number {
  const { tokens, n_pairs: nPairs } = model.prompt(prompt);
  const n = tokens.length - (model.data.settings.exclude_first ? 1 : 0);
  return n < 2 ? 1 : Math.min(1, nPairs / ((n * (n - 1)) / 2));
}

/** Mean similarity with an intervention, at the states from the cut on; null before. */
export function silencedMeans(
  model: PageModel,
  prompt: number,
  intervention: number,
): { state: number; mean: number; delta: number }[] {
  const cells = model.cells(prompt, intervention);
  const trajectory = model.trajectory(prompt);
  if (cells === null || trajectory === null) return [];
  const share = movedShare(model, prompt);
  const list: { state: number; mean: number; delta: number }[] = [];
  for (const point of trajectory) {
    const state = stateOf(point, model.nLayer);
    if (state < model.cut(intervention) || state >= cells.mean.length) continue;
    const delta = cells.mean[state]! * share;
    list.push({ state, mean: point.mean + delta, delta });
  }
  return list;
}

function valuesAt(axis: StateAxis, points: readonly { state: number; mean: number }[]): (number | null)[] {
  const list: (number | null)[] = axis.names.map(() => null);
  for (const point of points) list[axis.place(point.state)] = point.mean;
  return list;
}

/** Mean similarity of the pairs per state, with quartiles, embedding to ln_f. */
export function trajectoryChart(model: PageModel, view: TrajectoryView, theme: Theme): EChartsOption {
  const title = view.title ?? "Similarity of the tokens, block by block";
  const trajectory = model.trajectory(view.prompt);
  if (trajectory === null) return emptyChart(theme, title, "the clean model's trajectory is not in the data");
  const points = trajectory.map((point) => ({ ...point, state: stateOf(point, model.nLayer) }));
  const axis = stateAxis(model.nLayer, true, true);
  const silenced = view.intervention === null ? [] : silencedMeans(model, view.prompt, view.intervention);
  const silencedName = view.intervention === null ? "" : `${model.spec(view.intervention)} silenced`;
  const names = silenced.length > 0 ? [kClean, silencedName] : [kClean];
  const note =
    `${visibleText(model.data.model.id, 60)}, “${visibleText(model.prompt(view.prompt).text, 90)}”\n` +
    "Mean cosine similarity of all pairs of tokens; band: middle half of the clean pairs.";
  const { base, top } = headOf(theme, title, note, `${title}: from ${cosine(points[0]!.mean)} to ${cosine(points[points.length - 1]!.mean)}.`);
  const legend = legendOf(theme, top, names);
  const { left, gap } = leftRoom(theme, 5);
  const [clean, other] = [theme.series[0]!, theme.series[1]!];
  const line = (name: string, colour: string, symbol: string, values: (number | null)[], dashed: boolean) => ({
    type: "line",
    name,
    z: dashed ? 4 : 3,
    symbol,
    symbolSize: dashed ? 5 : 6,
    showAllSymbol: true,
    lineStyle: { color: colour, width: dashed ? 1.6 : 2, type: dashed ? [5, 3] : "solid" },
    itemStyle: { color: dashed ? theme.background : colour, borderColor: colour, borderWidth: 1.2 },
    data: values,
  });
  const quartiles = points.map((one) => ({ place: axis.place(one.state), low: one.q25, high: one.q75 }));
  // The line first: the legend shows the first series of a name.
  const series: object[] = [
    line(kClean, clean, "circle", valuesAt(axis, points), false),
    bandSeries(kClean, clean, 0.15, quartiles),
  ];
  if (silenced.length > 0) series.push(line(silencedName, other, "triangle", valuesAt(axis, silenced), true));
  return {
    ...base,
    legend: legend.legend,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "axis",
      axisPointer: { type: "line" },
      formatter: (params: { dataIndex: number }[]) => {
        const place = params[0]?.dataIndex ?? -1;
        const point = points.filter((one) => axis.place(one.state) === place)[0];
        if (point === undefined) return "";
        const lines = [
          axis.full(place) || stateName(point.state, model.nLayer),
          `clean ${cosine(point.mean)}, quartiles ${cosine(point.q25)} to ${cosine(point.q75)}`,
        ];
        const changed = silenced.filter((one) => one.state === point.state)[0];
        if (changed) lines.push(plain(`${silencedName} ${cosine(changed.mean)}, Δ ${change(changed.delta)}`));
        return lines.join("\n");
      },
    },
    grid: { left, right: kMargin + 8, top: top + legend.height + 6, bottom: bottomRoom(theme).bottom },
    xAxis: stateAxisOption(axis, model.nLayer, theme),
    yAxis: { ...valueAxis(theme, "mean cosine similarity", gap), scale: true },
    series,
  } as EChartsOption;
}
