/**
 * What the binary hands to the pages and figures of `predict` and `patch`: a document each,
 * `tacet.page.predict/1` and `tacet.page.patch/1`. `src/report/predict_page.cc` and `patch_page.cc`
 * write them; docs/page-data.md tells them in words. Columns are as in `data.ts`.
 */
import type { Bytes, Floats } from "./data";

/** A number, or an infinity as text. */
export type Real = number | "inf" | "-inf";

export interface TokenData {
  id: number;
  /** Empty where it is not known. */
  text: string;
}

export interface ModelData {
  id: string;
  fingerprint: string;
  dtype: string;
  n_layer: number;
  n_head: number;
  d_model: number;
}

/** A token that was asked for: in the clean run, and one entry per intervention. */
export interface ScoreData {
  token: TokenData;
  clean: { logit: Real; log_prob: Real; prob: Real; rank: number };
  logit: Floats;
  log_prob: Floats;
  prob: Floats;
  /** 1 is the most likely token. */
  rank: Floats;
  /** Silenced minus clean, in full precision before it became float32. */
  d_log_prob: Floats;
  d_prob: Floats;
}

export interface PredictPageData {
  schema: "tacet.page.predict/1";
  version: string;
  /** Heading; the command's `--title` or empty. */
  title: string;
  model: ModelData;
  prompt: string;
  tokens: TokenData[];
  /** Whose next token is predicted. */
  position: number;
  /** In the order asked for; the same heads once for each way to silence them. */
  interventions: { spec: string; heads: string[]; cut_layer: number; mode: string; positions: "all" | number[] }[];
  /** At least one; the first is the one that the contrast belongs to. */
  targets: ScoreData[];
  contrast: ScoreData | null;
  /** The first target's logit minus the contrast's; null without a contrast. */
  logit_diff: { clean: Real; silenced: Floats; change: Floats } | null;
  /** KL(clean ‖ silenced) in nats. */
  kl: Floats;
  /** 1 where another token is the most likely one. */
  top1_changed: Bytes;
  /** The most likely tokens as [id, probability], the most likely first. */
  top: { clean: [number, number][]; silenced: [number, number][][] };
  /** Texts of the tokens of `top`. */
  texts: TokenData[];
  /** Ways to silence the same heads, side by side; null where there is one. */
  comparison: ComparisonData | null;
  /** Specs that are shown first; empty: the strongest. */
  chosen: string[];
}

export interface VariantData {
  name: string;
  n: number;
  mean: Real | null;
  sd: Real | null;
  median: Real | null;
  q25: Real | null;
  q75: Real | null;
  min: Real | null;
  max: Real | null;
  /** Median of the values' sizes. */
  median_abs: Real | null;
  /** Heads per bin of `edges`. */
  histogram: number[];
  n_coupling: number | null;
  n_decoupling: number | null;
  n_top1_changed: number | null;
}

/** Two of the variants, by number or by name. */
export interface VariantPair {
  a: number | string;
  b: number | string;
  pearson: Real | null;
  spearman: Real | null;
  /** Share of the heads whose values have one sign. */
  same_sign: Real | null;
  sd_ratio: Real | null;
  n_both: number;
  n_only_a: number;
  n_only_b: number;
  /** Whether both spread as far. */
  spread_test: { statistic: Real | null; df: Real | null; p: Real | null } | null;
}

export interface ComparisonData {
  /** What was compared, and which number of each head. */
  what: string;
  value: string;
  /** Of the histograms' common bins, ascending. */
  edges: number[];
  variants: VariantData[];
  pairs: VariantPair[];
  heads: { spec: string; values: (Real | null)[] }[];
}

export interface SideData {
  prompt: string;
  tokens: TokenData[];
  logit_diff: Real;
}

export interface PatchPageData {
  schema: "tacet.page.patch/1";
  version: string;
  title: string;
  model: ModelData;
  by: "head" | "head,position" | "block,position";
  direction: "denoise" | "noise";
  /** Patches that were run. */
  runs: number;
  /** At least one. */
  pairs: { clean: SideData; corrupt: SideData; target: TokenData; contrast: TokenData }[];
  /** Means over the pairs. */
  clean_logit_diff: Real;
  corrupt_logit_diff: Real;
  /** Null where places have no position. */
  n_positions: number | null;
  /** One entry per place: by block, then head, then position, as far as places have them. */
  cells: {
    logit_diff: Floats;
    /** NaN where clean and corrupt are equal. */
    recovered: Floats;
    /** Over the pairs; null with one pair. */
    logit_diff_sd: Floats | null;
    recovered_sd: Floats | null;
  };
  /** Heads that are shown first; empty: the strongest place. */
  chosen: string[];
}

/** The value of a number that may be infinite; NaN for null. */
export function real(value: Real | null): number {
  if (value === null) return NaN;
  if (value === "inf") return Infinity;
  return value === "-inf" ? -Infinity : value;
}
