import { describe, expect, it } from "vitest";
import { nextCell } from "../src/app/grid_panel";
import { State } from "../src/app/state";
import { comparisonHistograms, comparisonMaps, comparisonScatter, pairSentence } from "../src/charts/comparison";
import { chartCsv } from "../src/charts/export";
import { followedChart } from "../src/charts/followed";
import { patchCells, patchChart, patchScale, positionLabels, shareText } from "../src/charts/patch";
import { barRows, predictBars, predictCells, predictMap } from "../src/charts/predict";
import { PageModel } from "../src/model";
import { PatchModel } from "../src/patch_model";
import { PredictModel, quantities } from "../src/predict_model";
import { darkTheme, lightTheme } from "../src/theme";
import { madeData } from "./made_data";
import { madeComparison, madePatch, madePredict } from "./made_neighbours";

interface Item { value: number[]; key?: number; itemStyle: { color: string }; label: { show: boolean; formatter: string } }
interface Options { title: { text: string; subtext: string }; series: { type: string; name?: string; data: Item[] }[]; xAxis: { data: string[] }[]; graphic?: { style: { text: string } } }
const read = (option: unknown) => option as Options;

describe("predict", () => {
  const model = new PredictModel(madePredict({ layers: 4, heads: 3, modes: ["zero", "mean"], others: 1 }));
  const view = { variant: 0, quantity: "prob" as const, target: 0, chosen: [] };

  it("knows heads by variant, and what of them changed", () => {
    expect(model.variants.map((one) => one.name)).toEqual(["zero", "mean"]);
    expect(model.specs).toHaveLength(12);
    const s = model.indexOf("L2H1");
    expect(model.at(1, s)! - model.at(0, s)!).toBe(12);
    const i = model.at(1, s)!;
    expect(model.score(0, i).prob - model.score(0, null).prob).toBeCloseTo(model.value("prob", 0, i), 6);
    expect(model.has("logit_diff", 1)).toBe(false);
    const sizes = model.strongest(0, "kl", 0).map((one) => model.kl[model.at(0, one)!]!);
    expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
  });

  it("has a map of each quantity, zero in the middle of all but KL", () => {
    for (const quantity of quantities) {
      const options = read(predictMap(model, { ...view, quantity }, lightTheme));
      expect(options.series[0]!.data).toHaveLength(12);
      expect(JSON.stringify(options)).not.toContain("NaN");
    }
    const cells = predictCells(model, view);
    const marked = cells.filter((cell) => cell.mark === "◆").map((cell) => cell.key);
    expect(marked).toEqual([5]);
    expect(cells[4]!.tip).toMatch(/^L1H1\nP\(“␣Germany”\) 0.12 → /);
    const none = new PredictModel(madePredict({ layers: 4, heads: 3, specs: ["L1H0+L2H1"] }));
    expect(read(predictMap(none, view, darkTheme)).graphic!.style.text).toMatch("no single head");
  });

  it("has a row of bars for each token once, before and after", () => {
    const rows = barRows(model, 0);
    expect(rows.map((row) => row.name)).toEqual(["“␣Germany” target", "“␣other0” asked for", "“␣France” contrast", "“␣the”", "“␣a”", "token 597", "“,”"]);
    expect(rows[0]!.before).toBeCloseTo(0.12);
    expect(rows[5]!.after).toBeNaN();
    expect(read(predictBars(model, { variant: 0, head: 0 }, lightTheme)).series).toHaveLength(2);
  });
});

