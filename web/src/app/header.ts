/** Who was asked, and what: model, prompt with its tokens, settings, test, versions. */
import type { PageData, PromptData, TestInfo } from "../data";
import type { ChoiceStore } from "./choice";
import { blockCorrection, correctionName, testName } from "../charts/format";
import { el, fill } from "./dom";
import { isolated, visible, visibleToken } from "./text";

const families: Record<string, string> = {
  blocks: "all blocks",
  reachable: "the blocks at and above the cut",
  sweep: "all reachable head × block cells",
};

/** The test in words: its name, α, and the families of the blocks and of the map. */
function testText(test: TestInfo): string {
  const correction = blockCorrection(test);
  const own =
    correction === ""
      ? "blocks uncorrected"
      : `blocks of one head: ${correction} over ${families[test.family] ?? test.family}`;
  const sweep =
    test.sweep_correction === "none" || test.sweep_family_size < 2
      ? ""
      : `; map: ${correctionName(test.sweep_correction)} over the ${test.sweep_family_size} head × block cells of a sweep`;
  return `${testName(test.name)}, α = ${test.alpha}; ${own}${sweep}`;
}

/** `no-rogue:3` in words; the other kinds are words already. */
function cosineText(cosine: string): string {
  const left = /^no-rogue:(\d+)$/.exec(cosine)?.[1];
  if (left === undefined) return `${cosine} cosine`;
  return `cosine without each block's ${left} rogue dimension${left === "1" ? "" : "s"}`;
}

function settingsText(data: PageData): string {
  const { mode, states, cosine, pairs, exclude_first } = data.settings;
  return [
    mode === "zero" ? "heads silenced (zero at the input of attn.c_proj)" : `mode ${mode}`,
    states === "hf" ? "states as hidden_states has them (the last is ln_f's output)" : "states after each block",
    cosineText(cosine),
    pairs === "all" ? "all pairs" : "pairs that can move",
    exclude_first ? "position 0 left out" : "position 0 among the pairs",
  ].join("; ");
}

/** A text's tokens in a row; what `marks` says of a position stands behind its id. */
export function chipsOf(tokens: readonly { id: number; text: string }[], label: string, marks: (at: number) => string | null): HTMLElement {
  const list = el("ol", { class: "tokens", attrs: { "aria-label": label, start: 0 } });
  tokens.forEach((token, at) => {
    const mark = marks(at);
    list.append(
      el(
        "li",
        mark === null ? "token" : "token touched",
        el("span", "token-at", String(at)),
        el("bdi", "token-text", visibleToken(token.text)),
        el("span", "token-id", mark === null ? String(token.id) : `${token.id} · ${mark}`),
      ),
    );
  });
  return list;
}

function tokenChips(prompt: PromptData): HTMLElement {
  const touched = prompt.positions === "all" ? null : new Set(prompt.positions);
  return chipsOf(prompt.tokens, "Tokens of the prompt", (at) => (touched?.has(at) ? "cut here" : null));
}

/** Facts as a list of terms. */
export function rows(entries: [string, Node | string][]): HTMLElement {
  const list = el("dl", "facts");
  for (const [name, value] of entries) {
    list.append(el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  }
  return list;
}

/** The line on top: what this page is about. */
export function makeTitle(data: Pick<PageData, "model" | "title">, kicker: string): HTMLElement {
  const { n_layer, n_head } = data.model;
  return el(
    "header",
    "title",
    el("p", "kicker", kicker),
    el("h1", {}, data.title === "" ? isolated(data.model.id) : isolated(data.title)),
    el(
      "p",
      "subtitle",
      data.title === "" ? null : isolated(data.model.id),
      data.title === "" ? null : " · ",
      `${n_layer} blocks × ${n_head} heads · d_model ${data.model.d_model}`,
    ),
  );
}

/** The facts of the run; follows the prompt that is shown. */
export function makeFacts(data: PageData, store: ChoiceStore): HTMLElement {
  const prompt = el("div", "prompt");
  const show = () => {
    const at = store.choice.detail;
    const shown = data.prompts[at]!;
    const name = data.prompts.length > 1 ? `Prompt ${at + 1} of ${data.prompts.length}` : "Prompt";
    fill(
      prompt,
      el(
        "p",
        "prompt-text",
        el("span", "label", shown.id === "" ? name : `${name} (${visible(shown.id)})`),
        el("q", {}, isolated(shown.text)),
      ),
      tokenChips(shown),
      el(
        "p",
        "hint",
        `${shown.tokens.length} tokens, ${shown.n_pairs} pairs compared. Above each token its position, below it its id; ␣ is a space.`,
      ),
    );
  };
  store.listen((_, changed) => changed.has("detail") && show());
  show();
  return el(
    "section",
    { class: "about", attrs: { "aria-label": "What was run" } },
    prompt,
    el(
      "details",
      "run",
      el("summary", {}, "Model, settings and test"),
      rows([
        ["Model", isolated(data.model.id)],
        ["Fingerprint", el("code", {}, visible(data.model.fingerprint))],
        ["Weights", `${data.model.dtype}, ${data.model.n_layer} blocks × ${data.model.n_head} heads, d_model ${data.model.d_model}`],
        ["Settings", settingsText(data)],
        ["Test", testText(data.test)],
        ...data.beside.map(({ test }): [string, string] => ["Beside it", testText(test)]),
        ["Versions", `tacet ${visible(data.version)}, page ${data.schema}`],
      ]),
    ),
  );
}
