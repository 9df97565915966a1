import { describe, expect, it } from "vitest";
import { chartCsv } from "../src/charts/export";
import { familiesChart, familyCounts } from "../src/charts/families";
import { mapChart, metrics, metricSign } from "../src/charts/map";
import { pairIndex, pairsChart } from "../src/charts/pairs";
import { perturbationChart, rippleChart } from "../src/charts/ripple";
import { silencedMeans, trajectoryChart } from "../src/charts/trajectory";
import { isSignificant, PageModel } from "../src/model";
import { darkTheme, lightTheme } from "../src/theme";
import { encodeFloats, madeData } from "./made_data";

const data = madeData({ layers: 6, heads: 4, seed: 4, pairs: 3, joint: ["L1H0+L3H2"], prompts: ["one two two three", "four five six"] });
const model = new PageModel(data);
const head = model.data.prompts[0]!.pairs!.silenced[0]!.intervention;

interface Series { type: string; name?: string; data: unknown[]; renderItem?: unknown; markLine?: { data: { xAxis: number }[] } }
interface Options {
  title: { text: string; subtext: string };
  series: Series[];
  xAxis: { data: string[] } & { data: string[] }[];
  tooltip: { renderMode: string; formatter: (params: unknown) => string };
}
const read = (option: unknown) => option as Options;

describe("every chart", () => {
  const all = (theme: typeof lightTheme) => [
    ...metrics.map((metric) => mapChart(model, { prompt: "all", metric, chosen: [head] }, theme)),
    rippleChart(model, { prompt: 0, interventions: [head, 3] }, theme),
    perturbationChart(model, { prompt: 0, interventions: [head] }, theme),
    trajectoryChart(model, { prompt: 0, intervention: head }, theme),
    pairsChart(model, { prompt: 0, intervention: head, state: 6, show: "delta" }, theme),
    familiesChart(model, { prompt: 0 }, theme),
  ];
  it("has a title, a plain tooltip and no HTML, light and dark", () => {
    for (const theme of [lightTheme, darkTheme]) {
      for (const option of all(theme).map(read)) {
        expect(option.title.text).not.toBe("");
        expect(option.tooltip.renderMode).toBe("richText");
        expect(typeof option.tooltip.formatter).toBe("function");
        expect(option.series.length).toBeGreaterThan(0);
      }
    }
  });

  it("takes a title, and leaves room for none where a page has its own", () => {
    const titled = read(mapChart(model, { prompt: 0, metric: "late", chosen: [], title: "Mine" }, lightTheme));
    expect(titled.title.text).toBe("Mine");
    const grid = (theme: typeof lightTheme) => (mapChart(model, { prompt: 0, metric: "late", chosen: [] }, theme) as { grid: { top: number }[] }).grid[0]!.top;
    expect(grid({ ...lightTheme, titles: false })).toBeLessThan(grid(lightTheme));
  });
});

describe("the map", () => {
  it("has one cell for every single head, with its value, its place and its intervention", () => {
    const option = read(mapChart(model, { prompt: 0, metric: "late", chosen: [] }, lightTheme));
    const cells = option.series[0]!.data as { value: number[]; intervention: number; label: { formatter: string } }[];
    expect(cells.length).toBe(24);
    for (const { value, intervention, label } of cells) {
      const summary = model.summary(0, intervention)!;
      expect(model.spec(intervention)).toBe(`L${value[1]}H${value[0]}`);
      expect(value[2]).toBeCloseTo(summary.late!, 6);
      expect(label.formatter).toBe({ connector: "−", separator: "+", none: "" }[summary.role]);
    }
  });

  it("says both names of a block in the tooltip, and strikes through what was not silenced", () => {
    const sparse = structuredClone(data);
    sparse.interventions = sparse.interventions.slice(0, 2);
    sparse.prompts.length = 1;
    Object.assign(sparse.prompts[0]!, { present: [0, 1], pairs: null });
    const option = read(mapChart(new PageModel(sparse), { prompt: 0, metric: "late", chosen: [] }, lightTheme));
    expect(option.series[0]!.data.length).toBe(2);
    expect(option.series[1]!.data.length).toBe(22);
    expect(option.tooltip.formatter({ data: { intervention: 1 } })).toContain("L0H1");
    expect(option.tooltip.formatter({ data: { intervention: 1 } })).toContain("block 0 (hidden_states[1])");
  });

  it("marks by the block that a metric is of", () => {
    const summary = { late: 1, immediate: -1, extreme: -2, extremeLayer: 1, t: -3, dz: -1, onset: 0, log10p: -9, role: "separator", immediateEffect: true, extremeEffect: false, nSignificant: null, lateHalf: null } as const;
    expect(metrics.map((metric) => metricSign(summary, metric))).toEqual([1, -1, 0, 0, 0, 1]);
    expect(metricSign({ ...summary, extremeEffect: true }, "t")).toBe(-1);
  });
});

