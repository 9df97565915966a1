/** Ways to silence the same heads, side by side. */
import { type Compared, comparisonHistograms, comparisonMaps, comparisonScatter, pairSentence, valueName, variantIndex } from "../charts/comparison";
import { csvOf } from "../charts/export";
import { number } from "../charts/format";
import { visibleText } from "../charts/labels";
import { type ComparisonData, real } from "../neighbour_data";
import type { PredictModel } from "../predict_model";
import { ChartPanel, type Chosen } from "./chart_panel";
import { el } from "./dom";
import type { Look } from "./look";

export interface ComparisonPanels {
  element: HTMLElement;
  panels: { print: (on: boolean) => void }[];
}

function summary(data: ComparisonData): HTMLElement {
  const columns: [string, (v: number) => string][] = [
    ["heads", (v) => number(data.variants[v]!.n)],
    ["mean", (v) => number(real(data.variants[v]!.mean), true)],
    ["sd", (v) => number(real(data.variants[v]!.sd))],
    ["median", (v) => number(real(data.variants[v]!.median), true)],
    ["min", (v) => number(real(data.variants[v]!.min), true)],
    ["max", (v) => number(real(data.variants[v]!.max), true)],
    ["median size", (v) => number(real(data.variants[v]!.median_abs))],
  ];
  const counts: [string, (one: ComparisonData["variants"][number]) => number | null][] = [
    ["most likely token changed", (one) => one.n_top1_changed],
    ["coupling", (one) => one.n_coupling],
    ["decoupling", (one) => one.n_decoupling],
  ];
  for (const [name, of] of counts) {
    if (data.variants.some((one) => of(one) !== null)) columns.push([name, (v) => number(of(data.variants[v]!))]);
  }
  return el(
    "div",
    { class: "values-scroll", attrs: { role: "region", "aria-label": "Figures of each way to silence", tabindex: 0 } },
    el(
      "table",
      "values",
      el("caption", "hidden", `${valueName(data)} by each way to silence`),
      el("thead", {}, el("tr", {}, el("th", { class: "left", attrs: { scope: "col" } }, "Silenced by"), ...columns.map(([name]) => el("th", { attrs: { scope: "col" } }, name)))),
      el(
        "tbody",
        {},
        ...data.variants.map((one, v) => el("tr", {}, el("th", { attrs: { scope: "row" } }, visibleText(one.name, 40)), ...columns.map(([, text]) => el("td", {}, text(v))))),
      ),
    ),
  );
}

/** Maps, histograms, head against head, and the figures in words. */
export function makeComparison<C>(model: PredictModel, data: ComparisonData, store: Chosen<C>, look: Look, choose: (spec: string) => void): ComparisonPanels {
  const compared: Compared = {
    data,
    subject: `${visibleText(model.data.model.id, 60)}, “${visibleText(model.data.prompt, 90)}”`,
    nLayer: model.nLayer,
    nHead: model.nHead,
  };
  const csv = () => csvOf(["spec", ...data.variants.map((one) => one.name)], data.heads.map((head) => [head.spec, ...head.values.map((value) => real(value))]));
  const clickable = (panel: ChartPanel<C>) =>
    panel.whenReady((chart) => {
      chart.on("click", (event) => {
        const at = (event.data as { head?: unknown } | undefined)?.head;
        if (typeof at === "number") choose(data.heads[at]!.spec);
      });
    });
  const maps = data.variants.map((one, v) => {
    const name = visibleText(one.name, 30);
    const panel = new ChartPanel<C>(
      {
        id: `compared-${v + 1}`,
        heading: `By ${name}`,
        hint: `${valueName(data)} of every head, silenced by ${name}; the colours mean the same in every map.`,
        uses: [],
        option: (_, theme) => comparisonMaps(compared, [v], theme),
        csv,
        label: () => `${valueName(data)} of ${one.n} heads silenced by ${name}: mean ${number(real(one.mean), true)}, from ${number(real(one.min), true)} to ${number(real(one.max), true)}.`,
        name: () => `comparison-${name}`,
        size: [620, Math.max(420, 190 + model.nLayer * 24)],
      },
      store,
      look,
    );
    panel.canvas.style.height = `${Math.max(16, model.nLayer * 1.2 + 5)}rem`;
    clickable(panel);
    return panel;
  });
  const histograms = new ChartPanel<C>(
    {
      id: "histograms",
      heading: "How the values are spread",
      hint: "Heads per bin, with the same bins for every way to silence. Heights are the square roots of the numbers, so that few heads show.",
      uses: [],
      option: (_, theme) => comparisonHistograms(compared, theme),
      csv: () => csvOf(["from", "to", ...data.variants.map((one) => one.name)], data.edges.slice(1).map((to, bin) => [data.edges[bin], to, ...data.variants.map((one) => one.histogram[bin])])),
      label: () => `Heads per bin of ${valueName(data)}. ${data.variants.map((one) => `${visibleText(one.name, 30)}: standard deviation ${number(real(one.sd))}`).join("; ")}.`,
      name: () => "comparison-histograms",
      size: [760, 460],
    },
    store,
    look,
  );
  const scatters = data.pairs.slice(0, 3).map((pair, at) => {
    const [a, b] = [pair.a, pair.b].map((which) => visibleText(data.variants[variantIndex(data, which)]!.name, 30));
    const panel = new ChartPanel<C>(
      {
        id: `scatter-${at + 1}`,
        heading: `${a} against ${b}`,
        hint: "One point per head; on the dashed line both ways give the same.",
        uses: [],
        option: (_, theme) => comparisonScatter(compared, at, theme),
        csv,
        label: () => pairSentence(data, pair),
        name: () => `comparison-${a}-${b}`,
        size: [620, 600],
      },
      store,
      look,
    );
    clickable(panel);
    return panel;
  });
  const element = el(
    "section",
    { class: "comparison", attrs: { "aria-labelledby": "comparison-heading" } },
    el("h2", { attrs: { id: "comparison-heading" } }, "Ways to silence, side by side"),
    el("p", "hint", `${valueName(data)}: ${visibleText(data.what, 120)}, of each head by ${data.variants.map((one) => visibleText(one.name, 30)).join(", ")}.`),
    summary(data),
    ...data.pairs.map((pair) => el("p", "pair-words", pairSentence(data, pair))),
    el("div", "side-by-side", ...maps.map((panel) => panel.element), histograms.element, ...scatters.map((panel) => panel.element)),
  );
  return { element, panels: [...maps, histograms, ...scatters] };
}
