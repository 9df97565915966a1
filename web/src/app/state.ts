/** What a reader has chosen on a page of predict or patch, kept in the address both ways. */
import type { Step } from "./choice";
import { visible } from "./text";

/** A part of the choice as the address has it. */
export interface AddressField<C> {
  name: string;
  /** The choice with `text` taken in; a sentence where the page does not hold it. */
  read: (text: string, choice: C) => C | string;
  /** What stands in the address; null where it is as the page begins. */
  write: (choice: C, start: C) => string | null;
}

type Listener<C> = (choice: C, changed: ReadonlySet<keyof C>) => void;

/** Percent escapes decoded; text that is none stays (`+` joins heads). */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export class State<C extends object> {
  readonly #start: C;
  readonly #fields: readonly AddressField<C>[];
  readonly #listeners: Listener<C>[] = [];
  #choice: C;

  constructor(start: C, fields: readonly AddressField<C>[]) {
    this.#start = start;
    this.#choice = start;
    this.#fields = fields;
  }

  get choice(): C {
    return this.#choice;
  }

  listen(listener: Listener<C>): void {
    this.#listeners.push(listener);
  }

  /** Changes a part of the choice; `push` is a step that the reader can go back from. */
  set(part: Partial<C>, step: Step = "push"): void {
    this.#take({ ...this.#choice, ...part });
    const fragment = this.address(this.#choice);
    if (fragment === location.hash) return;
    try {
      if (step === "push") history.pushState(null, "", fragment);
      else history.replaceState(null, "", fragment);
    } catch {
      // Browsers limit how often a page may do this; the next change catches up.
    }
  }

  /** The fragment that reproduces `choice`. */
  address(choice: C): string {
    const parts: string[] = [];
    for (const field of this.#fields) {
      const text = field.write(choice, this.#start);
      if (text !== null) parts.push(`${field.name}=${text}`);
    }
    return `#${parts.join("&")}`;
  }

  /** What a fragment asks for, and what of it the page does not hold. */
  parse(fragment: string): { choice: C; notes: string[] } {
    let choice = this.#start;
    const notes: string[] = [];
    const texts = new Map<string, string>();
    for (const part of fragment.replace(/^#/u, "").split("&")) {
      const at = part.indexOf("=");
      if (at > 0) texts.set(decoded(part.slice(0, at)).trim(), decoded(part.slice(at + 1)).trim());
    }
    for (const field of this.#fields) {
      const text = texts.get(field.name);
      if (text === undefined) continue;
      const read = field.read(text, choice);
      if (typeof read === "string") notes.push(`The address asks for ${field.name} “${visible(text)}”, which is not in this page. ${read}`);
      else choice = read;
    }
    return { choice, notes };
  }

  /** Takes the choice from the address, now and whenever that changes. */
  follow(tell: (notes: string[]) => void): void {
    const read = () => {
      const { choice, notes } = this.parse(location.hash);
      tell(notes);
      this.#take(choice);
    };
    addEventListener("popstate", read);
    addEventListener("hashchange", read);
    read();
  }

  #take(next: C): void {
    const changed = new Set<keyof C>();
    for (const key of Object.keys(next) as (keyof C)[]) if (next[key] !== this.#choice[key]) changed.add(key);
    if (changed.size === 0) return;
    this.#choice = next;
    for (const listener of this.#listeners) listener(next, changed);
  }
}