describe("ripple and trajectory", () => {
  it("have ln_f behind a gap, the cut, and filled marks where it is significant", () => {
    const option = read(rippleChart(model, { prompt: 0, interventions: [head] }, lightTheme));
    expect(option.xAxis.data).toEqual(["0", "1", "2", "3", "4", "5", " ", "ln_f"]);
    const cells = model.cells(0, head)!;
    const points = option.series[0]!.data as { value: number | null; symbol: string; itemStyle?: { color: string } }[];
    expect(points[6]!.value).toBeNull();
    expect(points[7]!.value).toBe(cells.mean[6]);
    for (let state = model.cut(head); state < 6; state++) {
      expect(points[state]!.value).toBe(cells.mean[state]);
      expect(points[state]!.itemStyle!.color === lightTheme.background).toBe(!isSignificant(cells, state));
    }
    const cuts = option.series[option.series.length - 1]!.markLine!.data;
    expect(cuts.map((cut) => cut.xAxis)).toEqual([model.cut(head)]);
    expect(option.tooltip.formatter([{ dataIndex: 7 }])).toMatch(/^ln_f\n/);
    expect(option.tooltip.formatter([{ dataIndex: 6 }])).toBe("");
  });

  it("draw nothing below zero on the logarithmic axis, and say where nothing was changed", () => {
    const still = structuredClone(data);
    still.prompts[0]!.cells.perturbation = encodeFloats(Array(999).fill(0));
    const option = perturbationChart(new PageModel(still), { prompt: 0, interventions: [head] }, lightTheme) as { graphic: { style: { text: string } } };
    expect(option.graphic.style.text).toBe("nothing was changed");
  });

  it("add Δ to the clean mean by the share of pairs that can move", () => {
    const trajectory = model.trajectory(0)!;
    const cells = model.cells(0, head)!;
    const last = silencedMeans(model, 0, head).pop()!;
    expect(last.mean).toBeCloseTo(trajectory[7]!.mean + cells.mean[6]!, 6);
    const half = structuredClone(data);
    half.prompts[0]!.n_pairs = 3;
    expect(silencedMeans(new PageModel(half), 0, head).pop()!.delta).toBeCloseTo(cells.mean[6]! / 2, 6);
  });
});

describe("pairs and families", () => {
  it("have every two tokens twice, and the same numbers in the tooltip", () => {
    expect([pairIndex(0, 1, 4), pairIndex(0, 3, 4), pairIndex(1, 2, 4), pairIndex(2, 3, 4)]).toEqual([0, 2, 3, 5]);
    const option = read(pairsChart(model, { prompt: 0, intervention: head, state: 6, show: "delta" }, lightTheme));
    const cells = option.series[0]!.data as { value: [number, number, number] }[];
    expect(cells.length).toBe(12);
    const at = (column: number, row: number) => cells.find(({ value }) => value[0] === column && value[1] === row)!.value[2];
    const delta = model.cosines(0, head, 6)![4]! - model.cosines(0, null, 6)![4]!;
    expect(at(1, 3)).toBeCloseTo(delta, 7);
    expect(at(3, 1)).toBe(at(1, 3));
    expect(option.xAxis[0]!.data).toEqual(["one", "␣two (1)", "␣two (2)", "␣three"]);
    expect(option.tooltip.formatter({ value: [3, 1, 0] })).toContain("␣two (1) – ␣three");
  });

  it("count every single head once", () => {
    const counts = familyCounts(model, 0);
    expect(counts.map((count) => Object.values(count).reduce((a, b) => a + b, 0))).toEqual(Array(6).fill(4));
  });
});

describe("CSV", () => {
  const rows = (text: string) => text.trimEnd().split("\r\n");
  it("has the numbers of the chart and quotes what needs it", () => {
    const map = rows(chartCsv("map", model, { prompt: 0, metric: "late", chosen: [] }));
    expect(map.length).toBe(25);
    expect(map[1]!.split(",")[0]).toBe("L0H0");
    expect(Number(map[1]!.split(",")[3])).toBeCloseTo(model.summary(0, 0)!.late!, 8);
    const ripple = rows(chartCsv("ripple", model, { prompt: 0, interventions: [head] }));
    expect(ripple.length).toBe(8);
    expect(ripple[7]).toContain(",ln_f,");
    const hostile = structuredClone(data);
    hostile.prompts[0]!.tokens[0]!.text = 'a "b", c\n';
    const pairs = chartCsv("pairs", new PageModel(hostile), { prompt: 0, intervention: head, state: 0, show: "delta" });
    expect(pairs).toContain('0,1,"a ""b"", c\n", two,');
    expect(rows(chartCsv("trajectory", model, { prompt: 0, intervention: head })).length).toBe(9);
    expect(rows(chartCsv("families", model, { prompt: 0 })).length).toBe(7);
  });
});
