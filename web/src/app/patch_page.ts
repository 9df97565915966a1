/** The page of `patch`: which places carry the answer from one prompt to the other. */
import { csvOf } from "../charts/export";
import { change, number } from "../charts/format";
import { visibleText } from "../charts/labels";
import { patchCells, patchChart, placeLines, positionLabels, runNames, shareText, valueText } from "../charts/patch";
import { quoted } from "../charts/predict";
import { type PatchPageData, real } from "../neighbour_data";
import { PatchModel, type Unit } from "../patch_model";
import { ChartPanel } from "./chart_panel";
import { makeColophon } from "./colophon";
import { linker, makeCards, makeSegments, makeSelect, makeWords } from "./controls";
import { el, fill } from "./dom";
import { makeInteractive } from "./grid_panel";
import { chipsOf, makeTitle, rows } from "./header";
import { Look } from "./look";
import { makeNotes, printOnPaper } from "./page";
import { type Choice, start, stateOf } from "./patch_choice";
import type { State } from "./state";
import { isolated, visible } from "./text";
import { makeValueTable } from "./value_table";

const words: [string, string][] = [
  ["Head", "L3H5 is head 5 of block 3, both counted from 0. What is patched of a head is its output z, before attn.c_proj; of a block the residual stream that enters it."],
  ["Logit difference", "The target's logit minus the contrast's, after the last token."],
  ["Denoise, noise", "Denoise puts the clean run's values into the corrupted run: what is enough for the clean answer. Noise puts the corrupted run's values into the clean run: what is needed for it."],
  ["Share", "How far the patch alone takes the logit difference from the patched run's to the other run's: 0 % changes nothing, 100 % is all of it. Below 0 it leads away, above 100 % too far. There is none where both runs are equal."],
  ["◆", "The two prompts have different tokens here."],
];

function makeFacts(model: PatchModel, store: State<Choice>): HTMLElement {
  const { data } = model;
  const prompts = el("div", "prompt");
  const side = (name: string, label: string, own: PatchPageData["pairs"][number]["clean"], other: PatchPageData["pairs"][number]["clean"]) =>
    el(
      "div",
      "side",
      el("p", "prompt-text", el("span", "label", `${label}: logit difference ${change(real(own.logit_diff))}`), el("q", {}, isolated(own.prompt))),
      chipsOf(own.tokens, `Tokens of the ${name} prompt`, (at) => (own.tokens[at]!.id === other.tokens[at]?.id ? null : "◆ differs")),
    );
  const show = () => {
    const pair = data.pairs[store.choice.pair]!;
    const which = data.pairs.length > 1 ? ` of pair ${store.choice.pair + 1}` : "";
    fill(
      prompts,
      side("clean", `Clean prompt${which}`, pair.clean, pair.corrupt),
      side("corrupted", `Corrupted prompt${which}`, pair.corrupt, pair.clean),
      el("p", "hint", `Target ${quoted(pair.target)} against ${quoted(pair.contrast)}, after the last token. ◆ where the prompts differ; ␣ is a space.`),
    );
  };
  store.listen((_, changed) => changed.has("pair") && show());
  show();
  const { from, to } = runNames(model);
  return el(
    "section",
    { class: "about", attrs: { "aria-label": "What was run" } },
    prompts,
    el(
      "details",
      "run",
      el("summary", {}, "Model and settings"),
      rows([
        ["Model", isolated(data.model.id)],
        ["Fingerprint", el("code", {}, visible(data.model.fingerprint))],
        ["Weights", `${data.model.dtype}, ${data.model.n_layer} blocks × ${data.model.n_head} heads, d_model ${data.model.d_model}`],
        ["Patched", `by ${data.by}, ${data.direction}: values of the ${to} run go into the ${from} run`],
        ["Runs", `${data.runs} of ${data.pairs.length * model.count} places; the others put in what is there already`],
        ["Versions", `tacet ${visible(data.version)}, page ${data.schema}`],
      ]),
    ),
  );
}

