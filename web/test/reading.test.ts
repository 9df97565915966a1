import { describe, expect, it } from "vitest";
import { type ReadingInput, type ReadingRow, readingOf } from "../src/app/reading";

const nLayer = 10;

function row(layer: number, mean: number, effect: ReadingRow["effect"], more: Partial<ReadingRow> = {}): ReadingRow {
  return { layer, mean, effect, ciHalf: 0.001, log10P: effect === "none" ? -0.1 : -8, direct: 0.0001, ...more };
}

/** L3H5, silenced: nothing at the cut, less alike from block 6 on. */
function connector(): ReadingInput {
  const rows = Array.from({ length: nLayer }, (_, layer) => {
    if (layer < 3) return row(layer, 0, "unchanged", { log10P: null, ciHalf: null, direct: 0 });
    if (layer < 6) return row(layer, 0.0004, "none");
    return row(layer, -0.002 * (layer - 5), "decoupling");
  });
  return {
    spec: "L3H5",
    nHeads: 1,
    cut: 3,
    nLayer,
    rows,
    finalNorm: row(nLayer, -0.007, "decoupling"),
    late: -0.007,
    onset: 6,
    persistence: 1,
    growth: Math.log(1.02),
    signChanges: 0,
    sweepLog10P: -7,
    nPairs: 120,
    nTokens: 16,
    positions: "all",
    settings: { mode: "zero", states: "block", cosine: "raw", pairs: "movable", exclude_first: false },
    test: {
      name: "paired",
      alpha: 0.05,
      correction: "bonferroni",
      family: "blocks",
      sweep_correction: "bh",
      sweep_family_size: 550,
    },
    prompts: null,
  };
}

const textOf = (input: ReadingInput) => readingOf(input).sentences.join(" ");
const caveatsOf = (input: ReadingInput) => readingOf(input).caveats.join(" ");

describe("the reading of a head", () => {
  it("says where the change begins and what the head did", () => {
    expect(readingOf(connector()).verdict).toBe("L3H5 is a connector: it drew tokens together");
    expect(textOf(connector())).toBe(
      "Silencing L3H5 changes nothing significant at its own block 3 (hidden_states[4]; Δ +0.00040, p adj. 0.79). " +
        "From block 6 (hidden_states[7]; Δ −0.00200, p adj. 1e−8) on, 3 blocks further up, tokens stand less alike. " +
        "In the last 2 blocks (8 to 9) the tokens stand less alike (mean Δ −0.00700; 2 of 2 significant). " +
        "The largest change stands in block 9 (hidden_states[10]): Δ −0.00800, 95 % interval −0.00900 to −0.00700.",
    );
    expect(readingOf(connector()).facts).toEqual([
      ["Silenced in", "block 3"],
      ["Significant from", "block 6"],
      ["Late Δ", "−0.00700"],
      ["Persistence", "100 %"],
      ["Growth per block", "× 1.020"],
    ]);
  });

  it("says it of a separator with an effect at the cut", () => {
    const input = connector();
    input.rows = input.rows.map((one) =>
      one.layer < 3 ? one : row(one.layer, 0.003, "coupling"),
    );
    input.late = 0.003;
    input.onset = 3;
    expect(readingOf(input).verdict).toBe("L3H5 is a separator: it kept tokens apart");
    expect(textOf(input)).toContain("makes tokens more alike at its own block 3 (hidden_states[4]; Δ +0.00300, p adj. 1e−8) already");
    expect(textOf(input)).not.toContain("further up");
    expect(textOf(input)).toContain("more alike (mean Δ +0.00300; 2 of 2 significant)");
  });

  it("says it of a head without any effect", () => {
    const input = connector();
    input.rows = input.rows.map((one) => (one.layer < 3 ? one : row(one.layer, 1e-4, "none")));
    Object.assign(input, { onset: null, persistence: null, late: 1e-4, sweepLog10P: -0.1 });
    expect(readingOf(input).verdict).toBe("L3H5 has no significant effect in any block");
    expect(textOf(input)).toContain("and nothing significant in any later block either.");
    expect(textOf(input)).toContain("In the last 2 blocks (8 to 9) nothing is significant (mean Δ +0.00010).");
  });

  it("says it of a change that does not reach the late blocks", () => {
    const input = connector();
    input.rows = input.rows.map((one) => (one.layer < 8 ? one : row(one.layer, -1e-4, "none")));
    input.late = -1e-4;
    expect(readingOf(input).verdict).toBe("L3H5 has an effect on the way, none in the late blocks");
  });

  it("says it of an intervention that changed nothing", () => {
    const input = connector();
    input.rows = input.rows.map((one) => row(one.layer, 0, "unchanged", { log10P: null }));
    input.settings.mode = "scale:1";
    expect(textOf(input)).toBe("Scaling L3H5 by 1 changed nothing: every Δ is exactly 0.");
    expect(readingOf(input).verdict).toBe("L3H5: nothing changed");
  });

  it("says it of a head of the last block", () => {
    const input = connector();
    input.cut = 9;
    input.rows = input.rows.map((one) => (one.layer < 9 ? row(one.layer, 0, "unchanged") : row(9, -0.01, "decoupling")));
    Object.assign(input, { onset: 9, persistence: 1, growth: null, late: -0.01 });
    expect(textOf(input)).toContain("In the last block, 9, the tokens stand less alike");
    expect(Object.fromEntries(readingOf(input).facts)).toMatchObject({
      "Significant from": "block 9, its own",
      "Growth per block": "–",
    });
  });

  it("names what was done, and where", () => {
    const input = { ...connector(), spec: "L3H5+L4H2", nHeads: 2, positions: [4, 7] };
    expect(textOf(input)).toMatch(/^Silencing L3H5\+L4H2 at positions 4, 7 /u);
    expect(readingOf(input).verdict).toBe("L3H5+L4H2 are connectors: they drew tokens together");
    input.settings = { ...input.settings, mode: "mean" };
    expect(textOf(input)).toMatch(/^Replacing the output of L3H5\+L4H2 by its mean at positions 4, 7 /u);
  });
});

