/** The reading of the chosen head, in words. */
import type { PageModel, Ripple } from "../model";
import type { Choice, ChoiceStore } from "./choice";
import { el, fill } from "./dom";
import { type ReadingInput, type ReadingRow, readingOf } from "./reading";
import { controlText, type Standing, standingName, standingOf, standingText, standsUp } from "./standing";

/** Of `code` of the cells. */
const effects = ["none", "coupling", "decoupling", "unchanged"] as const;
const nothing: Ripple = { onset: null, persistence: null, growth: null, growthAbsolute: null, signChanges: null };

function existing(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** One row per state of an intervention; none where the prompt does not have it. */
function rowsOf(model: PageModel, prompt: number, intervention: number): ReadingRow[] {
  const cells = model.cells(prompt, intervention);
  if (cells === null) return [];
  return Array.from(cells.mean, (mean, layer) => ({
    layer,
    mean,
    ciHalf: existing(cells.ciHalf[layer]),
    log10P: existing(cells.log10p[layer]),
    effect: effects[cells.code[layer]!] ?? "none",
    direct: existing(cells.direct?.[layer]),
  }));
}

/** All that the reading needs to know of the chosen head on the prompt that is shown. */
export function readingInput(all: PageModel, choice: Choice): ReadingInput {
  const model = all.by(choice.test);
  const { data } = model;
  const prompt = data.prompts[choice.detail]!;
  const entry = data.interventions[choice.head]!;
  const ripple = model.ripple(choice.detail, choice.head) ?? nothing;
  const summary = model.summary(choice.detail, choice.head);
  const over = data.prompts.length > 1 ? model.summary("all", choice.head) : null;
  const rows = rowsOf(model, choice.detail, choice.head);
  const nLayer = data.model.n_layer;
  return {
    spec: entry.spec,
    nHeads: entry.heads.length,
    cut: entry.cut_layer,
    nLayer,
    rows: rows.slice(0, nLayer),
    finalNorm: prompt.has_final_norm ? (rows[nLayer] ?? null) : null,
    late: summary?.late ?? null,
    onset: ripple.onset,
    persistence: ripple.persistence,
    growth: ripple.growth,
    signChanges: ripple.signChanges,
    sweepLog10P: summary?.log10p ?? null,
    nPairs: prompt.n_pairs,
    nTokens: prompt.tokens.length,
    positions: prompt.positions,
    settings: data.settings,
    test: data.test,
    prompts: over === null || over.nSignificant === null ? null : { significant: over.nSignificant, of: data.prompts.length },
  };
}

/** Names of options in a type of their own, which no line break tears apart. */
function withOptions(text: string): (Node | string)[] {
  return text.split(/(--[a-z-]+)/u).map((part) => (part.startsWith("--") ? el("code", "option", part) : part));
}

/**
 * The verdict by the test that the results were made with and by the token-swap test, side by side;
 * null where they are one, or the second was not made.
 */
function makeStanding(model: PageModel, choice: Choice): HTMLElement | null {
  const swap = model.tests().indexOf("token-swap");
  if (swap < 1) return null;
  const [first, second] = [0, swap].map((test) => standingOf(readingInput(model, { ...choice, test })));
  const entry = (standing: Standing) =>
    el("div", {}, el("dt", {}, standingName(standing)), el("dd", {}, standingText(standing)));
  return el(
    "div",
    "standing",
    el("p", {}, el("b", {}, "Does it stand up? "), standsUp(first!, second!)),
    el("dl", "standing-tests", entry(first!), entry(second!)),
  );
}

/** The panel: a verdict in one line, the sentences, the caveats. */
export function makeReading(model: PageModel, store: ChoiceStore): HTMLElement {
  const body = el("div", { class: "reading-body", attrs: { "aria-live": "polite" } });
  const show = () => {
    const reading = readingOf(readingInput(model, store.choice));
    const which =
      model.data.prompts.length > 1 ? `On prompt ${store.choice.detail + 1} of ${model.data.prompts.length}` : null;
    fill(
      body,
      which === null ? null : el("p", "label", which),
      el("p", "reading-verdict", reading.verdict),
      el(
        "dl",
        "key-figures",
        ...reading.facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
      ),
      makeStanding(model, store.choice),
      model.data.control === null ? null : el("p", "control-text", el("b", {}, "Is it the head? "), controlText(model.data.control)),
      ...reading.sentences.map((sentence) => el("p", {}, sentence)),
    );
    fill(caveats, ...reading.caveats.map((caveat) => el("li", {}, ...withOptions(caveat))));
  };
  const caveats = el("ul", "caveats");
  store.listen((_, changed) => ["head", "detail", "test"].some((key) => changed.has(key as keyof Choice)) && show());
  show();
  return el(
    "section",
    { class: "panel reading", attrs: { id: "reading", tabindex: -1, "aria-labelledby": "reading-heading" } },
    el("h2", { attrs: { id: "reading-heading" } }, "The chosen head, in words"),
    body,
    el("h3", {}, "To keep in mind"),
    caveats,
  );
}