function makeGlance(model: PatchModel, store: State<Choice>): HTMLElement {
  const link = linker(store);
  const unit = start(model).unit;
  const { from, to } = runNames(model);
  const best = model.strongest(unit);
  const [up] = best.filter((cell) => model.value(unit, cell) > 0);
  const [down] = best.filter((cell) => model.value(unit, cell) < 0);
  const card = (label: string, cell: number | undefined, hint: string) => ({
    label,
    head: cell === undefined ? "none" : link({ cell }, model.nameOf(cell)),
    hint: cell === undefined ? "No place does so." : `${valueText(unit, model.value(unit, cell))}. ${hint}`,
  });
  const means = model.data.pairs.length > 1 ? `, mean of ${model.data.pairs.length} pairs` : "";
  return makeCards([
    { label: `Logit difference${means}`, head: `${change(model.clean)} / ${change(model.corrupt)}`, hint: model.hasShare ? "Clean / corrupted." : "Clean / corrupted: they are equal, so that there is no share; the maps show logits." },
    card("▲ Carries most", up, `Patched alone, it takes the ${from} run this far to the ${to} one.`),
    card("▼ Leads away most", down, `Patched alone, it takes the ${from} run away from the ${to} one.`),
  ]);
}

function reading(model: PatchModel, choice: Choice): { verdict: string; sentences: string[] } {
  const { from, to } = runNames(model);
  const name = model.nameOf(choice.cell);
  const share = model.value("recovered", choice.cell);
  const moved = model.value("logit_diff", choice.cell);
  const { position } = model.placeOf(choice.cell);
  const text = position === null ? null : model.textsAt(position);
  const token = text === null ? "" : text.differs ? ` There the clean prompt has ${quoted({ id: 0, text: text.clean })} and the corrupted one ${quoted({ id: 0, text: text.corrupt })}.` : ` Both prompts have ${quoted({ id: 0, text: text.clean })} there.`;
  const verdict = isNaN(share)
    ? `${name} moves the logit difference by ${change(moved)}`
    : share === 0
      ? `${name} brings nothing of the ${to} run`
      : share > 0
        ? `${name} brings ${shareText(share, "")} of the way to the ${to} run`
        : `${name} leads ${shareText(-share, "")} away from the ${to} run`;
  return {
    verdict,
    sentences: [`${placeLines(model, choice.cell).map((line) => `${line.charAt(0).toUpperCase()}${line.slice(1)}.`).join(" ")}${token}`, `One place was patched at a time: shares of several places need not add up, and what ${from === "clean" ? "is needed" : "is enough"} alone may differ from what ${from === "clean" ? "is enough" : "is needed"}.`],
  };
}

function csvOfCells(model: PatchModel): string {
  const list = Array.from({ length: model.count }, (_, cell) => {
    const { layer, head, position } = model.placeOf(cell);
    return [layer, head, position, model.logits(cell), model.value("recovered", cell), model.sd("logit_diff", cell), model.sd("recovered", cell)];
  });
  return csvOf(["layer", "head", "position", "logit_diff", "recovered", "logit_diff_sd", "recovered_sd"], list);
}

interface MapPlan {
  id: string;
  heading: string;
  hint: string;
  /** The block whose heads are shown; null: all blocks. */
  block: (choice: Choice) => number | null;
  rows: number;
}

