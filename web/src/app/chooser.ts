/** The controls that stay in reach: prompt, head, heads to compare, light or dark. */
import type { PageModel } from "../model";
import type { ChoiceStore } from "./choice";
import { testName } from "../charts/format";
import { visibleText } from "../charts/labels";
import { el, fill } from "./dom";
import { visible } from "./text";

/** Longest text of a prompt in its chooser. */
const kPromptLength = 60;

function promptChoice(model: PageModel, store: ChoiceStore): HTMLElement | null {
  const { prompts, overall } = model.data;
  if (prompts.length < 2) return null;
  const select = el("select", {
    attrs: { id: "prompt" },
    on: { change: () => store.set({ prompt: select.value === "all" ? "all" : Number(select.value) }) },
  });
  if (overall !== null) select.append(el("option", { attrs: { value: "all" } }, `All ${prompts.length} prompts`));
  prompts.forEach((prompt, at) => {
    const name = prompt.id === "" ? "" : `${visible(prompt.id)}: `;
    select.append(
      el("option", { attrs: { value: at, dir: "ltr" } }, `${at + 1} · ${name}${visibleText(prompt.text, kPromptLength)}`),
    );
  });
  const show = () => (select.value = String(store.choice.prompt));
  store.listen(show);
  show();
  return el("div", "field field-prompt", el("label", { attrs: { for: "prompt" } }, "Prompt"), select);
}

/** Options of all interventions of a prompt, grouped by block. */
function headOptions(model: PageModel, prompt: number): HTMLElement[] {
  const groups = new Map<string, HTMLElement>();
  model.data.interventions.forEach((entry, index) => {
    if (!model.has(prompt, index)) return;
    const name = entry.heads.length > 1 ? "Joint" : `Block ${entry.cut_layer}`;
    let group = groups.get(name);
    if (!group) groups.set(name, (group = el("optgroup", { attrs: { label: name } })));
    group.append(el("option", { attrs: { value: index } }, entry.spec));
  });
  return [...groups.values()];
}

/** Lists the heads of the prompt that is shown: again only where another prompt has other heads. */
function listing(model: PageModel, store: ChoiceStore, list: () => void): () => void {
  const heads = () => model.prompt(store.choice.detail).present;
  let listed = heads();
  list();
  return () => {
    const now = heads();
    if (now.length === listed.length && now.every((index, at) => index === listed[at])) return;
    listed = now;
    list();
  };
}

function headChoice(model: PageModel, store: ChoiceStore): HTMLElement {
  const select = el("select", {
    attrs: { id: "head" },
    on: { change: () => store.set({ head: Number(select.value) }) },
  });
  const list = listing(model, store, () => fill(select, ...headOptions(model, store.choice.detail)));
  const show = () => (select.value = String(store.choice.head));
  store.listen((_, changed) => {
    if (changed.has("detail")) list();
    show();
  });
  show();
  return el("div", "field", el("label", { attrs: { for: "head" } }, "Head"), select);
}

/** The test that decides what is significant, on all of the page; null where there is one alone. */
function testChoice(model: PageModel, store: ChoiceStore): HTMLElement | null {
  const tests = model.tests();
  if (tests.length < 2) return null;
  const select = el("select", {
    attrs: { id: "test" },
    on: { change: () => store.set({ test: Number(select.value) }) },
  });
  tests.forEach((name, at) => {
    select.append(el("option", { attrs: { value: at } }, at === 0 ? `${testName(name)} (as run)` : testName(name)));
  });
  const show = () => (select.value = String(store.choice.test));
  store.listen(show);
  show();
  return el("div", "field field-test", el("label", { attrs: { for: "test" } }, "Significant by"), select);
}

/** Where the page has one test alone: which, and how to get the others. */
export function makeOneTest(model: PageModel): HTMLElement | null {
  const [name, ...others] = model.tests();
  if (others.length > 0) return null;
  const leftOut = model.data.left_out.some((note) => note.startsWith("What other tests say"));
  return el(
    "p",
    "which",
    `Significant means by the ${testName(name!)} alone. `,
    ...(leftOut
      ? ["The notes at the end say which tests are left out."]
      : ["Results made with ", el("code", "option", "--test all"), " can be looked at through every test here."]),
  );
}

/** Heads that stand beside the chosen one in the ripple. */
export function makeCompared(model: PageModel, store: ChoiceStore): HTMLElement {
  const select = el("select", {
    attrs: { id: "compare" },
    on: {
      change: () => {
        if (select.value !== "") store.toggleCompared(Number(select.value));
      },
    },
  });
  const chips = el("ul", { class: "compared-heads", attrs: { "aria-label": "Compared heads" } });
  const list = listing(model, store, () =>
    fill(
      select,
      el("option", { attrs: { value: "" } }, "Add a head …"),
      ...headOptions(model, store.choice.detail),
    ),
  );
  const show = () => {
    select.value = "";
    chips.hidden = store.choice.compare.length === 0;
    fill(
      chips,
      ...store.choice.compare.map((index) => {
        const { spec } = model.data.interventions[index]!;
        const remove = () => {
          store.toggleCompared(index);
          select.focus();
        };
        return el(
          "li",
          {},
          el(
            "button",
            { attrs: { type: "button", "aria-label": `Compare ${spec} no longer` }, on: { click: remove } },
            `${spec} ×`,
          ),
        );
      }),
    );
  };
  store.listen((_, changed) => {
    if (changed.has("detail")) list();
    show();
  });
  show();
  return el("div", "field field-compare", el("label", { attrs: { for: "compare" } }, "Compare with"), select, chips);
}

/** The bar that stays on top. */
export function makeChooser(model: PageModel, store: ChoiceStore, look: HTMLElement): HTMLElement {
  return el(
    "div",
    { class: "chooser", attrs: { role: "group", "aria-label": "What is shown" } },
    headChoice(model, store),
    promptChoice(model, store),
    testChoice(model, store),
    look,
  );
}
