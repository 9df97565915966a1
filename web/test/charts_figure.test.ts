import { describe, expect, it } from "vitest";
import { tacetFigure } from "../src/figure";
import { figureKinds, type FigureRequest, neighbourKinds } from "../src/figure_request";
import { madeData } from "./made_data";
import { madePatch, madePredict } from "./made_neighbours";

const data = madeData({ layers: 6, heads: 4, prompts: ["I asked my pizza for a joke.", "It told me one about cheese."], seed: 4, pairs: 2, followed: 2 });
const document = JSON.stringify(data);
const plain: FigureRequest = { kind: "map", prompt: 0, interventions: [], metric: null, state: null, show: null, quantity: null, part: null, width: null, height: null, font_size: null, dark: false, title: null };
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

describe("a figure of predict or patch", () => {
  const predict = JSON.stringify(madePredict({ layers: 4, heads: 3, modes: ["zero", "mean"] }));
  const patch = JSON.stringify(madePatch({ layers: 3, heads: 2, by: "head,position" }));

  it("is drawn by its kind, and is the same again", () => {
    for (const kind of neighbourKinds) {
      const json = kind === "patch" ? patch : predict;
      const parts = kind === "comparison" ? ["maps", "histograms", "scatter"] : [null];
      for (const part of parts) {
        const svg = draw({ kind, part, dark: true }, json);
        expect(svg).toMatch(/^<svg width="\d+" height="\d+"[^>]* role="img">\n<title>[^<]+<\/title>/);
        expect(unnumbered(draw({ kind, part, dark: true }, json))).toBe(unnumbered(svg));
        expect(svg).not.toContain("NaN");
        expect(svg).not.toMatch(/dominant-baseline|<style|class=|pointer-events|ecmeta/);
      }
    }
    expect(draw({ kind: "predict", interventions: ["L2H1"] }, predict)).toContain("with and without L2H1");
    expect(draw({ kind: "patch", state: 1, quantity: "logit_diff" }, patch)).toContain("heads of block 1");
  });

  it("says what is wrong with a request", () => {
    expect(() => draw({ kind: "map" }, predict)).toThrow("have no figure 'map'");
    expect(() => draw({ kind: "predict" }, patch)).toThrow("have no figure 'predict'");
    expect(() => draw({ kind: "predict", interventions: ["L9H1"] }, predict)).toThrow("hold no L9H1");
    expect(() => draw({ kind: "predict", interventions: ["L0H1", "L0H2"] }, predict)).toThrow("name one");
    expect(() => draw({ kind: "predict", quantity: "kl", interventions: ["L0H1"] }, predict)).toThrow("belongs to the map");
    const plainOne = JSON.stringify(madePredict({ layers: 2, heads: 2, contrast: false }));
    expect(() => draw({ kind: "predict", quantity: "logit_diff" }, plainOne)).toThrow("no contrast");
    expect(() => draw({ kind: "comparison" }, plainOne)).toThrow("compare nothing");
    expect(() => draw({ kind: "followed" }, JSON.stringify(madeData({ layers: 3, heads: 2 })))).toThrow("no words were followed");
    expect(() => draw({ kind: "map" })).not.toThrow();
  });

  it("shows text as text", () => {
    const hostile = "</text><script>";
    const data = madePredict({ layers: 2, heads: 2, prompt: hostile, modes: [hostile, "mean"] });
    data.targets[0]!.token.text = hostile;
    const other = madePatch({ layers: 2, heads: 2, by: "block,position" });
    other.pairs[0]!.clean.tokens[2]!.text = hostile;
    other.pairs[0]!.clean.prompt = hostile;
    for (const svg of [draw({ kind: "predict" }, JSON.stringify(data)), draw({ kind: "comparison" }, JSON.stringify(data)), draw({ kind: "predict", interventions: ["L0H0"] }, JSON.stringify(data)), draw({ kind: "patch" }, JSON.stringify(other))]) {
      expect(svg).not.toContain("<script");
    }
  });
});