describe("a comparison", () => {
  const data = madeComparison(["zero", "mean"], ["L0H0", "L0H1", "L1H0", "L1H1"], [[-0.2, 0.1, 0.3, 0], [-0.1, 0.05, 0.2, 0.1]]);
  const compared = { data, subject: "made", nLayer: 2, nHead: 2 };

  it("has a map for each way, on one scale", () => {
    const options = read(comparisonMaps(compared, [0, 1], { ...lightTheme, width: 700 }));
    const [zero, mean] = options.series as { data: { value: number[]; itemStyle: { color: string } }[] }[];
    expect(zero!.data).toHaveLength(4);
    expect(zero!.data[1]!.itemStyle.color).toBe(mean!.data[3]!.itemStyle.color);
  });

  it("has histograms whose bins hold all heads, and a point for each head", () => {
    const drawn = read(comparisonHistograms(compared, lightTheme)).series as unknown as { data: number[][] }[];
    for (const one of drawn) expect(one.data.slice(0, -1).reduce((sum, [, root]) => sum + root! * root!, 0)).toBeCloseTo(4);
    expect(read(comparisonScatter(compared, 0, lightTheme)).series[0]!.data).toHaveLength(4);
  });

  it("is said in words", () => {
    expect(pairSentence(data, data.pairs[0]!)).toMatch(/^zero and mean: Pearson's r 0\.9.*80 % of the heads.*2 heads change the most likely token in both, 1 by zero alone, 2 by mean alone.*by mean is [\d.]+ times that by zero/);
    expect(pairSentence(data, { ...data.pairs[0]!, a: "mean", b: "zero", pearson: null, same_sign: null, sd_ratio: null, spread_test: null })).toBe(
      "mean and zero: Pearson's r –, Spearman's 1. 2 heads change the most likely token in both, 1 by mean alone, 2 by zero alone.".replace("1. 2", `${Number((data.pairs[0]!.spearman as number).toPrecision(3))}. 2`),
    );
  });
});

describe("patch", () => {
  const model = new PatchModel(madePatch({ layers: 3, heads: 2, by: "head,position" }));
  const at = 7;

  it("knows its places", () => {
    for (let cell = 0; cell < model.count; cell++) {
      const { layer, head, position } = model.placeOf(cell);
      expect(model.cellOf(layer, head!, position!)).toBe(cell);
    }
    expect(model.nameOf(model.cellOf(1, 1, at))).toBe("L1H1 at 7");
    expect(model.nPosition).toBe(12);
  });

  it("shows the strongest head of each block, or the heads of one", () => {
    const cells = patchCells(model, { unit: "recovered", block: null });
    expect(cells).toHaveLength(3 * 12);
    for (const cell of cells) {
      for (let head = 0; head < 2; head++) expect(Math.abs(cell.value)).toBeGreaterThanOrEqual(Math.abs(model.value("recovered", model.cellOf(cell.y, head, cell.x))));
    }
    expect(patchCells(model, { unit: "logit_diff", block: 2 })).toHaveLength(2 * 12);
    expect(read(patchChart(model, { unit: "recovered", block: 2, chosen: [] }, lightTheme)).title.text).toContain("heads of block 2");
  });

  it("marks where the prompts differ, with both tokens", () => {
    const labels = positionLabels(model);
    expect(labels.filter((label) => label.includes("◆"))).toEqual(["◆ ␣John / ␣Mary"]);
    expect(labels[0]).toBe("When");
    const several = new PatchModel(madePatch({ layers: 2, heads: 2, by: "block,position", pairs: 3 }));
    expect(positionLabels(several)[1]).toBe("1");
    expect(several.sd("recovered", several.strongest("recovered")[0]!)).toBeGreaterThan(0);
  });

  it("has no share where clean and corrupted are equal, and logits all the same", () => {
    const equal = new PatchModel(madePatch({ layers: 2, heads: 2, by: "head", equal: true }));
    expect(equal.hasShare).toBe(false);
    expect(equal.strongest("recovered")).toEqual([]);
    expect(read(patchChart(equal, { unit: "recovered", block: null, chosen: [] }, lightTheme)).graphic!.style.text).toMatch("no share");
    expect(read(patchChart(equal, { unit: "logit_diff", block: null, chosen: [] }, lightTheme)).series[0]!.data).toHaveLength(4);
  });

  it("measures from the run that is patched", () => {
    const noise = new PatchModel(madePatch({ layers: 2, heads: 2, by: "head", direction: "noise" }));
    const [cell] = noise.strongest("recovered");
    expect(noise.value("logit_diff", cell!) / (noise.corrupt - noise.clean)).toBeCloseTo(noise.value("recovered", cell!), 5);
    expect(patchScale(noise, "recovered", lightTheme).high).toBeGreaterThanOrEqual(Math.abs(noise.value("recovered", cell!)));
  });

  it("writes shares with as many digits as they need", () => {
    expect([0, 0.123, -0.5, 0.00123, -0.000004, NaN].map((share) => shareText(share))).toEqual(["0 %", "+12 %", "−50 %", "+0.12 %", "−4e−4 %", "none"]);
  });
});

describe("followed words", () => {
  const model = new PageModel(madeData({ layers: 6, heads: 2, followed: 2, joint: ["L1H0+L3H1"] }));

  it("are the clean line below the cut, and the silenced one from it on", () => {
    const i = model.indexOf("L3H1");
    const [first, second] = model.followed(0, i)!;
    expect(first!.clean).toHaveLength(7);
    expect([...first!.silenced.slice(0, 3)]).toEqual([...first!.clean.slice(0, 3)]);
    const cells = model.cells(0, i)!;
    for (let state = 3; state < 7; state++) expect(second!.silenced[state]! - second!.clean[state]!).toBeCloseTo(2 * cells.mean[state]!, 5);
    expect(new PageModel(madeData({ layers: 2, heads: 2 })).followed(0, 0)).toBeNull();
  });

  it("are two lines a pair, and rows of a CSV", () => {
    const options = read(followedChart(model, { prompt: 0, intervention: 5, height: 500 }, lightTheme));
    expect(options.series).toHaveLength(4);
    expect(chartCsv("followed", model, { prompt: 0, interventions: [5] }).trim().split("\r\n")).toHaveLength(1 + 2 * 7);
  });
});

describe("the choice of a page of predict or patch", () => {
  const state = new State<{ head: number }>({ head: 0 }, [
    { name: "head", read: (text, choice) => (text === "L0H1" ? { ...choice, head: 1 } : "L0H0 is shown instead."), write: (choice) => `L0H${choice.head}` },
  ]);

  it("is in the address, and what is not there becomes a note", () => {
    expect(state.parse("#head=L0H1")).toEqual({ choice: { head: 1 }, notes: [] });
    expect(state.parse("#head=%3Cb%3E").notes).toEqual(["The address asks for head “<b>”, which is not in this page. L0H0 is shown instead."]);
    expect(state.address({ head: 1 })).toBe("#head=L0H1");
  });

  it("walks a grid by keys, straight on where it can", () => {
    const cell = (x: number, y: number) => ({ x, y, key: 10 * y + x, value: 0, mark: "", tip: "" });
    const cells = [cell(0, 0), cell(1, 0), cell(3, 0), cell(3, 2)];
    expect(nextCell(cells, cells[1], "ArrowRight")!.key).toBe(3);
    expect(nextCell(cells, cells[1], "ArrowUp")!.key).toBe(23);
    expect(nextCell(cells, cells[1], "End")!.key).toBe(3);
    expect(nextCell(cells, cells[0], "ArrowLeft")).toBeNull();
    expect(nextCell(cells, cells[0], "x")).toBeNull();
    expect(nextCell(cells, undefined, "ArrowUp")!.key).toBe(0);
  });
});
