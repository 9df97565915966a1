import { describe, expect, it } from "vitest";
import { moved } from "../src/app/map_moves";
import type { Choice } from "../src/app/choice";
import { readingInput } from "../src/app/reading_panel";
import { readingOf } from "../src/app/reading";
import { glanceOf, ordered, summariesOf } from "../src/app/summaries";
import { PageModel } from "../src/model";
import { madeData } from "./made_data";

const data = madeData({ layers: 6, heads: 4, joint: ["L1H0+L2H3"], prompts: ["one two three four five six seven eight nine ten eleven twelve", "a b c d e"], seed: 3 });
const model = new PageModel(data);
const choice: Choice = { head: 0, compare: [], prompt: 0, detail: 0, metric: "late", test: 0, state: 5, show: "delta" };
const at = (spec: string) => ({ ...choice, head: model.indexOf(spec) });
const specAfter = (spec: string, key: string) => {
  const next = moved(model, at(spec), key);
  return next === null ? null : data.interventions[next]!.spec;
};

describe("made data", () => {
  it("is the same for the same seed", () => {
    expect(madeData({ layers: 3, heads: 2, seed: 5 })).toEqual(madeData({ layers: 3, heads: 2, seed: 5 }));
    expect(madeData({ layers: 3, heads: 2, seed: 5 })).not.toEqual(madeData({ layers: 3, heads: 2, seed: 6 }));
  });
});

describe("walking the map", () => {
  it("goes up the blocks and along the heads", () => {
    expect(specAfter("L2H1", "ArrowUp")).toBe("L3H1");
    expect(specAfter("L2H1", "ArrowDown")).toBe("L1H1");
    expect(specAfter("L2H1", "ArrowLeft")).toBe("L2H0");
    expect(specAfter("L2H1", "ArrowRight")).toBe("L2H2");
    expect(specAfter("L2H1", "Home")).toBe("L2H0");
    expect(specAfter("L2H1", "End")).toBe("L2H3");
    expect(specAfter("L0H1", "PageUp")).toBe("L4H1");
  });

  it("stays on the map, and leaves other keys alone", () => {
    expect(specAfter("L0H0", "ArrowDown")).toBeNull();
    expect(specAfter("L5H3", "ArrowRight")).toBeNull();
    expect(specAfter("L2H1", "Enter")).toBeNull();
    expect(specAfter("L2H1", "toString")).toBeNull();
  });

  it("begins at a joint intervention's first head", () => {
    expect(specAfter("L1H0+L2H3", "ArrowUp")).toBe("L1H0");
  });

  it("steps over heads that were not silenced", () => {
    const some = madeData({ layers: 6, heads: 4, seed: 3 });
    const prompt = some.prompts[0]!;
    const gone = some.interventions.findIndex((entry) => entry.spec === "L2H2");
    prompt.present = prompt.present.filter((index) => index !== gone);
    const partial = new PageModel(some);
    const from = { ...choice, head: partial.indexOf("L2H1") };
    expect(partial.spec(moved(partial, from, "ArrowRight")!)).toBe("L2H3");
  });
});

describe("the summaries", () => {
  const all = summariesOf(model, 0);

  it("hold every intervention", () => {
    expect(all).toHaveLength(25);
    expect(summariesOf(model, "all")).toHaveLength(25);
  });

  it("come in any order", () => {
    const sizes = ordered(all, { column: "late", descending: true }).map((entry) => Math.abs(entry.summary.late!));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(sizes[0]).toBeGreaterThan(sizes[24]!);
    const bySpec = ordered(all, { column: "spec", descending: true });
    expect(bySpec[0]!.spec).toBe("L1H0+L2H3");
  });

  it("put what has no value last, in both directions", () => {
    const without = all.map((entry, index) => ({
      ...entry,
      summary: { ...entry.summary, onset: index % 2 === 0 ? null : index },
    }));
    for (const descending of [true, false]) {
      const onsets = ordered(without, { column: "onset", descending }).map((entry) => entry.summary.onset);
      expect(onsets.slice(0, 12).every((onset) => onset !== null)).toBe(true);
      expect(onsets.slice(12).every((onset) => onset === null)).toBe(true);
    }
  });

  it("give the first glance", () => {
    const glance = glanceOf(all);
    expect(glance.connectors + glance.separators + glance.neither).toBe(24);
    const lates = all.filter((entry) => entry.single && entry.summary.role === "connector").map((entry) => entry.summary.late!);
    expect(lates.length).toBeGreaterThan(0);
    expect(glance.strongestConnector!.summary.late).toBe(Math.min(...lates));
    expect(glanceOf([])).toMatchObject({ connectors: 0, strongestConnector: null, strongestSeparator: null });
  });
});

describe("the reading of the model", () => {
  it("takes its numbers from the columns", () => {
    const input = readingInput(model, at("L2H1"));
    expect(input.rows).toHaveLength(6);
    expect(input.rows[0]!.effect).toBe("unchanged");
    expect(input.rows[2]!.effect).not.toBe("unchanged");
    expect(input.finalNorm).not.toBeNull();
    expect(input.late).toBeCloseTo((input.rows[4]!.mean + input.rows[5]!.mean) / 2, 6);
    expect(input.prompts).toEqual({ significant: model.summary("all", model.indexOf("L2H1"))!.nSignificant, of: 2 });
    expect(readingOf(input).verdict).toMatch(/^L2H1/u);
  });
});
