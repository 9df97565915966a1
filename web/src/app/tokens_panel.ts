/** What each token of the prompt has of the chosen head's change at a block, as coloured chips. */
import { divergingScale, type Scale } from "../charts/scale";
import type { PageModel, TokenShares } from "../model";
import { inkOn, type Theme } from "../theme";
import type { Choice, ChoiceStore } from "./choice";
import { el, fill } from "./dom";
import type { Look } from "./look";
import { blockName, share } from "./numbers";
import { visibleToken } from "./text";

/** Colours that the legend is made of. */
const kStops = 9;

/** Why there are no shares; null where there are. */
function missing(model: PageModel, choice: Choice): string | null {
  if (model.tokenShares(choice.detail, choice.head, choice.state) !== null) return null;
  if (model.data.prompts[choice.detail]!.token_share === null) {
    return model.tests().includes("token-swap")
      ? "The tokens' shares of this prompt are not in this page; the notes at the end say why."
      : "The tokens' shares come from the token-swap test, which was not made: --test all, or --test paired,token-swap, makes it beside the study's own.";
  }
  const { spec, cut_layer: cut } = model.data.interventions[choice.head]!;
  if (choice.state < cut) return `Nothing changes at block ${choice.state}: it lies below ${spec}, which is silenced in block ${cut}.`;
  return "Nothing is known of this state: no pair changed there, or the results do not hold it.";
}

function chip(token: { text: string }, at: number, value: number | null, scale: Scale): HTMLElement {
  const text = value === null ? "not in the pairs" : share(value);
  const item = el(
    "li",
    { class: "token", attrs: { title: `Token ${at}: ${text}${value === null ? "" : " of the change"}` } },
    el("span", "token-at", String(at)),
    el("bdi", "token-text", visibleToken(token.text)),
    el("span", "token-share", value === null ? "–" : text, value === null ? el("span", "hidden", " not in the pairs") : null),
  );
  if (value !== null) {
    const colour = scale.colour(value);
    item.style.background = colour;
    item.style.color = inkOn(colour);
  }
  return item;
}

/** The colours with what they stand for. */
function legend(scale: Scale): HTMLElement {
  const bar = el("span", { class: "legend-bar", attrs: { "aria-hidden": "true" } });
  const stops = Array.from({ length: kStops }, (_, at) => scale.colour(scale.low + ((scale.high - scale.low) * at) / (kStops - 1)));
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return el(
    "p",
    "token-legend",
    el("span", {}, `${share(scale.low)} against the change`),
    bar,
    el("span", {}, `${share(scale.high)} with it; the middle is 0`),
  );
}

function chips(model: PageModel, choice: Choice, found: TokenShares, theme: Theme): HTMLElement[] {
  const { tokens } = model.data.prompts[choice.detail]!;
  const scale = divergingScale(theme, found.shares);
  const list = el("ol", { class: "tokens shares", attrs: { "aria-label": "Tokens with their shares of the change", start: 0, tabindex: 0 } });
  tokens.forEach((token, at) => {
    const value = at < found.first ? null : found.shares[at - found.first]!;
    list.append(chip(token, at, value, scale));
  });
  return [legend(scale), list];
}

/** Which tokens have the largest shares, in words. */
function sentence(model: PageModel, choice: Choice, found: TokenShares): string {
  const { tokens } = model.data.prompts[choice.detail]!;
  const order = Array.from(found.shares.keys()).sort((a, b) => Math.abs(found.shares[b]!) - Math.abs(found.shares[a]!));
  const named = order
    .slice(0, 3)
    .map((at) => `“${visibleToken(tokens[at + found.first]!.text)}” at ${at + found.first} (${share(found.shares[at])})`);
  return `The largest shares of the change ${choice.state === model.nLayer ? "at ln_f" : `in ${blockName(choice.state)}`}: ${named.join(", ")}.`;
}

function stateChoice(model: PageModel, store: ChoiceStore): HTMLElement {
  const select = el("select", {
    attrs: { id: "tokens-block" },
    on: { change: () => store.set({ state: Number(select.value) }) },
  });
  for (let state = 0; state <= model.nLayer; state++) {
    select.append(el("option", { attrs: { value: state } }, state === model.nLayer ? "ln_f" : blockName(state)));
  }
  const show = () => (select.value = String(store.choice.state));
  store.listen(show);
  show();
  return el("div", "field", el("label", { attrs: { for: "tokens-block" } }, "At"), select);
}

/** The panel of the chips. */
export function makeTokens(model: PageModel, store: ChoiceStore, look: Look): HTMLElement {
  const body = el("div", "token-shares");
  const show = () => {
    const { choice } = store;
    const why = missing(model, choice);
    const found = model.tokenShares(choice.detail, choice.head, choice.state);
    if (why !== null || found === null) fill(body, el("p", "why", why));
    else fill(body, el("p", {}, sentence(model, choice, found)), ...chips(model, choice, found, look.theme));
  };
  const uses = ["head", "detail", "state"] as const;
  store.listen((_, changed) => uses.some((key) => changed.has(key)) && show());
  look.listen(show);
  show();
  return el(
    "section",
    { class: "panel panel-tokens", attrs: { id: "tokens", tabindex: -1, "aria-labelledby": "tokens-heading" } },
    el("div", "panel-head", el("h2", { attrs: { id: "tokens-heading" } }, "Whose change it is")),
    el(
      "p",
      "hint",
      "What each token has of the chosen head's change: how much of the sum goes when its clean and its silenced state are exchanged (token-swap test). The shares add up to 100 %; one that is below 0 works against the others. A change that one token makes alone is one event.",
    ),
    el("div", "controls", stateChoice(model, store)),
    body,
  );
}