describe("the caveats", () => {
  it("name the pairs that share tokens, by the test that was used", () => {
    expect(caveatsOf(connector())).toContain("The 120 pairs of 16 tokens share tokens");
    const input = connector();
    input.test.name = "token-swap";
    expect(caveatsOf(input)).not.toContain("share tokens");
  });

  it("set the direct part apart", () => {
    expect(caveatsOf(connector())).toContain("Of Δ −0.00800 in the last block, +0.00010 is the direct part");
    expect(caveatsOf(connector())).toContain("later blocks made the rest, −0.00810.");
    const input = connector();
    input.rows[9]!.direct = -0.006;
    expect(caveatsOf(input)).toContain("later blocks made −0.00200 of it, no more than half.");
    input.rows[9]!.direct = null;
    expect(caveatsOf(input)).not.toContain("direct part");
  });

  it("speak of position 0 as the settings have it", () => {
    expect(caveatsOf(connector())).toContain("takes part in 15 of the 120 pairs; --exclude-first leaves it out");
    const input = connector();
    input.settings.exclude_first = true;
    expect(caveatsOf(input)).toContain("Position 0 is left out of the pairs.");
  });

  it("tell a head's own family from the sweep's where they disagree", () => {
    expect(caveatsOf(connector())).not.toContain("cells of the sweep");
    const input = connector();
    input.sweepLog10P = -1;
    expect(caveatsOf(input)).toContain("but not among all 550 head × block cells of the sweep (bh: p adj. 0.1)");
  });

  it("tell when signs change, when ln_f differs, when an effect is small, when tokens are few", () => {
    const input = connector();
    Object.assign(input, { signChanges: 2, nTokens: 5, nPairs: 10 });
    input.finalNorm = row(nLayer, 0.0001, "none");
    input.rows = input.rows.map((one) => ({ ...one, mean: one.mean / 100 }));
    const text = caveatsOf(input);
    expect(text).toContain("change their sign 2 times");
    expect(text).toContain("After ln_f the picture differs: none (Δ +0.00010, p 0.79, not adjusted), against decoupling in the last block.");
    expect(text).toContain("no block's mean cosine moves by more than 8.0e-5");
    expect(text).toContain("Only 5 tokens");
    const plain = caveatsOf(connector());
    for (const word of ["their sign", "ln_f", "not large", "Only"]) expect(plain).not.toContain(word);
  });

  it("count the prompts", () => {
    expect(caveatsOf(connector())).toContain("One prompt is one sentence");
    expect(caveatsOf({ ...connector(), prompts: { significant: 3, of: 8 } })).toContain("On 3 of all 8 prompts a late block");
  });

  it("say what states as hidden_states mean", () => {
    const input = connector();
    input.settings.states = "hf";
    input.finalNorm = null;
    expect(caveatsOf(input)).toContain("The last row is ln_f's output");
  });
});