function makeMapPanel(model: PatchModel, store: State<Choice>, look: Look, plan: MapPlan): ChartPanel<Choice> {
  const viewOf = (choice: Choice) => ({ unit: choice.unit, block: plan.block(choice), chosen: [outlined(choice)] });
  // A map of blocks shows one head a block: its cell stands for the chosen one's place.
  const outlined = (choice: Choice) => {
    if (model.data.by !== "head,position" || plan.block(choice) !== null) return choice.cell;
    const { layer, position } = model.placeOf(choice.cell);
    return model.cellOf(layer, model.strongestHead(choice.unit, layer, position!), position!);
  };
  const labels = model.data.by === "head" ? [] : positionLabels(model);
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const panel = new ChartPanel<Choice>(
    {
      id: plan.id,
      heading: plan.heading,
      hint: plan.hint,
      uses: ["cell", "unit"],
      option: (choice, theme) => patchChart(model, viewOf(choice), theme),
      csv: () => csvOfCells(model),
      label: () => "",
      name: (choice) => `patch-${choice.unit}${plan.block(choice) === null ? "" : `-block-${plan.block(choice)}`}`,
      size: [Math.max(760, 220 + labels.length * 26), 220 + plan.rows * 24 + longest * 7],
      interactive: true,
    },
    store,
    look,
  );
  panel.canvas.style.height = `${Math.max(16, plan.rows * 1.4 + 5) + longest * 0.45}rem`;
  // Labels need room: many positions scroll in a window of their own.
  const scroller = el("div", { class: "chart-scroll" });
  panel.canvas.replaceWith(scroller);
  scroller.append(panel.canvas);
  if (labels.length > 0) panel.canvas.style.minWidth = `${170 + labels.length * 15}px`;
  makeInteractive({
    role: "map of places",
    cells: () => patchCells(model, viewOf(store.choice)),
    chosen: () => outlined(store.choice),
    choose: (cell, byKey) => store.set({ cell }, byKey ? "replace" : "push"),
    spoken: (cell) => `${model.nameOf(cell)}: ${valueText(store.choice.unit, model.value(store.choice.unit, cell))}`,
    label: () => `${plan.heading}: ${store.choice.unit === "recovered" ? "share of the way" : "change of the logit difference"}.`,
    panel,
    listen: (listener) => store.listen(listener),
  });
  return panel;
}

function plansOf(model: PatchModel): MapPlan[] {
  const walk = "Click to choose; with the keyboard, arrow keys walk the map.";
  if (model.data.by === "head") {
    return [{ id: "map", heading: "Map of heads", hint: `One cell per head, patched at all tokens. ${walk}`, block: () => null, rows: model.nLayer }];
  }
  const position = "◆ marks where the prompts differ: the clean token, then the corrupted one.";
  if (model.data.by === "block,position") {
    return [{ id: "map", heading: "Map of blocks and positions", hint: `One cell per block and token of the stream that enters it. ${position} ${walk}`, block: () => null, rows: model.nLayer }];
  }
  return [
    { id: "map", heading: "Strongest head of each block", hint: `Of every block and token, the head whose value is farthest from 0; the name is in its cell's tooltip. ${position} ${walk}`, block: () => null, rows: model.nLayer },
    { id: "block-heads", heading: "Heads of the chosen block", hint: "All heads of the block that is chosen, at every token; the colours are those of the other map.", block: (choice) => model.placeOf(choice.cell).layer, rows: model.nHead },
  ];
}

function makeTable(model: PatchModel, store: State<Choice>): HTMLElement {
  const several = model.data.pairs.length > 1;
  const size = (unit: Unit) => (cell: number) => Math.abs(model.value(unit, cell));
  const text = (position: number | null) => {
    const at = position === null ? null : model.textsAt(position);
    if (at === null) return position === null ? "all" : String(position);
    return at.differs ? `◆ ${quoted({ id: 0, text: at.clean })} / ${quoted({ id: 0, text: at.corrupt })}` : quoted({ id: 0, text: at.clean });
  };
  const sd = (unit: Unit) => ({
    name: unit === "recovered" ? "sd of share" : "sd of logits",
    text: (cell: number) => (unit === "recovered" ? shareText(model.sd(unit, cell) ?? NaN, "") : number(model.sd(unit, cell))),
    order: (cell: number) => model.sd(unit, cell) ?? NaN,
  });
  const { element, show } = makeValueTable({
    id: "strongest",
    heading: "Places",
    hint: "The strongest come first; choose a column to sort by its size, a place to see it in the map.",
    caption: "Table of places",
    first: "Place",
    name: (cell) => model.nameOf(cell),
    columns: [
      { name: "Tokens", left: true, text: (cell) => text(model.placeOf(cell).position) },
      { name: "Share", text: (cell) => shareText(model.value("recovered", cell)), order: size("recovered") },
      ...(several ? [sd("recovered")] : []),
      { name: "Logit difference", text: (cell) => number(model.logits(cell)), order: size("logit_diff") },
      { name: "Δ", text: (cell) => change(model.value("logit_diff", cell)), order: size("logit_diff") },
      ...(several ? [sd("logit_diff")] : []),
    ],
    rows: () => model.strongest(store.choice.unit).slice(0, 1000),
    chosen: () => store.choice.cell,
    choose: (cell) => store.set({ cell }),
  });
  store.listen((_, changed) => (changed.has("cell") || changed.has("unit")) && show());
  return element;
}

