import { describe, expect, it } from "vitest";
import type { Choice, Known } from "../src/app/choice";
import { ChoiceStore } from "../src/app/choice";
import { canonicalSpec, formatFragment, parseFragment } from "../src/app/fragment";

const specs = ["L0H0", "L0H1", "L3H5", "L4H2", "L3H5+L4H2"];
const known: Known = {
  nLayer: 6,
  nPrompts: 3,
  hasOverall: true,
  tests: ["paired", "token-swap"],
  mostCompared: 2,
  indexOf: (spec) => specs.indexOf(spec),
  specOf: (index) => specs[index]!,
  has: (prompt, index) => !(prompt === 2 && index === 2),
  first: (prompt) => (prompt === 2 ? 3 : 1),
};
const start: Choice = { head: 1, compare: [], prompt: 0, detail: 0, metric: "late", test: 0, state: 5, show: "delta" };
const parse = (fragment: string) => parseFragment(fragment, known, start);

describe("a fragment", () => {
  it("may be empty, and is the start then", () => {
    expect(parse("")).toEqual({ choice: start, notes: [] });
    expect(parse("#")).toEqual({ choice: start, notes: [] });
  });

  it("chooses a head alone", () => {
    expect(parse("#head=L3H5")).toEqual({ choice: { ...start, head: 2 }, notes: [] });
  });

  it("takes every spelling of a head", () => {
    for (const spelling of ["l3h5", "3.5", "L03H5", "L3H5%20", "%4c3H5"]) {
      expect(parse(`#head=${spelling}`).choice.head).toBe(2);
    }
    expect(parse("#head=L3H5+L4H2").choice.head).toBe(4);
    expect(parse("#head=3.5%2B4.2").choice.head).toBe(4);
    expect(canonicalSpec("no head")).toBe("no head");
  });

  it("says all of a view", () => {
    const { choice, notes } = parse("#head=L3H5&prompt=2&metric=t&test=token-swap&block=3&show=clean&compare=L0H0,L4H2");
    expect(notes).toEqual([]);
    expect(choice).toEqual({ head: 2, compare: [0, 3], prompt: 1, detail: 1, metric: "t", test: 1, state: 3, show: "clean" });
  });

  it("knows ln_f and all prompts", () => {
    expect(parse("#block=ln_f").choice.state).toBe(6);
    expect(parse("#prompt=all&detail=2").choice).toMatchObject({ prompt: "all", detail: 1 });
  });

  it.each([
    ["#head=L99H1", "“L99H1”"],
    ["#head=<b>", "“<b>”"],
    ["#prompt=4", "“4”"],
    ["#prompt=0", "“0”"],
    ["#block=6", "“6”"],
    ["#metric=toString", "“toString”"],
    ["#show=constructor", "“constructor”"],
    ["#test=dyadic", "“dyadic”"],
    ["#compare=L9H9", "“L9H9”"],
    ["#head=%ff", "“%ff”"],
    ["#head=a\u202eb", "“a\\u202eb”"],
  ])("with something that is not there (%s) tells, and shows the rest", (fragment, quoted) => {
    const { choice, notes } = parse(fragment);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(quoted);
    expect(choice).toEqual(start);
  });

  it("tells of a head that this prompt does not have", () => {
    const { choice, notes } = parse("#prompt=3&head=L3H5");
    expect(choice.head).toBe(3);
    expect(notes).toEqual([expect.stringContaining("L3H5 was not silenced on prompt 3")]);
  });

  it("comes back as it was written", () => {
    const choices: Choice[] = [
      start,
      { ...start, head: 4, compare: [0, 2] },
      { ...start, prompt: "all", detail: 1, metric: "onset" },
      { ...start, prompt: 1, detail: 1, state: 6, show: "silenced" },
      { ...start, state: 0 },
    ];
    for (const choice of choices) {
      const fragment = formatFragment(choice, known, start);
      expect(parse(fragment)).toEqual({ choice, notes: [] });
    }
    expect(formatFragment({ ...start, head: 2 }, known, start)).toBe("#head=L3H5");
  });
});

describe("the choice", () => {
  it("tells its listeners what changed, and only then", () => {
    const store = new ChoiceStore(start, known);
    const heard: string[][] = [];
    store.listen((_, changed) => heard.push([...changed]));
    store.set({ head: 2 });
    store.set({ head: 2 });
    store.set({ compare: [] });
    store.set({ metric: "t", state: 1 });
    expect(heard).toEqual([["head"], ["metric", "state"]]);
  });

  it("keeps to heads that the prompt has", () => {
    const store = new ChoiceStore({ ...start, head: 2, compare: [0] }, known);
    store.set({ prompt: 2 });
    expect(store.choice).toMatchObject({ head: 3, prompt: 2, detail: 2 });
    store.set({ prompt: "all" });
    expect(store.choice).toMatchObject({ prompt: "all", detail: 2 });
  });

  it("compares a few heads, and never one with itself", () => {
    const store = new ChoiceStore(start, known);
    for (const index of [0, 2, 3]) store.toggleCompared(index);
    expect(store.choice.compare).toEqual([2, 3]);
    store.toggleCompared(2);
    store.toggleCompared(1);
    expect(store.choice.compare).toEqual([3]);
    store.set({ head: 3 });
    expect(store.choice.compare).toEqual([]);
  });
});
