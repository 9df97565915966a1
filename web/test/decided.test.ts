import { describe, expect, it } from "vitest";
import { readingInput } from "../src/app/reading_panel";
import { controlText, standingName, standingOf, standingText, standsUp, type Standing } from "../src/app/standing";
import { glanceOf, summariesOf } from "../src/app/summaries";
import { mapChart } from "../src/charts/map";
import { rippleChart } from "../src/charts/ripple";
import { kNone, PageModel } from "../src/model";
import { lightTheme } from "../src/theme";
import { madeData } from "./made_data";

const text = "one two three four five six seven eight nine ten";
const data = madeData({ layers: 6, heads: 4, prompts: [text, "a b c d e f"], beside: ["dyadic", "token-swap"], seed: 3 });
const model = new PageModel(data);
const swap = model.by(2);

describe("the results by another test", () => {
  it("have its p, marks and intervals", () => {
    expect(model.tests()).toEqual(["paired", "dyadic", "token-swap"]);
    expect(swap.data.test.name).toBe("token-swap");
    const [by, own] = [swap.cells(0, 5)!, model.cells(0, 5)!];
    own.log10p.forEach((p, state) => {
      if (state >= 1) expect(by.log10p[state]).toBeCloseTo(p / 3, 4);
    });
    const marks = (one: PageModel) => data.interventions.reduce((sum, _, i) => sum + one.cells(0, i)!.code.filter((code) => code !== kNone).length, 0);
    expect(marks(swap)).toBeLessThan(marks(model));
    expect(swap.ripple(0, 5)!.growth).toBe(model.ripple(0, 5)!.growth);
  });

  it("keep what no test decides", () => {
    expect(swap.cells(0, 5)!.mean).toEqual(model.cells(0, 5)!.mean);
    expect(swap.summary(1, 3)!.late).toBe(model.summary(1, 3)!.late);
    expect(swap.trajectory(0)).toBe(model.trajectory(0));
  });

  it("are counted anew, over all prompts too", () => {
    const wide = new PageModel(madeData({ layers: 12, heads: 12, prompts: [text, "a b c"], beside: ["token-swap"], seed: 3 }));
    for (const prompt of [0, "all"] as const) {
      const neither = (test: number) => glanceOf(summariesOf(wide.by(test), prompt)).neither;
      expect(neither(1)).toBeGreaterThan(neither(0));
    }
  });

  it("are the same object each time, and the first test's are the model itself", () => {
    expect(model.by(0)).toBe(model);
    expect(model.by(2)).toBe(swap);
    expect(() => model.by(3)).toThrow(/no test 2 beside/u);
  });

  it("are named in the charts' notes", () => {
    const note = (option: object) => (option as { title: { subtext: string } }).title.subtext;
    expect(note(mapChart(swap, { prompt: 0, metric: "late", chosen: [] }, lightTheme))).toContain("token-swap test");
    expect(note(rippleChart(swap, { prompt: 0, interventions: [1] }, lightTheme))).toContain("token-swap test, max-T: p adj.");
    expect(note(rippleChart(model, { prompt: 0, interventions: [1] }, lightTheme))).toContain("paired t-test, Bonferroni: p adj.");
  });
});

describe("tokens' shares", () => {
  it("are one row per state, from the cut on", () => {
    const i = model.indexOf("L2H1");
    expect(model.tokenShares(0, i, 1)).toBeNull();
    const { first, shares } = model.tokenShares(0, i, 2)!;
    expect(first).toBe(0);
    expect(shares.length).toBe(10);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect(model.tokenShares(0, i, 6)).not.toBeNull();
    expect(model.tokenShares(0, i, 7)).toBeNull();
  });

  it("begin behind position 0 where that is left out, and are missing where the test was", () => {
    const fewer = structuredClone(data);
    fewer.prompts[0]!.tokens.unshift({ id: 1, text: "zero" });
    expect(new PageModel(fewer).tokenShares(0, 0, 0)!.first).toBe(1);
    const without = new PageModel(madeData({ layers: 3, heads: 2 }));
    expect(without.tokenShares(0, 0, 0)).toBeNull();
  });
});

describe("whether a verdict stands up", () => {
  const standing = (kind: Standing["kind"], name = "paired"): Standing => ({
    test: { ...data.test, name },
    late: 2,
    marked: kind === "none" ? 0 : 2,
    log10P: -3,
    kind,
  });

  it("follows from both tests", () => {
    expect(standsUp(standing("connector"), standing("connector"))).toBe("It stands up.");
    expect(standsUp(standing("connector"), standing("none"))).toBe("It does not stand up.");
    expect(standsUp(standing("none"), standing("separator"))).toBe("Only the second test finds it.");
    expect(standsUp(standing("none"), standing("none"))).toBe("Neither test finds a late effect.");
  });

  it("is said with the numbers of the late blocks", () => {
    expect(standingName(standing("none"))).toBe("paired t-test, Bonferroni");
    expect(standingName(standing("none", "token-swap"))).toBe("token-swap test, max-T");
    expect(standingText(standing("separator"))).toBe("▲ separator: 2 of 2 late blocks significant, smallest p adj. 0.001");
  });

  it("is beside what the controls say", () => {
    expect(controlText({ n: 999, p_late_delta: 0.012, p_growth: null, note: "" })).toBe(
      "Against 999 pushes of its size in random directions: late Δ p 0.012.",
    );
    expect(controlText({ n: 99, p_late_delta: 0.5, p_growth: 0.25, note: "" })).toContain("; its growth p 0.25.");
    expect(controlText({ n: 0, p_late_delta: null, p_growth: null, note: "nothing is taken out" })).toBe(
      "There are no controls: nothing is taken out.",
    );
  });

  it("is taken from the rows", () => {
    const choice = { head: model.strongest(0, 1)[0]!, compare: [], prompt: 0, detail: 0, metric: "late", state: 5, show: "delta" } as const;
    const own = standingOf(readingInput(model, { ...choice, compare: [], test: 0 }));
    const by = standingOf(readingInput(model, { ...choice, compare: [], test: 2 }));
    expect(own.late).toBeGreaterThan(0);
    expect(by.log10P!).toBeCloseTo(own.log10P! / 3, 4);
    expect(by.test.name).toBe("token-swap");
  });
});
