/**
 * What the numbers of one intervention say, in words, and what must be said beside them. Pure: from
 * values to sentences, so that every turn of it can be tested.
 */
import type { Settings, TestInfo } from "../data";
import { blockCorrection, pValue, testName } from "../charts/format";
import { blockName, delta, factor, percent } from "./numbers";

/** One state of an intervention: a block, or ln_f. */
export interface ReadingRow {
  layer: number;
  mean: number;
  ciHalf: number | null;
  log10P: number | null;
  effect: "none" | "coupling" | "decoupling" | "unchanged";
  direct: number | null;
}

/** All that the reading is made from. */
export interface ReadingInput {
  spec: string;
  nHeads: number;
  cut: number;
  nLayer: number;
  /** Every block, in order. */
  rows: ReadingRow[];
  finalNorm: ReadingRow | null;
  late: number | null;
  onset: number | null;
  persistence: number | null;
  growth: number | null;
  signChanges: number | null;
  /** Smallest adjusted p of the late blocks in the family of the whole sweep, base 10. */
  sweepLog10P: number | null;
  nPairs: number;
  nTokens: number;
  positions: "all" | number[];
  settings: Settings;
  test: TestInfo;
  /** Prompts with a significant late block, of how many; null where there is one prompt. */
  prompts: { significant: number; of: number } | null;
}

export interface Reading {
  /** The result in one line: what the head did. */
  verdict: string;
  facts: [string, string][];
  sentences: string[];
  caveats: string[];
}

const alike = (mean: number) => (mean > 0 ? "more" : "less");

function deed(input: ReadingInput): string {
  const { mode } = input.settings;
  const at = input.positions === "all" ? "" : ` at position${input.positions.length > 1 ? "s" : ""} ${input.positions.join(", ")}`;
  if (mode.startsWith("scale:")) return `Scaling ${input.spec} by ${mode.slice(6)}${at}`;
  if (mode === "mean") return `Replacing the output of ${input.spec} by its mean${at}`;
  return `Silencing ${input.spec}${at}`;
}

/** Whether the chosen test calls a state significant. */
export function significant(row: ReadingRow): boolean {
  return row.effect === "coupling" || row.effect === "decoupling";
}

/** `p adj. 0.0203`, or p itself where nothing corrects it. */
function pText(input: ReadingInput, row: ReadingRow): string {
  return `${blockCorrection(input.test) === "" ? "p" : "p adj."} ${pValue(row.log10P)}`;
}

function atTheCut(input: ReadingInput): string {
  const cut = input.rows[input.cut]!;
  if (cut.effect === "unchanged") {
    return `${deed(input)} leaves every pair as it was at its own ${blockName(input.cut)}`;
  }
  const where = `at its own ${blockName(input.cut, `Δ ${delta(cut.mean)}, ${pText(input, cut)}`)}`;
  if (!significant(cut)) return `${deed(input)} changes nothing significant ${where}`;
  return `${deed(input)} makes tokens ${alike(cut.mean)} alike ${where} already`;
}

function fromOnset(input: ReadingInput): string {
  const { onset, cut } = input;
  if (onset === null) return ", and nothing significant in any later block either.";
  const row = input.rows[onset]!;
  if (onset === cut) return ".";
  const above = onset - cut;
  return (
    `. From ${blockName(onset, `Δ ${delta(row.mean)}, ${pText(input, row)}`)} on, ` +
    `${above} block${above === 1 ? "" : "s"} further up, tokens stand ${alike(row.mean)} alike.`
  );
}

/** The last fifth of the blocks, as far as the cut reaches them. */
export function lateRows(input: ReadingInput): ReadingRow[] {
  const first = Math.max(input.cut, input.nLayer - Math.ceil(input.nLayer / 5));
  return input.rows.slice(first);
}

function lateBlocks(input: ReadingInput): string {
  const rows = lateRows(input);
  const marked = rows.filter(significant).length;
  const range =
    rows.length === 1
      ? `In the last block, ${input.nLayer - 1},`
      : `In the last ${rows.length} blocks (${rows[0]!.layer} to ${input.nLayer - 1})`;
  if (marked === 0) return `${range} nothing is significant (mean Δ ${delta(input.late)}).`;
  return (
    `${range} the tokens stand ${alike(input.late ?? 0)} alike ` +
    `(mean Δ ${delta(input.late)}; ${marked} of ${rows.length} significant).`
  );
}

/** The head in one line. */
function verdictOf(input: ReadingInput): string {
  const { spec, late } = input;
  const several = input.nHeads > 1;
  const have = several ? "have" : "has";
  if (input.rows.every((row) => row.effect === "unchanged")) return `${spec}: nothing changed`;
  if (!lateRows(input).some(significant) || late === null || late === 0) {
    return input.onset === null
      ? `${spec} ${have} no significant effect in any block`
      : `${spec} ${have} an effect on the way, none in the late blocks`;
  }
  const kind = late > 0 ? "separator" : "connector";
  const did = late > 0 ? "kept tokens apart" : "drew tokens together";
  return several ? `${spec} are ${kind}s: they ${did}` : `${spec} is a ${kind}: it ${did}`;
}

/** The numbers that a reader looks for first. */
function factsOf(input: ReadingInput): [string, string][] {
  const onset =
    input.onset === null
      ? "no block"
      : input.onset === input.cut
        ? `block ${input.onset}, its own`
        : `block ${input.onset}`;
  return [
    ["Silenced in", `block ${input.cut}`],
    ["Significant from", onset],
    ["Late Δ", delta(input.late)],
    ["Persistence", percent(input.persistence)],
    ["Growth per block", factor(input.growth)],
  ];
}

