/** The answer to the first question: which heads matter most, and how many do. */
import type { PageModel } from "../model";
import type { ChoiceStore } from "./choice";
import { el, fill } from "./dom";
import { pValue } from "../charts/format";
import { delta } from "./numbers";
import { glanceOf, type Summarised, summariesOf } from "./summaries";

function card(
  mark: string,
  title: string,
  entry: Summarised | null,
  what: string,
  linkTo: (index: number) => HTMLElement,
): HTMLElement {
  return el(
    "div",
    "glance-card",
    el("p", "label", el("span", { attrs: { "aria-hidden": "true" } }, `${mark} `), title),
    entry === null ? el("p", "glance-head", "none") : el("p", "glance-head", linkTo(entry.index)),
    el(
      "p",
      "hint",
      entry === null
        ? "No head is significant in the late blocks with this sign."
        : `Late Δ ${delta(entry.summary.late)}, p adj. ${pValue(entry.summary.log10p)}. ${what}`,
    ),
  );
}

/** Counts, and links to the strongest heads of both signs. */
export function makeGlance(
  model: PageModel,
  store: ChoiceStore,
  linkTo: (index: number) => HTMLElement,
): HTMLElement {
  const body = el("div", "glance-cards");
  const show = () => {
    const { prompt, test } = store.choice;
    const glance = glanceOf(summariesOf(model.by(test), prompt));
    const total = glance.connectors + glance.separators + glance.neither;
    const where = model.data.prompts.length === 1 ? "" : prompt === "all" ? ", over all prompts" : `, on prompt ${prompt + 1}`;
    fill(
      body,
      card("▼", "Strongest connector", glance.strongestConnector, "Silencing it lets tokens drift apart.", linkTo),
      card("▲", "Strongest separator", glance.strongestSeparator, "Silencing it makes tokens more alike.", linkTo),
      el(
        "div",
        "glance-card",
        el("p", "label", `Of ${total} head${total === 1 ? "" : "s"}${where}`),
        el(
          "p",
          "glance-counts",
          el("span", {}, el("b", {}, `▼ ${glance.connectors}`), glance.connectors === 1 ? " connector" : " connectors"),
          el("span", {}, el("b", {}, `▲ ${glance.separators}`), glance.separators === 1 ? " separator" : " separators"),
          el("span", {}, el("b", {}, `· ${glance.neither}`), " neither"),
        ),
      ),
    );
  };
  store.listen((_, changed) => (changed.has("prompt") || changed.has("test")) && show());
  show();
  return el("section", { class: "glance", attrs: { "aria-label": "At a glance" } }, body);
}
