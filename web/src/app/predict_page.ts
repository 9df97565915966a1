/** The page of `predict`: what becomes of the next token without each head. */
import { csvOf } from "../charts/export";
import { change, number } from "../charts/format";
import { predictBars, predictCells, predictMap, quantityTexts, quoted } from "../charts/predict";
import { visibleText } from "../charts/labels";
import type { PredictPageData } from "../neighbour_data";
import { PredictModel, quantities, type Quantity } from "../predict_model";
import { ChartPanel } from "./chart_panel";
import { makeColophon } from "./colophon";
import { makeComparison } from "./comparison_panels";
import { linker, makeCards, makeSelect, makeWords } from "./controls";
import { el, fill } from "./dom";
import { makeInteractive } from "./grid_panel";
import { chipsOf, makeTitle, rows } from "./header";
import { Look } from "./look";
import { makeNotes, printOnPaper } from "./page";
import { type Choice, stateOf } from "./predict_choice";
import type { State } from "./state";
import { isolated, visible } from "./text";
import { makeValueTable } from "./value_table";

const quantityNames: Record<Quantity, string> = {
  prob: "ΔP",
  log_prob: "Δ ln P",
  logit_diff: "Δ logit difference",
  kl: "KL",
  rank: "Δ rank",
};

const words: [string, string][] = [
  ["Head", "L3H5 is head 5 of block 3, both counted from 0."],
  ["Silencing", "The head's slice at the input of attn.c_proj is set to zero (or changed as the settings say); the projection's bias stays."],
  ["P, ln P, rank", "Of the token as the next one after the last position: its share of the softmax over the whole vocabulary, its natural logarithm, and its place; rank 1 is the most likely token."],
  ["Δ", "With the head silenced, minus clean."],
  ["Logit difference", "The target's logit minus the contrast's: it does not move when all logits move together."],
  ["KL", "KL(clean ‖ silenced) in nats, over the whole vocabulary: 0 where nothing changed, whichever token was asked for."],
  ["◆", "Without the head another token is the most likely one."],
];

function makeFacts(data: PredictPageData, model: PredictModel): HTMLElement {
  const { position } = data;
  return el(
    "section",
    { class: "about", attrs: { "aria-label": "What was run" } },
    el(
      "div",
      "prompt",
      el("p", "prompt-text", el("span", "label", "Prompt"), el("q", {}, isolated(data.prompt))),
      chipsOf(data.tokens, "Tokens of the prompt", (at) => (at === position ? "predicts" : null)),
      el("p", "hint", `${data.tokens.length} tokens; what comes after token ${position} is predicted. Above each token its position, below it its id; ␣ is a space.`),
    ),
    el(
      "details",
      "run",
      el("summary", {}, "Model and settings"),
      rows([
        ["Model", isolated(data.model.id)],
        ["Fingerprint", el("code", {}, visible(data.model.fingerprint))],
        ["Weights", `${data.model.dtype}, ${data.model.n_layer} blocks × ${data.model.n_head} heads, d_model ${data.model.d_model}`],
        ["Silenced", `${model.specs.length} interventions, ${model.variants.map((one) => visibleText(one.name)).join("; ")}`],
        ["Versions", `tacet ${visible(data.version)}, page ${data.schema}`],
      ]),
    ),
  );
}

