import { describe, expect, it } from "vitest";
import { change, cosine, number, pValue, stateName } from "../src/charts/format";
import { escapedXml, plain, tokenLabels, visibleText } from "../src/charts/labels";
import { divergingScale, rounded, sequentialScale } from "../src/charts/scale";
import { logTicks } from "../src/charts/ripple";
import { contrast, darkTheme, inkOn, lightTheme } from "../src/theme";
import { textWidth } from "../src/figure_text";

const texts = (...list: string[]) => list.map((text) => ({ text }));

describe("labels", () => {
  it("show spaces, and what draws nothing or turns the text", () => {
    expect(tokenLabels(texts(" a", "b\n", "\u202ec", "\u200b", "\u0000", ""))).toEqual(["␣a", "b␊", "\\u202ec", "\\u200b", "␀", "∅"]);
    expect(visibleText("two  words\t\u007f")).toBe("two  words␉␡");
  });

  it("tell the same token at two places apart, and only that", () => {
    expect(tokenLabels(texts("a", " my", "b", " my"))).toEqual(["a", "␣my (1)", "b", "␣my (3)"]);
    // Different tokens that look the same when cut are told apart as well.
    const long = "x".repeat(40);
    expect(tokenLabels(texts(`${long}a`, `${long}b`))).toEqual([`${"x".repeat(15)}… (0)`, `${"x".repeat(15)}… (1)`]);
  });

  it("keep characters beyond 16 bits whole, and no half of one", () => {
    expect(tokenLabels(texts("🍕", "\ud83c", "\udf55x"))).toEqual(["🍕", "\ufffd", "\ufffdx"]);
    expect(visibleText("🍕🍕🍕", 2)).toBe("🍕…");
  });

  it("are no markup", () => {
    expect(plain("{a|b} | {c}")).not.toMatch(/\{\w+\|/);
    expect(escapedXml(`<b a="1">&`)).toBe("&lt;b a=&quot;1&quot;&gt;&amp;");
  });
});

describe("numbers", () => {
  it("have three digits, a real minus and their sign where it matters", () => {
    expect([number(0), number(0.012345), number(-0.5), number(null), number(NaN), number(Infinity)]).toEqual(["0", "0.0123", "−0.5", "–", "–", "∞"]);
    expect([change(0.5), change(-1.234e-7), change(-Infinity)]).toEqual(["+0.5", "−1.23e−7", "−∞"]);
    expect(cosine(-0.25)).toBe("−0.2500");
    expect([pValue(-2), pValue(-9.0000001), pValue(-Infinity), pValue(NaN), pValue(0)]).toEqual(["0.01", "1e−9", "0", "–", "1"]);
    expect(stateName(3, 24)).toBe("block 3 (hidden_states[4])");
    expect(stateName(24, 24)).toBe("ln_f");
  });
});

describe("scales", () => {
  it("are the same on both sides of zero, and end at a round number", () => {
    const scale = divergingScale(lightTheme, [0.0031, -0.0007]);
    expect([scale.low, scale.high, scale.beyond]).toEqual([-0.004, 0.004, false]);
    expect(scale.colour(0)).toBe(lightTheme.diverging[4]);
    expect(scale.colour(-1)).toBe(lightTheme.diverging[0]);
    expect([rounded(0.0031), rounded(1), rounded(0.3), rounded(0)]).toEqual([0.004, 1, 0.3, 1]);
  });

  it("do not let one far value make all others pale, and say so", () => {
    const scale = divergingScale(lightTheme, [...Array.from({ length: 99 }, (_, at) => at / 100), 50]);
    expect(scale.high).toBe(1);
    expect(scale.beyond).toBe(true);
    expect(divergingScale(lightTheme, [1, Infinity]).beyond).toBe(true);
  });

  it("can be turned round", () => {
    const scale = sequentialScale(lightTheme, 0, 10, 5, true);
    expect(scale.colour(0)).toBe(lightTheme.sequential[lightTheme.sequential.length - 1]);
  });

  it("of logarithms hold the values between ticks of 1, 2 and 5", () => {
    expect(logTicks(0.003, 0.04)).toEqual([0.002, 0.005, 0.01, 0.02, 0.05]);
    expect(logTicks(0.01, 0.01)).toEqual([0.01]);
    expect(logTicks(1e-6, 1)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
  });
});

describe("colours", () => {
  it("are read on their background", () => {
    for (const theme of [lightTheme, darkTheme]) {
      for (const colour of [theme.text, theme.muted]) expect(contrast(colour, theme.background)).toBeGreaterThan(4.5);
      for (const colour of [...theme.series, theme.connector, theme.separator]) expect(contrast(colour, theme.background)).toBeGreaterThan(3);
      for (const colour of [...theme.diverging, ...theme.sequential]) expect(contrast(inkOn(colour), colour)).toBeGreaterThan(4.5);
    }
  });
});

describe("widths without a screen", () => {
  it("grow with the text, the size and the weight", () => {
    expect(textWidth("wide", "12px Arial")).toBeGreaterThan(textWidth("ill", "12px Arial"));
    expect(textWidth("a", "24px Arial")).toBeCloseTo(2 * textWidth("a", "12px Arial"));
    expect(textWidth("a", "600 12px Arial")).toBeGreaterThan(textWidth("a", "12px Arial"));
    expect(textWidth("漢", "10px Arial")).toBe(10);
    expect(textWidth("e\u0301", "10px Arial")).toBe(textWidth("e", "10px Arial"));
  });
});
