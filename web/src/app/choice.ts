/** What a reader has chosen, and who hears of it. */

import type { Metric } from "../charts/map";
import type { Show } from "../charts/pairs";

export interface Choice {
  /** Index of the chosen intervention. */
  head: number;
  /** Those compared with it. */
  compare: number[];
  /** What map, table and families show. */
  prompt: number | "all";
  /** The prompt of the views that show one; `prompt` itself unless that is "all". */
  detail: number;
  metric: Metric;
  /** The test that decides what is significant: its place in the page's list of tests. */
  test: number;
  /** Block of the pairs' matrix; `n_layer` is ln_f. */
  state: number;
  show: Show;
}

/** What the page's data holds, as far as a choice depends on it. */
export interface Known {
  nLayer: number;
  nPrompts: number;
  hasOverall: boolean;
  /** Names of the tests, first the one that the results were made with. */
  tests: readonly string[];
  mostCompared: number;
  /** Index of an intervention, -1 where there is none of that name. */
  indexOf: (spec: string) => number;
  specOf: (index: number) => string;
  /** Whether a prompt has an intervention. */
  has: (prompt: number, index: number) => boolean;
  /** The intervention that is shown unless another is asked for. */
  first: (prompt: number) => number;
}

/** `push` is a step that the reader can go back from; `replace` is not. */
export type Step = "push" | "replace";
export type Changed = ReadonlySet<keyof Choice>;
type Listener = (choice: Choice, changed: Changed, step: Step | null) => void;

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, at) => value === b[at]);
  }
  return a === b;
}

/** Holds the choice; tells the listeners what of it changed. */
export class ChoiceStore {
  readonly #known: Known;
  readonly #listeners: Listener[] = [];
  #choice: Choice;

  constructor(choice: Choice, known: Known) {
    this.#choice = choice;
    this.#known = known;
  }

  get choice(): Choice {
    return this.#choice;
  }

  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Changes a part of the choice. A head that the prompt does not have gives way to its first. */
  set(part: Partial<Choice>, step: Step | null = "push"): void {
    const next = { ...this.#choice, ...part };
    if (next.prompt !== "all") next.detail = next.prompt;
    if (!this.#known.has(next.detail, next.head)) next.head = this.#known.first(next.detail);
    next.compare = next.compare
      .filter((index) => index !== next.head && this.#known.has(next.detail, index))
      .slice(0, this.#known.mostCompared);
    const changed = new Set<keyof Choice>();
    for (const key of Object.keys(next) as (keyof Choice)[]) {
      if (!same(next[key], this.#choice[key])) changed.add(key);
    }
    if (changed.size === 0) return;
    this.#choice = next;
    for (const listener of this.#listeners) listener(next, changed, step);
  }

  /** Compares `index` with the chosen head, or no longer. */
  toggleCompared(index: number): void {
    const { compare } = this.#choice;
    this.set({
      compare: compare.includes(index)
        ? compare.filter((other) => other !== index)
        : [...compare, index].slice(-this.#known.mostCompared),
    });
  }
}
