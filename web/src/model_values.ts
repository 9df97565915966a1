/** What the columns of the document hold, and how they are decoded. */
import { decodeBytes, decodeFloats } from "./columns";
import type { AcrossData, CellColumns, RippleColumns, SummaryColumns } from "./data";

export type Role = "none" | "connector" | "separator";

/** What the map shows of an intervention; null where a number does not exist. */
export interface HeadSummary {
  late: number | null;
  immediate: number | null;
  extreme: number | null;
  extremeLayer: number | null;
  t: number | null;
  dz: number | null;
  onset: number | null;
  /** Of the smallest adjusted p in the late blocks, base 10. */
  log10p: number | null;
  role: Role;
  /** Significant at the cut. */
  immediateEffect: boolean;
  /** Significant at the block of `extreme`. */
  extremeEffect: boolean;
  /** Prompts with a significant late block; null for one prompt. */
  nSignificant: number | null;
  /** Half the width of the interval around `late`; null over several prompts. */
  lateHalf: number | null;
}

/** Effect of a state, as `code` of the cells has it. */
export const kNone = 0;
export const kCoupling = 1;
export const kDecoupling = 2;
export const kUnchanged = 3;

/**
 * The states of an intervention: all blocks, then ln_f where `hasFinalNorm`. Blocks below the cut
 * are unchanged: Δ and perturbation are 0 there, and what a test gives is NaN.
 */
export interface Cells {
  nBlocks: number;
  hasFinalNorm: boolean;
  mean: Float32Array;
  ciHalf: Float32Array;
  log10p: Float32Array;
  code: Uint8Array;
  /** How much of the mean may be rounding; null where it is not known. */
  noise: Float32Array | null;
  /** These are null where a large page leaves them out. */
  direct: Float32Array | null;
  perturbation: Float32Array | null;
  t: Float32Array | null;
  dz: Float32Array | null;
  cka: Float32Array | null;
  rankCorrelation: Float32Array | null;
}

/** Whether the test that decides calls a state significant. */
export function isSignificant(cells: Cells, state: number): boolean {
  return cells.code[state] === kCoupling || cells.code[state] === kDecoupling;
}

/** Effects below this many times the noise floor are near it. */
export const kNoiseFactor = 10;

/** How an intervention's change travels; null where a number does not exist. */
export interface Ripple {
  onset: number | null;
  persistence: number | null;
  growth: number | null;
  growthAbsolute: number | null;
  signChanges: number | null;
}

/** The summaries' columns, decoded. */
export interface Summaries {
  late: Float32Array;
  immediate: Float32Array;
  extreme: Float32Array;
  extremeLayer: Float32Array;
  t: Float32Array;
  dz: Float32Array;
  onset: Float32Array;
  log10p: Float32Array;
  code: Uint8Array;
  nSignificant: Float32Array | null;
  lateHalf: Float32Array | null;
}

/** The rows' columns, decoded. */
export type CellLists = Omit<Cells, "nBlocks" | "hasFinalNorm">;
/** The ripples' columns, decoded. */
export type RippleLists = { [name in keyof RippleColumns]: Float32Array };

const kRoles: readonly Role[] = ["none", "connector", "separator"];
const kRoleBits = 3;
const kEffectAtCut = 4;
const kEffectAtExtreme = 8;

/** NaN as null. */
export function existing(value: number | undefined): number | null {
  return value === undefined || isNaN(value) ? null : value;
}

/** Decodes the summaries. */
export function summariesOf(columns: SummaryColumns): Summaries {
  return {
    late: decodeFloats(columns.late),
    immediate: decodeFloats(columns.immediate),
    extreme: decodeFloats(columns.extreme),
    extremeLayer: decodeFloats(columns.extreme_layer),
    t: decodeFloats(columns.t),
    dz: decodeFloats(columns.cohen_dz),
    onset: decodeFloats(columns.onset),
    log10p: decodeFloats(columns.log10_p_adjusted),
    code: decodeBytes(columns.code),
    nSignificant: columns.n_significant === undefined ? null : decodeFloats(columns.n_significant),
    lateHalf: columns.late_half === undefined ? null : decodeFloats(columns.late_half),
  };
}

