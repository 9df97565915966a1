import { describe, expect, it } from "vitest";
import { visibleText } from "../src/charts/labels";
import { blockName, delta, factor, figure, percent, ratio } from "../src/app/numbers";
import { visible, visibleToken } from "../src/app/text";

describe("text from prompts", () => {
  it("shows what cannot be seen", () => {
    expect(visible("a\u0000b\tc\nd\u001b[31m\u007f")).toBe("a␀b␉c␊d␛[31m␡");
    expect(visible("x\u202ey\u200bz\u2066\ufeff")).toBe("x\\u202ey\\u200bz\\u2066\\ufeff");
    expect(visible("\u0085\u{e0041}")).toBe("\\u0085\\u{e0041}");
  });

  it("leaves the rest as it is", () => {
    const text = "Grüße, 東京 שלום 🍕 <b>&amp;</b>";
    expect(visible(text)).toBe(text);
  });

  it("puts a sign in place of half a character", () => {
    expect(visible("a\ud83cb")).toBe("a\ufffdb");
  });

  it("marks the spaces of tokens", () => {
    expect(visibleToken(" pizza")).toBe("␣pizza");
  });

  it("cuts between characters", () => {
    expect(visibleText("🍕🍕🍕🍕", 3)).toBe("🍕🍕…");
    expect(visibleText("abc", 3)).toBe("abc");
    expect(visibleText("a ␣")).toBe("a ␣");
  });
});

describe("numbers", () => {
  it("writes Δ with its sign", () => {
    expect([delta(0.000412), delta(-0.00272), delta(3.14e-7), delta(0), delta(null), delta(NaN)]).toEqual([
      "+0.00041",
      "−0.00272",
      "+3.1e-7",
      "0",
      "–",
      "–",
    ]);
  });

  it("writes ratios, factors and shares", () => {
    expect([ratio(-4.567), ratio(Infinity), ratio(-Infinity)]).toEqual(["−4.57", "+∞", "−∞"]);
    expect(factor(Math.log(1.02))).toBe("× 1.020");
    expect(percent(0.875)).toBe("88 %");
  });

  it("names blocks in both ways", () => {
    expect(blockName(3)).toBe("block 3 (hidden_states[4])");
    expect(blockName(3, "Δ 0")).toBe("block 3 (hidden_states[4]; Δ 0)");
  });

  it("writes the figures of a claim, whatever they are", () => {
    expect([figure(0.080612345), figure(true), figure("inf"), figure(null), figure(-3), figure(1e-9), figure("L3H5")]).toEqual([
      "0.080612",
      "yes",
      "∞",
      "–",
      "−3",
      "1.000e-9",
      "L3H5",
    ]);
  });
});