function makeGlance(model: PredictModel, store: State<Choice>): HTMLElement {
  const link = linker(store);
  const { data } = model;
  const clean = model.score(0, null);
  const diff = model.logitDiff(null);
  const contrast = data.contrast === null || diff === null ? "" : ` Logit difference to ${quoted(data.contrast.token)}: ${change(diff)}.`;
  const best = model.top(null)[0];
  const all = model.specs.map((_, s) => s).filter((s) => model.at(0, s) !== null);
  const delta = (s: number) => model.value("prob", 0, model.at(0, s)!);
  const lowest = all.reduce((a, b) => (delta(b) < delta(a) ? b : a), all[0]!);
  const highest = all.reduce((a, b) => (delta(b) > delta(a) ? b : a), all[0]!);
  const changed = all.filter((s) => model.top1Changed[model.at(0, s)!] === 1).length;
  const card = (label: string, s: number, wanted: boolean, hint: string) => ({
    label,
    head: wanted ? link({ head: s }, model.specs[s]!.spec) : "none",
    hint: wanted ? `ΔP ${change(delta(s))}, Δ ln P ${change(model.value("log_prob", 0, model.at(0, s)!))}. ${hint}` : "No head moves the target this way.",
  });
  return makeCards([
    {
      label: `Clean: P(${quoted(data.targets[0]!.token)})`,
      head: number(clean.prob),
      hint: `Rank ${number(clean.rank)}${best === undefined || clean.rank === 1 ? "" : `; the most likely token is ${quoted(best.token)} with ${number(best.prob)}`}.${contrast}`,
    },
    card("▼ The target needs most", lowest, delta(lowest) < 0, "Without it the target is less likely."),
    card("▲ Stands against it most", highest, delta(highest) > 0, `Without it the target is more likely. ${changed} of ${all.length} heads change the most likely token.`),
  ]);
}

function reading(model: PredictModel, choice: Choice): { verdict: string; sentences: string[] } {
  const { spec } = model.specs[choice.head]!;
  const i = model.at(choice.variant, choice.head);
  const way = model.variants[choice.variant]!.name;
  if (i === null) return { verdict: `${spec} was not silenced by ${visibleText(way)}`, sentences: [] };
  const token = quoted(model.data.targets[choice.target]!.token);
  const clean = model.score(choice.target, null);
  const score = model.score(choice.target, i);
  const delta = model.value("prob", choice.target, i);
  const verdict = delta === 0 ? `Without ${spec}, ${token} is as likely as before` : `Without ${spec}, ${token} is ${delta > 0 ? "more" : "less"} likely`;
  const diff = model.logitDiff(i);
  const best = model.top(i)[0];
  const ways =
    model.variants.length < 2
      ? ""
      : ` Silenced by ${visibleText(way)}; the other ways: ${model.variants
          .map((one, v) => [one, model.at(v, choice.head)] as const)
          .filter(([one, other]) => one.name !== way && other !== null)
          .map(([one, other]) => `${visibleText(one.name)} ΔP ${change(model.value("prob", choice.target, other!))}`)
          .join(", ")}.`;
  return {
    verdict,
    sentences: [
      `P ${number(clean.prob)} → ${number(score.prob)} (ΔP ${change(delta)}, Δ ln P ${change(model.value("log_prob", choice.target, i))}), rank ${number(clean.rank)} → ${number(score.rank)}.` +
        (diff === null || choice.target !== 0 ? "" : ` Logit difference to ${quoted(model.data.contrast!.token)}: ${change(model.logitDiff(null))} → ${change(diff)}.`),
      `The whole prediction moves by KL ${number(model.kl[i])} nats${model.top1Changed[i] === 1 && best !== undefined ? `, and ${quoted(best.token)} is the most likely token now` : "; the most likely token stays"}.${ways}`,
      "This is one prompt: nothing here says what the head does on others.",
    ],
  };
}

