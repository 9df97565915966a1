/** How many heads of each block do what when they are silenced. */
import type { EChartsOption } from "echarts";
import type { HeadSummary, PageModel, PromptChoice } from "../model";
import type { Theme } from "../theme";
import { correctionName, counted, stateName, testName } from "./format";
import { visibleText } from "./labels";
import { axisLook, bottomRoom, emptyChart, headOf, kMargin, leftRoom, legendOf } from "./layout";

export interface FamiliesView {
  prompt: PromptChoice;
  /** In place of the chart's own title. */
  title?: string;
}

/** What a head is counted as, by its late blocks and by its own. */
export const families = ["decouples", "decouples_late", "couples", "couples_late", "own_block", "none"] as const;
export type Family = (typeof families)[number];

export const familyNames: { readonly [family in Family]: string } = {
  decouples: "decouples",
  decouples_late: "decouples, late only",
  couples: "couples",
  couples_late: "couples, late only",
  own_block: "in its own block only",
  none: "neither",
};

/** The family of a head. */
export function familyOf(summary: HeadSummary): Family {
  const { role, immediateEffect } = summary;
  if (role === "connector") return immediateEffect ? "decouples" : "decouples_late";
  if (role === "separator") return immediateEffect ? "couples" : "couples_late";
  return immediateEffect ? "own_block" : "none";
}

export type FamilyCounts = { [family in Family]: number };

/** Heads of each family, one entry per block. */
export function familyCounts(model: PageModel, prompt: PromptChoice): FamilyCounts[] {
  const counts: FamilyCounts[] = Array.from({ length: model.nLayer }, () => ({
    decouples: 0,
    decouples_late: 0,
    couples: 0,
    couples_late: 0,
    own_block: 0,
    none: 0,
  }));
  model.data.interventions.forEach((_, i) => {
    const place = model.headOf(i);
    const summary = place === null ? null : model.summary(prompt, i);
    if (place !== null && summary !== null) counts[place.layer]![familyOf(summary)]++;
  });
  return counts;
}

/** Stripes that tell families apart without their colours. */
function decalOf(family: Family, theme: Theme): object {
  const stripe = { color: theme.background, symbol: "rect", symbolSize: 1 };
  switch (family) {
    case "decouples_late":
      return { ...stripe, rotation: Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 5] };
    case "couples":
      return { ...stripe, dashArrayX: [1, 0], dashArrayY: [1, 6] };
    case "couples_late":
      return { ...stripe, rotation: -Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 5] };
    default:
      return { symbol: "none" };
  }
}

function fillOf(family: Family, theme: Theme): object {
  const decal = decalOf(family, theme);
  if (family === "none") return { color: theme.background, borderColor: theme.axis, borderWidth: 1, decal };
  const colours = { decouples: theme.connector, decouples_late: theme.connector, couples: theme.separator, couples_late: theme.separator, own_block: theme.neutral };
  return { color: colours[family], borderColor: theme.background, borderWidth: 1, decal };
}

function noteOf(model: PageModel, view: FamiliesView): string {
  const { test, prompts } = model.data;
  const what =
    view.prompt === "all" && prompts.length > 1
      ? `mean over ${prompts.length} prompts`
      : `“${visibleText(model.prompt(view.prompt === "all" ? 0 : view.prompt).text, 90)}”`;
  return (
    `${visibleText(model.data.model.id, 60)}, ${what}\nSilenced, a head decouples (tokens grow apart) or couples them in the ` +
    `late blocks; late only: not in its own (${testName(test.name)}, ${correctionName(test.sweep_correction)} over ${test.sweep_family_size} cells, α = ${test.alpha}).`
  );
}

/** Stacked bars, one per block. */
export function familiesChart(model: PageModel, view: FamiliesView, theme: Theme): EChartsOption {
  const title = view.title ?? "What silencing a head does, by the head's block";
  const counts = familyCounts(model, view.prompt);
  const total = (count: FamilyCounts) => families.reduce((sum, family) => sum + count[family], 0);
  const all = counts.reduce((sum, count) => sum + total(count), 0);
  if (all === 0) return emptyChart(theme, title, "no single head was silenced");
  const { base, top } = headOf(theme, title, noteOf(model, view), `${title}: ${counted(all, "head")}.`);
  const legend = legendOf(theme, top, families.map((family) => familyNames[family]));
  const { left, gap } = leftRoom(theme, 3);
  const bottom = bottomRoom(theme);
  const most = Math.max(...counts.map(total));
  const valueLook = axisLook(theme, "heads", gap);
  return {
    ...base,
    legend: { ...legend.legend, itemWidth: theme.fontSize * 1.6 },
    tooltip: {
      ...(base.tooltip as object),
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: (params: { dataIndex: number }[]) => {
        const layer = params[0]?.dataIndex ?? -1;
        const count = counts[layer];
        if (count === undefined) return "";
        const lines = families.filter((family) => count[family] > 0).map((family) => `${count[family]} ${familyNames[family]}`);
        return [`${stateName(layer, model.nLayer)}: ${counted(total(count), "head")}`, ...lines].join("\n");
      },
    },
    grid: { left, right: kMargin + 8, top: top + legend.height + 4, bottom: bottom.bottom },
    xAxis: {
      ...axisLook(theme, "block", bottom.gap),
      type: "category",
      data: counts.map((_, layer) => String(layer)),
      axisTick: { show: false },
    },
    yAxis: { ...valueLook, type: "value", max: most, interval: Math.max(1, Math.ceil(most / 4)), splitLine: { show: true, lineStyle: { color: theme.grid } } },
    series: families.map((family) => ({
      type: "bar",
      name: familyNames[family],
      stack: "heads",
      barCategoryGap: "22%",
      itemStyle: fillOf(family, theme),
      data: counts.map((count) => count[family]),
    })),
  } as EChartsOption;
}