function largest(input: ReadingInput): string | null {
  const top = input.rows.reduce((a, b) => (Math.abs(b.mean) > Math.abs(a.mean) ? b : a));
  if (top.effect === "unchanged" || top.layer === input.onset) return null;
  const interval =
    top.ciHalf === null
      ? ""
      : `, ${percent(1 - input.test.alpha)} interval ${delta(top.mean - top.ciHalf)} to ${delta(top.mean + top.ciHalf)}`;
  return `The largest change stands in ${blockName(top.layer)}: Δ ${delta(top.mean)}${interval}.`;
}

function testCaveat(input: ReadingInput): string | null {
  if (!["paired", "independent", "wilcoxon"].includes(input.test.name)) return null;
  const name = input.test.name === "paired" ? "the paired t-test" : testName(input.test.name);
  return (
    `The ${input.nPairs} pairs of ${input.nTokens} tokens share tokens, so they are not independent, and ` +
    `${name} calls too much significant: it is the experiment's own yardstick, no proof.`
  );
}

function directCaveat(input: ReadingInput): string | null {
  const last = input.rows[input.nLayer - 1]!;
  if (last.direct === null || last.effect === "unchanged" || last.mean === 0) return null;
  const later = last.mean - last.direct;
  const start = `Of Δ ${delta(last.mean)} in the last block, ${delta(last.direct)} is the direct part (the head's own contribution missing, which stays in the residual stream by construction)`;
  if (Math.sign(last.direct) === Math.sign(last.mean) && Math.abs(last.direct) >= Math.abs(last.mean) / 2) {
    return `${start}: later blocks made ${delta(later)} of it, no more than half.`;
  }
  return `${start}; later blocks made the rest, ${delta(later)}.`;
}

function firstCaveat(input: ReadingInput): string | null {
  if (input.settings.exclude_first) return "Position 0 is left out of the pairs.";
  if (input.positions !== "all" && !input.positions.includes(0)) return null;
  return (
    `Position 0, where GPT-2 keeps a vector far longer than the others', takes part in ${input.nTokens - 1} of the ` +
    `${input.nPairs} pairs; --exclude-first leaves it out.`
  );
}

function sweepCaveat(input: ReadingInput): string | null {
  const { sweepLog10P, test } = input;
  if (sweepLog10P === null || test.sweep_family_size < 2) return null;
  const late = lateRows(input).some(significant);
  const holds = sweepLog10P < Math.log10(test.alpha);
  if (late === holds) return null;
  const family = `among all ${test.sweep_family_size} head × block cells of the sweep (${test.sweep_correction}: p adj. ${pValue(sweepLog10P)})`;
  return late
    ? `Significant among this head's own blocks, but not ${family}, which is what the map marks.`
    : `Not significant among this head's own blocks, but it is ${family}, which is what the map marks.`;
}

function signCaveat(input: ReadingInput): string | null {
  const changes = input.signChanges ?? 0;
  if (changes < 1) return null;
  return `Its significant blocks change their sign ${changes === 1 ? "once" : `${changes} times`} from the onset on: one word is short for what this head does.`;
}

function finalCaveat(input: ReadingInput): string | null {
  if (input.settings.states === "hf") {
    return "The last row is ln_f's output, as hidden_states has it: part of what happens there is the LayerNorm's doing.";
  }
  const { finalNorm } = input;
  const last = input.rows[input.nLayer - 1]!;
  if (finalNorm === null || finalNorm.effect === last.effect) return null;
  return (
    `After ln_f the picture differs: ${finalNorm.effect} (Δ ${delta(finalNorm.mean)}, p ${pValue(finalNorm.log10P)}, not adjusted), ` +
    `against ${last.effect} in the last block.`
  );
}

function sizeCaveat(input: ReadingInput): string | null {
  const marked = input.rows.filter(significant);
  if (marked.length === 0) return null;
  const size = Math.max(...marked.map((row) => Math.abs(row.mean)));
  if (size >= 0.001) return null;
  return `Significant is not large: no block's mean cosine moves by more than ${size.toExponential(1)}.`;
}

function promptCaveat(input: ReadingInput): string {
  if (input.prompts === null) return "One prompt is one sentence: nothing here says how the head acts on others.";
  const { significant: count, of } = input.prompts;
  return `This is one prompt. On ${count} of all ${of} prompts a late block is significant.`;
}

function fewCaveat(input: ReadingInput): string | null {
  return input.nTokens < 8 ? `Only ${input.nTokens} tokens: ${input.nPairs} pairs say little.` : null;
}

/** The reading of one intervention on one prompt. */
export function readingOf(input: ReadingInput): Reading {
  const caveats = [
    testCaveat(input),
    promptCaveat(input),
    directCaveat(input),
    firstCaveat(input),
    sweepCaveat(input),
    signCaveat(input),
    finalCaveat(input),
    sizeCaveat(input),
    fewCaveat(input),
  ].filter((caveat): caveat is string => caveat !== null);
  const verdict = verdictOf(input);
  const facts = factsOf(input);
  if (input.rows.every((row) => row.effect === "unchanged")) {
    return {
      verdict,
      facts,
      sentences: [`${deed(input)} changed nothing: every Δ is exactly 0.`],
      caveats,
    };
  }
  const sentences = [
    atTheCut(input) + fromOnset(input),
    lateBlocks(input),
    largest(input),
  ].filter((sentence): sentence is string => sentence !== null);
  return { verdict, facts, sentences, caveats };
}