function makeMapPanel(model: PredictModel, store: State<Choice>, look: Look): ChartPanel<Choice> {
  const viewOf = (choice: Choice) => ({ ...choice, chosen: [choice.head] });
  const cells = () => predictCells(model, viewOf(store.choice));
  const spoken = (s: number) => {
    const i = model.at(store.choice.variant, s);
    const { quantity, target } = store.choice;
    return i === null ? model.specs[s]!.spec : `${model.specs[s]!.spec}: ${quantityNames[quantity]} ${change(model.value(quantity, target, i))}${model.top1Changed[i] === 1 ? ", another token is the most likely one" : ""}`;
  };
  const panel = new ChartPanel<Choice>(
    {
      id: "map",
      heading: "Map of heads",
      hint: "One cell per head; ◆ where another token is the most likely one without it. Click to choose; with the keyboard, arrow keys walk the map.",
      uses: ["head", "quantity", "target", "variant"],
      option: (choice, theme) => predictMap(model, viewOf(choice), theme),
      csv: () => predictCsv(model),
      label: () => "",
      name: (choice) => `predict-${choice.quantity}`,
      size: [760, Math.max(420, 190 + model.nLayer * 24)],
      interactive: true,
    },
    store,
    look,
  );
  panel.canvas.style.height = `${Math.max(18, model.nLayer * 1.45 + 5)}rem`;
  makeInteractive({
    role: "map of heads",
    cells,
    chosen: () => store.choice.head,
    choose: (head, byKey) => store.set({ head }, byKey ? "replace" : "push"),
    spoken,
    label: () => `${quantityTexts[store.choice.quantity].title} of every head.`,
    panel,
    listen: (listener) => store.listen(listener),
  });
  return panel;
}

/** Everything that the page has of every intervention. */
function predictCsv(model: PredictModel): string {
  const { data } = model;
  const header = ["spec", "mode", "target_logit", "target_log_prob", "target_prob", "target_rank", "delta_prob", "delta_log_prob", "logit_diff", "delta_logit_diff", "kl", "top1_changed"];
  const list = data.interventions.map((one, i) => {
    const score = model.score(0, i);
    return [
      one.spec, one.mode, score.logit, score.logProb, score.prob, score.rank, model.value("prob", 0, i), model.value("log_prob", 0, i),
      model.logitDiff(i), data.logit_diff === null ? null : model.value("logit_diff", 0, i), model.kl[i], model.top1Changed[i],
    ];
  });
  return csvOf(header, list);
}

function makeBarsPanel(model: PredictModel, store: State<Choice>, look: Look): ChartPanel<Choice> {
  const spec = (choice: Choice) => model.specs[choice.head]!.spec;
  const panel = new ChartPanel<Choice>(
    {
      id: "bars",
      heading: "Before and after",
      hint: "Probability of the tokens asked for and of the most likely ones, clean (filled) and without the chosen head (outlined). A bar that is not there is below those that are named; --top names more.",
      uses: ["head", "variant"],
      option: (choice, theme) => predictBars(model, choice, theme),
      csv: (choice) => {
        const i = model.at(choice.variant, choice.head);
        const after = i === null ? [] : model.top(i);
        return csvOf(["run", "id", "text", "prob"], [
          ...model.top(null).map(({ token, prob }) => ["clean", token.id, token.text, prob]),
          ...after.map(({ token, prob }) => [spec(choice), token.id, token.text, prob]),
        ]);
      },
      label: (choice) => `Probabilities of the next token with and without ${spec(choice)}. ${reading(model, choice).sentences[0] ?? ""}`,
      name: (choice) => `predict-${spec(choice)}`,
      size: [760, 560],
    },
    store,
    look,
  );
  panel.canvas.style.height = "30rem";
  return panel;
}

