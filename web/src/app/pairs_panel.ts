/** The token × token matrix of cosines at a block. */
import { chartCsv } from "../charts/export";
import { pairsChart, type Show, shows } from "../charts/pairs";
import type { PageModel } from "../model";
import { ChartPanel } from "./chart_panel";
import type { Choice, ChoiceStore } from "./choice";
import { el, fill } from "./dom";
import type { Look } from "./look";
import { blockName } from "./numbers";
import { makePlayer } from "./play";

const showNames: Record<Show, string> = { clean: "Clean", silenced: "Silenced", delta: "Δ" };

/** Least width of a cell in px, and what labels and colours take beside the cells. */
const kCell = 17;
const kRoomForLabels = 190;

/** Clean, silenced or Δ: one of three. */
function showChoice(store: ChoiceStore): HTMLElement {
  const group = el("fieldset", "segments", el("legend", {}, "Matrix"));
  const inputs = new Map<Show, HTMLInputElement>();
  for (const show of shows) {
    const input = el("input", {
      attrs: { type: "radio", name: "show", value: show },
      on: { change: () => store.set({ show }) },
    });
    inputs.set(show, input);
    group.append(el("label", {}, input, el("span", {}, showNames[show])));
  }
  const mark = () => inputs.forEach((input, show) => (input.checked = show === store.choice.show));
  store.listen(mark);
  mark();
  return group;
}

/** Interventions of a prompt that have matrices. */
function withMatrices(model: PageModel, prompt: number): number[] {
  return model.data.prompts[prompt]!.pairs?.silenced.map((entry) => entry.intervention) ?? [];
}

/** Why the chosen matrix is not there; null where it is. */
export function missingPairs(model: PageModel, choice: Choice): string | null {
  const { pairs } = model.data.prompts[choice.detail]!;
  const spec = model.data.interventions[choice.head]!.spec;
  if (pairs === null) {
    return "The matrices of this prompt are not in this page: the command that wrote it had no model at hand, or no room (the notes at the end say which).";
  }
  if (choice.show === "clean" || withMatrices(model, choice.detail).includes(choice.head)) return null;
  return `The matrices of ${spec} are not in this page; its clean matrix is. To have them, write the page with --pairs ${spec}.`;
}

/** The panel of the pairs; `linkTo` makes a link that chooses a head. */
export function makePairs(
  model: PageModel,
  store: ChoiceStore,
  look: Look,
  linkTo: (index: number) => HTMLElement,
): ChartPanel {
  const nLayer = model.data.model.n_layer;
  const viewOf = (choice: Choice) => ({
    prompt: choice.detail,
    intervention: choice.head,
    state: choice.state,
    show: choice.show,
  });
  const stateName = (state: number) => (state === nLayer ? "ln_f" : `block ${state}`);
  const tokens = Math.max(...model.data.prompts.map((prompt) => prompt.tokens.length));
  const side = Math.max(640, Math.min(1400, 200 + tokens * 26));
  const csv = (choice: Choice) => {
    const missing = missingPairs(model, choice);
    if (missing !== null) throw new Error(missing);
    return chartCsv("pairs", model, viewOf(choice));
  };
  const panel = new ChartPanel(
    {
      id: "pairs",
      heading: "Pairs of tokens",
      hint: "Cosine similarity of every two tokens at one block; Δ is silenced minus clean. Step through the blocks to see where the change arises.",
      uses: ["head", "detail", "state", "show"],
      option: (choice, theme) => missingPairs(model, choice) ?? pairsChart(model, viewOf(choice), theme),
      csv,
      label: (choice) =>
        `Token by token matrix, ${showNames[choice.show]}, at ${choice.state === nLayer ? "ln_f" : blockName(choice.state)}, ${model.data.interventions[choice.head]!.spec}. Save it as CSV for its numbers.`,
      name: (choice) => `pairs-${model.data.interventions[choice.head]!.spec}-${stateName(choice.state)}-${choice.show}`,
      size: [side + 100, side],
    },
    store,
    look,
  );
  // Labels need room: a matrix of many tokens is wider than a small window, and scrolls in its own.
  const scroller = el("div", {
    class: "chart-scroll",
    attrs: { role: "region", "aria-label": "Matrix of the pairs", tabindex: 0 },
  });
  panel.canvas.replaceWith(scroller);
  scroller.append(panel.canvas);
  panel.canvas.style.minWidth = `${kRoomForLabels + tokens * kCell}px`;
  const others = el("p", "have-matrices");
  panel.controls.append(showChoice(store), makePlayer(store, nLayer));
  panel.element.append(others);
  new MutationObserver(() => (scroller.hidden = panel.canvas.hidden)).observe(panel.canvas, { attributeFilter: ["hidden"] });
  const list = () => {
    const have = withMatrices(model, store.choice.detail);
    fill(others, have.length > 0 ? "Matrices are here for " : null);
    have.forEach((index, at) => others.append(at === 0 ? "" : ", ", linkTo(index)));
    if (have.length > 0) others.append(".");
  };
  store.listen(list);
  list();
  return panel;
}
