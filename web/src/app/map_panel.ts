/** The map of layer × head: a click or the arrow keys choose a head. */
import { mapChart, type Metric, metrics, metricTexts } from "../charts/map";
import { chartCsv } from "../charts/export";
import type { PageModel } from "../model";
import { ChartPanel } from "./chart_panel";
import type { Choice, ChoiceStore } from "./choice";
import { el } from "./dom";
import type { Look } from "./look";
import { hasNoiseFloor } from "../charts/noise";
import { moved } from "./map_moves";
import { Outlines } from "./outlines";
import { pValue } from "../charts/format";
import { delta } from "./numbers";

const metricNames: Record<Metric, string> = {
  late: "late Δ",
  immediate: "immediate Δ",
  extreme: "extreme Δ",
  t: "t at the extreme Δ",
  cohen_dz: "d_z at the extreme Δ",
  onset: "onset",
};

/** What the colours mean, as a sentence. */
function meaning(metric: Metric): string {
  const { says } = metricTexts[metric];
  return `${says.charAt(0).toUpperCase()}${says.slice(1)}.`;
}

/** What is said of a head when the keys come to it. */
function spoken(model: PageModel, choice: Choice): string {
  const spec = model.data.interventions[choice.head]!.spec;
  const summary = model.by(choice.test).summary(choice.prompt, choice.head);
  if (summary === null) return spec;
  const role = summary.role === "none" ? "neither connector nor separator" : summary.role;
  return `${spec}: ${role}, late Δ ${delta(summary.late)}, p adjusted ${pValue(summary.log10p)}`;
}

/** The metric's control. */
function metricChoice(store: ChoiceStore): HTMLElement {
  const select = el("select", {
    attrs: { id: "metric" },
    on: { change: () => store.set({ metric: select.value as Metric }) },
  });
  for (const metric of metrics) {
    select.append(el("option", { attrs: { value: metric } }, metricNames[metric]));
  }
  const show = () => (select.value = store.choice.metric);
  store.listen(show);
  show();
  return el("div", "field", el("label", { attrs: { for: "metric" } }, "Metric"), select);
}

/** The panel of the map. */
export function makeMap(model: PageModel, store: ChoiceStore, look: Look): ChartPanel {
  const viewOf = (choice: Choice) => ({
    prompt: choice.prompt,
    metric: choice.metric,
    chosen: [choice.head, ...choice.compare],
  });
  const panel = new ChartPanel(
    {
      id: "map",
      heading: "Map of heads",
      hint: `One cell per head; + and − are significant (+ separator, − connector)${hasNoiseFloor(model) ? ", in brackets where the effect is below ten times the noise floor" : ""}. Click to choose, shift-click to compare; with the keyboard, arrow keys walk the map.`,
      uses: ["prompt", "metric", "test"],
      option: (choice, theme) => mapChart(model.by(choice.test), { ...viewOf(choice), chosen: [] }, theme),
      figure: (choice, theme) => mapChart(model.by(choice.test), viewOf(choice), theme),
      csv: (choice) => chartCsv("map", model.by(choice.test), viewOf(choice)),
      label: () => "",
      name: (choice) => `map-${choice.metric}`,
      size: [760, 760],
      interactive: true,
    },
    store,
    look,
  );
  const what = el("p", "metric-hint");
  const said = el("p", { class: "said", attrs: { role: "status" } });
  panel.controls.append(metricChoice(store), what);
  panel.element.append(said);
  const { canvas } = panel;
  // A row of the map is as high as a line of text.
  canvas.style.height = `${Math.max(18, model.nLayer * 1.45 + 5)}rem`;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "map of heads");
  canvas.addEventListener("keydown", (event) => {
    const next = moved(model, store.choice, event.key);
    if (next === null) return;
    event.preventDefault();
    store.set({ head: next }, "replace");
    said.textContent = spoken(model, store.choice);
  });
  panel.whenReady((chart) => {
    chart.on("click", (event) => {
      const index = (event.data as { intervention?: unknown } | undefined)?.intervention;
      if (typeof index !== "number") return;
      const native = (event.event as { event?: MouseEvent } | undefined)?.event;
      if (native?.shiftKey) store.toggleCompared(index);
      else store.set({ head: index });
    });
  });
  const outlines = new Outlines(model, canvas);
  panel.whenDrawn((chart) => outlines.place(chart, store.choice));
  const show = () => {
    if (panel.chart) outlines.place(panel.chart, store.choice);
    what.textContent = meaning(store.choice.metric);
    canvas.setAttribute(
      "aria-label",
      `${meaning(store.choice.metric)} Chosen: ${spoken(model, store.choice)}. Arrow keys choose another head.`,
    );
  };
  store.listen(show);
  show();
  return panel;
}
