/** Controls of the pages of predict and patch. */
import type { State } from "./state";
import { el, fill } from "./dom";

/** A labelled list that chooses a part of the choice; null where there is nothing to choose. */
export function makeSelect<C extends object>(
  store: State<C>,
  id: string,
  label: string,
  options: { value: number | string; text: string; group?: string }[],
  get: (choice: C) => number | string,
  set: (value: string) => Partial<C>,
): HTMLElement | null {
  if (options.length < 2) return null;
  const select = el("select", { attrs: { id }, on: { change: () => store.set(set(select.value)) } });
  const groups = new Map<string, HTMLElement>();
  for (const { value, text, group } of options) {
    let place: HTMLElement = select;
    if (group !== undefined) {
      place = groups.get(group) ?? el("optgroup", { attrs: { label: group } });
      if (!groups.has(group)) select.append(place);
      groups.set(group, place);
    }
    place.append(el("option", { attrs: { value } }, text));
  }
  const show = () => (select.value = String(get(store.choice)));
  store.listen(show);
  show();
  return el("div", "field", el("label", { attrs: { for: id } }, label), select);
}

/** A few choices side by side. */
export function makeSegments<C extends object>(
  store: State<C>,
  name: string,
  legend: string,
  options: { value: string; text: string }[],
  get: (choice: C) => string,
  set: (value: string) => Partial<C>,
): HTMLElement {
  const inputs = options.map(({ value, text }) => {
    const input = el("input", { attrs: { type: "radio", name, value }, on: { change: () => store.set(set(value)) } });
    return { input, value, label: el("label", {}, input, el("span", {}, text)) };
  });
  const show = () => inputs.forEach((one) => (one.input.checked = one.value === get(store.choice)));
  store.listen(show);
  show();
  return el("fieldset", "segments", el("legend", {}, legend), ...inputs.map((one) => one.label));
}

export interface Card {
  label: string;
  head: Node | string;
  hint: string;
}

/** The answers to the first questions, side by side. */
export function makeCards(cards: Card[]): HTMLElement {
  return el(
    "section",
    { class: "glance", attrs: { "aria-label": "At a glance" } },
    el(
      "div",
      "glance-cards",
      ...cards.map(({ label, head, hint }) =>
        el("div", "glance-card", el("p", "label", label), el("p", "glance-head", head), el("p", "hint", hint)),
      ),
    ),
  );
}

/** A link whose address chooses something and keeps the rest of the view. */
export function linker<C extends object>(store: State<C>): (part: Partial<C>, text: string) => HTMLElement {
  return (part, text) => {
    const link = el("a", { class: "head-link", attrs: { href: store.address({ ...store.choice, ...part }) } }, text);
    store.listen(() => link.setAttribute("href", store.address({ ...store.choice, ...part })));
    return link;
  };
}

/** Sentences that follow the choice. */
export function makeWords<C extends object>(store: State<C>, heading: string, words: (choice: C) => { verdict: string; sentences: string[] }): HTMLElement {
  const body = el("div", { class: "reading-body", attrs: { role: "status" } });
  const show = () => {
    const { verdict, sentences } = words(store.choice);
    fill(body, el("p", "reading-verdict", verdict), ...sentences.map((text) => el("p", {}, text)));
  };
  store.listen(show);
  show();
  return el("section", { class: "words", attrs: { "aria-labelledby": "words-heading" } }, el("h2", { attrs: { id: "words-heading" } }, heading), body);
}