function makeTable(model: PredictModel, store: State<Choice>): HTMLElement {
  const at = (s: number) => model.at(store.choice.variant, s)!;
  const target = () => store.choice.target;
  const size = (quantity: Quantity) => (s: number) => Math.abs(model.value(quantity, target(), at(s)));
  const text = (quantity: Quantity) => (s: number) => change(model.value(quantity, target(), at(s)));
  const { element, show } = makeValueTable({
    id: "strongest",
    heading: "Heads",
    hint: "The strongest by what the map shows come first; choose a column to sort by its size, a head to see it before and after. ◆ another token is the most likely one.",
    caption: "Table of heads",
    first: "Head",
    name: (s) => model.specs[s]!.spec,
    columns: [
      { name: "P", text: (s) => number(model.score(target(), at(s)).prob), order: (s) => model.score(target(), at(s)).prob },
      { name: "ΔP", text: text("prob"), order: size("prob") },
      { name: "Δ ln P", text: text("log_prob"), order: size("log_prob") },
      ...(model.data.contrast === null ? [] : [{ name: "Δ logit diff.", text: text("logit_diff"), order: size("logit_diff") }]),
      { name: "Rank", text: (s: number) => number(model.score(target(), at(s)).rank), order: (s: number) => model.score(target(), at(s)).rank },
      { name: "KL", text: (s) => number(model.kl[at(s)]), order: (s) => model.kl[at(s)]! },
      { name: "Most likely", left: true, text: (s) => `${quoted(model.top(at(s))[0]?.token ?? { id: 0, text: "" })}${model.top1Changed[at(s)] === 1 ? " ◆" : ""}` },
    ],
    rows: () => model.strongest(store.choice.variant, store.choice.quantity, store.choice.target),
    chosen: () => store.choice.head,
    choose: (head) => store.set({ head }),
  });
  store.listen(show);
  return element;
}

function makeChooser(model: PredictModel, store: State<Choice>, look: HTMLElement): HTMLElement {
  const bar = el("div", { class: "chooser", attrs: { role: "group", "aria-label": "What is shown" } });
  const group = (heads: string[]) => (heads.length > 1 ? "Joint" : `Block ${/^L(\d+)/u.exec(heads[0]!)?.[1]}`);
  const target = makeSelect(
    store, "target", "Target", model.data.targets.map(({ token }, value) => ({ value, text: quoted(token) })), (choice) => choice.target,
    (value) => ({ target: Number(value), ...(model.has(store.choice.quantity, Number(value)) ? {} : { quantity: "prob" as const }) }),
  );
  const list = () => quantities.filter((name) => model.has(name, store.choice.target));
  const place = el("div", "field-place");
  let listed = "";
  const showQuantities = () => {
    if (listed === list().join()) return;
    listed = list().join();
    fill(place, makeSelect(store, "quantity", "Map", list().map((value) => ({ value, text: quantityNames[value] })), (choice) => choice.quantity, (value) => ({ quantity: value as Quantity })));
  };
  store.listen(showQuantities);
  showQuantities();
  fill(
    bar,
    makeSelect(store, "head", "Head", model.specs.map(({ spec, heads }, value) => ({ value, text: spec, group: group(heads) })), (choice) => choice.head, (value) => ({ head: Number(value) })),
    place,
    target,
    makeSelect(store, "variant", "Silenced by", model.variants.map(({ name }, value) => ({ value, text: visibleText(name, 40) })), (choice) => choice.variant, (value) => ({ variant: Number(value) })),
    look,
  );
  return bar;
}

/** Builds the page of `data` in `place`. */
export function makePredictPage(data: PredictPageData, place: HTMLElement): void {
  const model = new PredictModel(data);
  const store = stateOf(model);
  const look = new Look();
  const notes = makeNotes();
  const bars = makeBarsPanel(model, store, look);
  const map = model.specs.length > 1 ? makeMapPanel(model, store, look) : null;
  const comparison = data.comparison === null ? null : makeComparison(model, data.comparison, store, look, (spec) => {
    const head = model.indexOf(spec);
    if (head >= 0) store.set({ head });
  });
  fill(
    place,
    makeTitle(data, "tacet · prediction of the next token"),
    el(
      "main",
      {},
      makeFacts(data, model),
      makeGlance(model, store),
      makeChooser(model, store, look.element),
      notes.element,
      makeWords(store, "In words", (choice) => reading(model, choice)),
      map === null ? bars.element : el("div", "side-by-side", map.element, bars.element),
      comparison?.element,
      map === null ? null : makeTable(model, store),
    ),
    makeColophon(data.version, words),
  );
  store.follow(notes.tell);
  printOnPaper(look, [bars, ...(map === null ? [] : [map]), ...(comparison?.panels ?? [])]);
}
