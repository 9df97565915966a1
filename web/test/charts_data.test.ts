import { describe, expect, it } from "vitest";
import { decodeBytes, decodeFloats } from "../src/columns";
import { kUnchanged, PageModel } from "../src/model";
import { encodeBytes, encodeFloats, madeData } from "./made_data";

describe("columns", () => {
  it("decodes what was encoded, whatever the length", () => {
    for (let length = 0; length < 8; length++) {
      const bytes = Array.from({ length }, (_, at) => (at * 97 + 200) % 256);
      expect(Array.from(decodeBytes(encodeBytes(bytes)))).toEqual(bytes);
    }
  });

  it("keeps NaN, infinities, zeros with their sign and the smallest numbers", () => {
    const values = [NaN, Infinity, -Infinity, -0, 1e-45, 3.4028234663852886e38, 0.1];
    const back = decodeFloats(encodeFloats(values));
    expect(back[0]).toBeNaN();
    expect(Array.from(back.subarray(1))).toEqual(Array.from(new Float32Array(values).subarray(1)));
    expect(Object.is(back[3], -0)).toBe(true);
  });

  it("refuses what is no column", () => {
    expect(() => decodeBytes("AAA")).toThrow("cut off");
    expect(() => decodeBytes("AA*A")).toThrow("character 2");
    expect(() => decodeBytes("A=AA")).toThrow("character 1");
    expect(() => decodeBytes("AAA\u00e9")).toThrow("not base64");
    expect(() => decodeFloats("AAAA")).toThrow("no whole float32");
  });
});

describe("the model of a document", () => {
  const data = madeData({ layers: 5, heads: 3, seed: 2, pairs: 2, joint: ["L1H0+L3H2"], prompts: ["a b c d", "e f g"] });
  const model = new PageModel(data);

  it("finds interventions by their spec alone", () => {
    expect(model.indexOf("L2H1")).toBe(7);
    expect(model.indexOf("L9H9")).toBe(-1);
    expect(model.indexOf("constructor")).toBe(-1);
    expect(model.headOf(model.indexOf("L2H1"))).toEqual({ layer: 2, head: 1 });
    expect(model.headOf(model.indexOf("L1H0+L3H2"))).toBeNull();
  });

  it("fills the blocks below the cut, and takes each intervention's own rows", () => {
    const all = decodeFloats(data.prompts[1]!.cells.mean_delta);
    let row = 0;
    data.interventions.forEach(({ cut_layer: cut }, i) => {
      const cells = model.cells(1, i)!;
      expect(cells.mean.length).toBe(6);
      expect(Array.from(cells.mean.subarray(0, cut))).toEqual(Array(cut).fill(0));
      expect(Array.from(cells.code.subarray(0, cut))).toEqual(Array(cut).fill(kUnchanged));
      expect(Array.from(cells.log10p.subarray(0, cut)).every(isNaN)).toBe(true);
      expect(Array.from(cells.mean.subarray(cut))).toEqual(Array.from(all.subarray(row, row + 6 - cut)));
      row += 6 - cut;
    });
    expect(row).toBe(all.length);
  });

  it("gives what a prompt does not have as null", () => {
    const sparse = structuredClone(data);
    const prompt = sparse.prompts[0]!;
    // L0H0 and L2H1 alone, as a sweep of some heads would leave it.
    prompt.present = [0, 7];
    prompt.summary.late = encodeFloats([0.5, -0.25]);
    const some = new PageModel(sparse);
    expect(some.has(0, 1)).toBe(false);
    expect(some.summary(0, 1)).toBeNull();
    expect(some.cells(0, 1)).toBeNull();
    expect(some.ripple(0, 1)).toBeNull();
    expect(some.summary(0, 7)!.late).toBe(-0.25);
    expect(some.strongest(0, 5)).toEqual([0, 7]);
    expect(some.has("all", 1)).toBe(true);
  });

  it("orders by the size of late, and gives the mean of all prompts where asked", () => {
    const order = model.strongest(0, 99).map((i) => Math.abs(model.summary(0, i)!.late!));
    expect(order).toEqual([...order].sort((a, b) => b - a));
    const i = model.indexOf("L2H1");
    const mean = (model.summary(0, i)!.late! + model.summary(1, i)!.late!) / 2;
    expect(model.summary("all", i)!.late).toBeCloseTo(mean, 6);
    expect(model.summary("all", i)!.nSignificant).not.toBeNull();
    expect(model.summary(0, i)!.nSignificant).toBeNull();
  });

  it("cuts the pairs of a state out of all", () => {
    const all = decodeFloats(data.prompts[0]!.pairs!.clean);
    expect(Array.from(model.cosines(0, null, 2)!)).toEqual(Array.from(all.subarray(2 * 6, 3 * 6)));
    const known = data.prompts[0]!.pairs!.silenced[0]!.intervention;
    expect(model.cosines(0, known, 5)!.length).toBe(6);
    const other = data.interventions.findIndex((_, i) => data.prompts[0]!.pairs!.silenced.every((one) => one.intervention !== i));
    expect(model.cosines(0, other, 0)).toBeNull();
  });
});
