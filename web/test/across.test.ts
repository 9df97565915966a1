import { describe, expect, it } from "vitest";
import { chartCsv } from "../src/charts/export";
import { forestChart, forestRows } from "../src/charts/forest";
import { geometryChart } from "../src/charts/geometry";
import { mapChart } from "../src/charts/map";
import { nearNoise } from "../src/charts/noise";
import { rippleChart } from "../src/charts/ripple";
import { summariesOf } from "../src/app/summaries";
import { figureOf, type FigureRequest } from "../src/figure_request";
import { isSignificant, PageModel } from "../src/model";
import { darkTheme, lightTheme } from "../src/theme";
import { madeData } from "./made_data";

const prompts = ["one two three four five six seven eight nine ten", "a b c d e f", "g h i j k l m n"];
const model = new PageModel(madeData({ layers: 8, heads: 6, prompts, seed: 3 }));
const head = model.strongest("all", 1)[0]!;

interface Drawn {
  title: { subtext: string };
  tooltip: { formatter: (params: { dataIndex: number }) => string };
  yAxis: { data: string[] };
  series: { data: unknown[]; renderItem?: (params: { dataIndex: number }, api: object) => { children: { type: string }[] } }[];
}
const read = (option: object) => option as unknown as Drawn;

describe("a forest plot", () => {
  it("has a row for each prompt, then both means", () => {
    const rows = forestRows(model, head);
    expect(rows.map((row) => row.kind)).toEqual(["prompt", "prompt", "prompt", "mean", "weighted"]);
    const late = rows.slice(0, 3).map((row) => row.mean!);
    expect(rows[3]!.mean).toBeCloseTo(late.reduce((sum, one) => sum + one, 0) / 3, 6);
    expect(rows[0]!.high! - rows[0]!.low!).toBeCloseTo(2 * model.summary(0, head)!.lateHalf!, 6);
    expect(rows[3]!.predictionLow).toBeNull();
    expect(rows[4]!.predictionLow!).toBeLessThan(rows[4]!.low!);
  });

  it("is drawn row by row, and says its numbers", () => {
    for (const theme of [lightTheme, darkTheme]) {
      const option = read(forestChart(model, { intervention: head }, theme));
      expect(option.yAxis.data.slice(3)).toEqual(["mean (t)", "mean (REML)"]);
      const api = { coord: ([x, y]: [number, number]) => [1000 * x, 20 * y] };
      const types = (dataIndex: number) => option.series[0]!.renderItem!({ dataIndex }, api).children.map((part) => part.type);
      expect(types(0)).toEqual(["line", "line", "line", "rect"]);
      expect(types(3)).toEqual(["polygon"]);
      expect(types(4)).toEqual(["line", "line", "line", "polygon"]);
      expect(option.tooltip.formatter({ dataIndex: 4 })).toContain("a new prompt:");
      expect(option.title.subtext).toContain("I² 75 %");
    }
  });

  it("needs several prompts, as a figure too", () => {
    const single = new PageModel(madeData({ layers: 4, heads: 2 }));
    expect(forestRows(single, 0)).toEqual([]);
    const request = { kind: "forest", prompt: 0, interventions: [], metric: null, state: null, show: null, quantity: null, part: null, width: null, height: null, font_size: null, dark: false, title: null } satisfies FigureRequest;
    expect(() => figureOf(single, request)).toThrow(/several prompts/u);
    const { option } = figureOf(model, request);
    expect((option.title as { text: string }).text).toBe(`${model.spec(head)} across prompts`);
  });

  it("is a table as CSV", () => {
    const lines = chartCsv("forest", model, { intervention: head }).trim().split("\r\n");
    expect(lines[0]).toBe("spec,kind,name,late_delta,ci_low,ci_high,prediction_low,prediction_high");
    expect(lines.length).toBe(6);
    expect(lines[4]).toContain("mean,mean (t)");
  });
});

describe("the noise floor", () => {
  const noisy = new PageModel(madeData({ layers: 8, heads: 6, prompts, seed: 3, noise: 0.001 }));
  const cells = noisy.cells(0, head)!;

  it("marks what is significant below ten times it, in every place", () => {
    const near = noisy.data.interventions.map((_, i) => i).filter((i) => nearNoise(noisy, 0, i).late);
    const far = noisy.data.interventions.map((_, i) => i).filter((i) => noisy.summary(0, i)!.role !== "none" && !near.includes(i));
    expect(near.length).toBeGreaterThan(0);
    for (const i of near) expect(Math.abs(noisy.summary(0, i)!.late!)).toBeLessThan(0.01);
    for (const i of far) expect(Math.abs(noisy.summary(0, i)!.late!)).toBeGreaterThanOrEqual(0.01);
    const map = mapChart(noisy, { prompt: 0, metric: "late", chosen: [] }, lightTheme) as unknown as {
      title: { subtext: string };
      series: { data: { intervention: number; label: { formatter: string } }[] }[];
    };
    const bracketed = map.series[0]!.data.filter((item) => item.label.formatter.startsWith("(")).map((item) => item.intervention);
    expect(bracketed).toEqual(near);
    expect(map.title.subtext).toContain("In brackets");
    expect(summariesOf(noisy, 0).filter((entry) => entry.near.late).map((entry) => entry.index)).toEqual(near);
  });

  it("is a cross in the ripple", () => {
    const option = rippleChart(noisy, { prompt: 0, interventions: [head] }, lightTheme) as unknown as {
      title: { subtext: string };
      series: { data: { symbol?: string }[] }[];
    };
    const crosses = option.series[0]!.data.slice(0, 8).map((point) => point.symbol?.startsWith("path:") ?? false);
    expect(crosses).toEqual(Array.from({ length: 8 }, (_, at) => isSignificant(cells, at) && Math.abs(cells.mean[at]!) < 10 * cells.noise![at]!));
    expect(option.title.subtext).toContain("Crosses");
  });

  it("over all prompts asks for half of them, and is nowhere where it is not known", () => {
    const all = noisy.data.interventions.filter((_, i) => nearNoise(noisy, "all", i).late).length;
    expect(all).toBeGreaterThan(0);
    expect(nearNoise(model, "all", head)).toEqual({ late: false, immediate: false, extreme: false });
    expect(nearNoise(model, 0, head)).toEqual({ late: false, immediate: false, extreme: false });
  });

  it("stands in the CSV", () => {
    const [header, ...rows] = chartCsv("ripple", noisy, { prompt: 0, interventions: [head] }).trim().split("\r\n");
    expect(header!.endsWith("cka,rank_correlation,noise_floor,near_noise")).toBe(true);
    expect(rows.some((row) => /,0\.001\d*,1$/u.test(row))).toBe(true);
  });
});

describe("the tokens' pattern", () => {
  it("is 1 below the cut, and as it was measured above", () => {
    const i = model.indexOf("L3H2");
    const option = geometryChart(model, { prompt: 0, intervention: i }, lightTheme) as unknown as { series: { name: string; data: number[] }[] };
    expect(option.series.slice(0, 2).map((one) => one.name)).toEqual(["CKA", "rank correlation"]);
    expect(option.series[0]!.data.slice(0, 3)).toEqual([1, 1, 1]);
    expect(option.series[1]!.data[4]).toBeCloseTo(model.cells(0, i)!.rankCorrelation![4]!, 6);
  });

  it("says when it is not there", () => {
    const large = new PageModel(madeData({ layers: 4, heads: 2, large: true }));
    const option = geometryChart(large, { prompt: 0, intervention: 0 }, lightTheme) as { graphic: { style: { text: string } } };
    expect(option.graphic.style.text).toContain("not in the data");
  });
});
