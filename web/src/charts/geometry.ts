/** Whether the tokens keep their pattern: CKA and rank correlation, clean against silenced. */
import type { EChartsOption } from "echarts";
import type { PageModel } from "../model";
import type { Theme } from "../theme";
import { cosine } from "./format";
import { plain, visibleText } from "./labels";
import { bottomRoom, emptyChart, headOf, kMargin, leftRoom, legendOf } from "./layout";
import { atPlaces, colourOf, cutLines, symbolOf } from "./lines";
import { valueAxis } from "./ripple";
import { stateAxis, stateAxisOption } from "./states";

export interface GeometryView {
  prompt: number;
  intervention: number;
  /** In place of the chart's own title. */
  title?: string;
}

const kNames = { cka: "CKA", rankCorrelation: "rank correlation" } as const;

/** Whether the data has anything to draw. */
export function hasGeometry(model: PageModel, prompt: number): boolean {
  const { cka, rank_correlation: rank } = model.prompt(prompt).cells;
  return cka !== null || rank !== null;
}

/** Linear CKA and rank correlation of the clean and the silenced state, block by block. */
export function geometryChart(model: PageModel, view: GeometryView, theme: Theme): EChartsOption {
  const spec = model.spec(view.intervention);
  const title = view.title ?? `Pattern of the tokens without ${spec}`;
  const cells = model.cells(view.prompt, view.intervention);
  const lists = (["cka", "rankCorrelation"] as const).filter((name) => cells !== null && cells[name] !== null);
  if (cells === null || lists.length === 0) return emptyChart(theme, title, "CKA and rank correlation are not in the data");
  const note =
    `${visibleText(model.data.model.id, 60)}, “${visibleText(model.prompt(view.prompt).text, 90)}”\n` +
    "Clean against silenced; 1: the tokens' pattern (CKA), the order of the pairs (rank correlation) is the same.";
  const { base, top } = headOf(theme, title, note, `${title}: ${lists.map((name) => kNames[name]).join(" and ")} per block.`);
  const legend = legendOf(theme, top, lists.map((name) => kNames[name]));
  const axis = stateAxis(model.nLayer, false, cells.hasFinalNorm);
  const { left, gap } = leftRoom(theme);
  const lines = { prompt: view.prompt, interventions: [view.intervention] };
  return {
    ...base,
    legend: legend.legend,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "axis",
      axisPointer: { type: "line" },
      formatter: (params: { dataIndex: number }[]) => {
        const place = params[0]?.dataIndex ?? -1;
        const full = axis.full(place);
        if (full === "") return "";
        const state = full === "ln_f" ? cells.nBlocks : place;
        return [plain(full), ...lists.map((name) => `${kNames[name]} ${cosine(cells[name]![state])}`)].join("\n");
      },
    },
    grid: { left, right: kMargin + 8, top: top + legend.height + Math.round(theme.fontSize * 1.25) + 6, bottom: bottomRoom(theme).bottom },
    xAxis: stateAxisOption(axis, model.nLayer, theme),
    yAxis: { ...valueAxis(theme, "clean against silenced", gap), scale: true, max: 1 },
    series: [
      ...lists.map((name, n) => ({
        type: "line",
        name: kNames[name],
        symbol: symbolOf(n),
        symbolSize: 6,
        showAllSymbol: true,
        lineStyle: { color: colourOf(theme, n), width: 2, type: n === 0 ? "solid" : [6, 4] },
        itemStyle: { color: colourOf(theme, n) },
        data: atPlaces(axis, cells[name]!, () => true),
      })),
      { type: "line", data: [], markLine: cutLines(model, lines, axis, theme) },
    ],
  } as EChartsOption;
}