/** The summary at a place of the lists. */
export function summaryAt(lists: Summaries, at: number): HeadSummary {
  const code = lists.code[at] ?? 0;
  return {
    late: existing(lists.late[at]),
    immediate: existing(lists.immediate[at]),
    extreme: existing(lists.extreme[at]),
    extremeLayer: existing(lists.extremeLayer[at]),
    t: existing(lists.t[at]),
    dz: existing(lists.dz[at]),
    onset: existing(lists.onset[at]),
    log10p: existing(lists.log10p[at]),
    role: kRoles[code & kRoleBits] ?? "none",
    immediateEffect: (code & kEffectAtCut) !== 0,
    extremeEffect: (code & kEffectAtExtreme) !== 0,
    nSignificant: lists.nSignificant === null ? null : existing(lists.nSignificant[at]),
    lateHalf: lists.lateHalf === null ? null : existing(lists.lateHalf[at]),
  };
}

/** Decodes the rows. */
export function cellsOf(columns: CellColumns): CellLists {
  const optional = (column: string | null) => (column === null ? null : decodeFloats(column));
  return {
    mean: decodeFloats(columns.mean_delta),
    ciHalf: decodeFloats(columns.ci_half),
    log10p: decodeFloats(columns.log10_p_adjusted),
    code: decodeBytes(columns.code),
    noise: optional(columns.noise_floor),
    direct: optional(columns.direct_mean_delta),
    perturbation: optional(columns.perturbation),
    t: optional(columns.t),
    dz: optional(columns.cohen_dz),
    cka: optional(columns.cka),
    rankCorrelation: optional(columns.rank_correlation),
  };
}

/** `n` values of `list` from `from` on, behind `cut` times `below`. */
export function filledUp(list: Float32Array, from: number, n: number, cut: number, below: number): Float32Array {
  const all = new Float32Array(cut + n).fill(below, 0, cut);
  all.set(list.subarray(from, from + n), cut);
  return all;
}

/** Decodes what says how changes travel. */
export function ripplesOf(columns: RippleColumns): RippleLists {
  return {
    onset: decodeFloats(columns.onset),
    persistence: decodeFloats(columns.persistence),
    growth: decodeFloats(columns.growth),
    growth_absolute: decodeFloats(columns.growth_absolute),
    sign_changes: decodeFloats(columns.sign_changes),
  };
}

/** An intervention across prompts; null where a number does not exist. */
export interface Across {
  mean: number | null;
  ciLow: number | null;
  ciHigh: number | null;
  log10p: number | null;
  pMaxT: number | null;
  nAgree: number | null;
  weightedMean: number | null;
  weightedCiLow: number | null;
  weightedCiHigh: number | null;
  weightedP: number | null;
  predictionLow: number | null;
  predictionHigh: number | null;
  i2: number | null;
}

/** The columns of `AcrossData`, decoded. */
export type AcrossLists = { [name in keyof Across]: Float32Array };

/** Decodes what is known across prompts. */
export function acrossOf(data: AcrossData): AcrossLists {
  return {
    mean: decodeFloats(data.mean),
    ciLow: decodeFloats(data.ci_low),
    ciHigh: decodeFloats(data.ci_high),
    log10p: decodeFloats(data.log10_p),
    pMaxT: decodeFloats(data.p_max_t),
    nAgree: decodeFloats(data.n_agree),
    weightedMean: decodeFloats(data.weighted_mean),
    weightedCiLow: decodeFloats(data.weighted_ci_low),
    weightedCiHigh: decodeFloats(data.weighted_ci_high),
    weightedP: decodeFloats(data.weighted_p),
    predictionLow: decodeFloats(data.prediction_low),
    predictionHigh: decodeFloats(data.prediction_high),
    i2: decodeFloats(data.i2),
  };
}

/** The numbers at a place of the lists. */
export function acrossAt(lists: AcrossLists, at: number): Across {
  const one = {} as Across;
  for (const name of Object.keys(lists) as (keyof Across)[]) one[name] = existing(lists[name][at]);
  return one;
}
