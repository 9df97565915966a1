import { describe, expect, it } from "vitest";
import { tacetFigure } from "../src/figure";
import { figureKinds, type FigureRequest } from "../src/figure_request";
import { madeData } from "./made_data";

const data = madeData({ layers: 6, heads: 4, prompts: ["I asked my pizza for a joke.", "It told me one about cheese."], seed: 4, pairs: 2 });
const document = JSON.stringify(data);
const plain: FigureRequest = { kind: "map", prompt: 0, interventions: [], metric: null, state: null, show: null, width: null, height: null, font_size: null, dark: false, title: null };
const draw = (request: Partial<FigureRequest>, json = document) => tacetFigure(json, JSON.stringify({ ...plain, ...request }));
/** ECharts numbers its pictures; within one engine the tool draws one. */
const unnumbered = (svg: string) => svg.replace(/zr\d+/g, "zr");

describe("a figure", () => {
  it("is the same for the same request, and has the size that was asked for", () => {
    for (const kind of figureKinds) {
      const svg = draw({ kind, width: 500, height: 400 });
      expect(svg).toMatch(/^<svg width="500" height="400"[^>]* role="img">/);
      expect(unnumbered(draw({ kind, width: 500, height: 400 }))).toBe(unnumbered(svg));
      expect(unnumbered(draw({ kind, width: 500, height: 400, dark: true }))).not.toBe(unnumbered(svg));
      expect(svg).not.toContain("NaN");
      expect(svg).not.toMatch(/dominant-baseline|<style|class=|pointer-events|ecmeta/);
    }
  });

  it("shows text as text", () => {
    const hostile = structuredClone(data);
    hostile.prompts[0]!.text = "<script>alert(1)</script> {a|b} \u202e\u0000";
    hostile.prompts[0]!.tokens[0]!.text = "</text><script>";
    for (const kind of figureKinds) {
      const svg = draw({ kind, title: "</title><b>\u0007" }, JSON.stringify(hostile));
      expect(svg).not.toContain("<script");
      expect(svg).not.toContain("<b>");
      expect(/[\u0000-\u0008\u202e]/.test(svg)).toBe(false);
    }
  });

  it("says what is wrong with a request", () => {
    expect(() => draw({ kind: "pie" as never })).toThrow("there is no figure 'pie'");
    expect(() => draw({ kind: "ripple", interventions: ["L7H0"] })).toThrow("the results hold no L7H0");
    expect(() => draw({ kind: "pairs", interventions: ["L0H0", "L0H1"] })).toThrow("shows one intervention");
    expect(() => draw({ kind: "pairs", state: 6 })).toThrow("there is no block 6");
    expect(() => draw({ kind: "pairs" }, JSON.stringify(madeData({ layers: 3, heads: 2 })))).toThrow("the model is needed");
    const without = structuredClone(data);
    without.prompts[0]!.trajectory = null;
    expect(() => draw({ kind: "trajectory" }, JSON.stringify(without))).toThrow("the model is needed");
  });
});