function makeChooser(model: PatchModel, store: State<Choice>, look: HTMLElement): HTMLElement {
  const { unit } = store.choice;
  const of = (cell: number) => model.placeOf(cell);
  const rowsOf: { value: number; text: string; group?: string }[] = [];
  for (let layer = 0; layer < model.nLayer; layer++) {
    for (let head = 0; head < model.nHead; head++) {
      if (model.data.by === "block,position") rowsOf.push({ value: layer, text: `block ${layer}` });
      else rowsOf.push({ value: layer * model.nHead + head, text: `L${layer}H${head}`, group: `Block ${layer}` });
    }
  }
  const row = (cell: number) => Math.floor(cell / model.nPosition);
  const labels = model.data.by === "head" ? [] : positionLabels(model);
  return el(
    "div",
    { class: "chooser", attrs: { role: "group", "aria-label": "What is shown" } },
    makeSelect(store, "head", model.data.by === "block,position" ? "Block" : "Head", rowsOf, (choice) => row(choice.cell), (value) => ({
      cell: Number(value) * model.nPosition + (of(store.choice.cell).position ?? 0),
    })),
    makeSelect(store, "position", "Token", labels.map((text, value) => ({ value, text: `${value} · ${text}` })), (choice) => of(choice.cell).position ?? 0, (value) => {
      const place = of(store.choice.cell);
      return { cell: model.cellOf(place.layer, place.head ?? 0, Number(value)) };
    }),
    makeSelect(store, "pair", "Pair", model.data.pairs.map((pair, value) => ({ value, text: `${value + 1} · ${visibleText(pair.clean.prompt, 40)}` })), (choice) => choice.pair, (value) => ({ pair: Number(value) })),
    unit === "logit_diff"
      ? null
      : makeSegments(store, "unit", "Maps", [{ value: "recovered", text: "Share" }, { value: "logit_diff", text: "Logits" }], (choice) => choice.unit, (value) => ({ unit: value as Unit })),
    look,
  );
}

/** Builds the page of `data` in `place`. */
export function makePatchPage(data: PatchPageData, place: HTMLElement): void {
  const model = new PatchModel(data);
  const store = stateOf(model);
  const look = new Look();
  const notes = makeNotes();
  const panels = plansOf(model).map((plan) => makeMapPanel(model, store, look, plan));
  const table = makeTable(model, store);
  const maps = panels.map((panel) => panel.element);
  // Two maps, or a map and its table, side by side; many positions take the whole width.
  const wide = model.nPosition > 24;
  fill(
    place,
    makeTitle(data, "tacet · activation patching"),
    el(
      "main",
      {},
      makeFacts(model, store),
      makeGlance(model, store),
      makeChooser(model, store, look.element),
      notes.element,
      makeWords(store, "In words", (choice) => reading(model, choice)),
      ...(wide ? [...maps, table] : maps.length > 1 ? [el("div", "side-by-side", ...maps), table] : [el("div", "side-by-side", ...maps, table)]),
    ),
    makeColophon(data.version, words),
  );
  store.follow(notes.tell);
  printOnPaper(look, panels);
}
