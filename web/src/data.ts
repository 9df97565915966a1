/**
 * What the binary hands to the page and to the figures: one JSON document, `tacet.page/1`.
 * `src/report/page_data.cc` writes it; docs/page-data.md tells it in words.
 *
 * Long lists of numbers are columns: base64 of little-endian float32 (or of bytes where said so),
 * NaN where a number does not exist, infinities as themselves. Text is data: never HTML.
 */

/** Base64 of little-endian float32 values. */
export type Floats = string;
/** Base64 of bytes. */
export type Bytes = string;

export interface PageData {
  schema: "tacet.page/1";
  version: string;
  /** Heading; the command's `--title` or empty. */
  title: string;
  model: {
    id: string;
    fingerprint: string;
    dtype: string;
    n_layer: number;
    n_head: number;
    d_model: number;
  };
  settings: Settings;
  /** The test that the results were made with: it decides unless the reader chooses another. */
  test: TestInfo;
  /** Tests that were made beside it. */
  beside: BesideTest[];
  /** Every intervention of any prompt, in the order of blocks and heads. */
  interventions: InterventionInfo[];
  /** One for each run; at least one. */
  prompts: PromptData[];
  /** Specs of the interventions that are shown first; empty: the strongest. */
  chosen: string[];
  /** Over all prompts, where there are several; one entry per intervention. */
  overall: SummaryColumns | null;
  /** The prompts as a sample of prompts; null where `overall` is. */
  across: AcrossData | null;
  /** What other pushes at the same place do; null where none were made. */
  control: ControlData | null;
  /** The claims of a study; null where the page is none. */
  study: StudyData | null;
  /** What the writer left out to keep the page small, and why; sentences for people. */
  left_out: string[];
}

export interface Settings {
  mode: string;
  states: "block" | "hf";
  cosine: string;
  pairs: "movable" | "all";
  exclude_first: boolean;
}

export interface TestInfo {
  name: string;
  alpha: number;
  /** Of the blocks of one intervention: `cells.code`, onset of `ripple`. */
  correction: string;
  family: string;
  /** Of the map: over all reachable head x block cells of a prompt's sweep (Benjamini-Hochberg). */
  sweep_correction: string;
  sweep_family_size: number;
}

/** `--control`: pushes of the head's size in random directions. */
export interface ControlData {
  n: number;
  /** Share of the pushes whose late Δ, or growth, is as extreme as the head's. */
  p_late_delta: number | null;
  p_growth: number | null;
  /** Why there are none; else empty. */
  note: string;
}

export interface BesideTest {
  test: TestInfo;
  /** What of `PageData.overall` follows from it; null where that is. */
  overall: DecidedSummary | null;
}

export interface InterventionInfo {
  /** `L3H5`, `L3H5+L4H2` */
  spec: string;
  /** `["L3H5"]` */
  heads: string[];
  cut_layer: number;
}

export interface PromptData {
  run: number;
  /** `id` of the prompt file; empty without one. */
  id: string;
  /** `group` of the prompt file: prompts of one group count once across prompts; empty without. */
  group: string;
  text: string;
  tokens: { id: number; text: string }[];
  /** Touched positions, or "all". */
  positions: "all" | number[];
  /** P, the pairs that are compared. */
  n_pairs: number;
  /** The clean model: embedding, blocks 0 to L-1, ln_f; null where it is not known. */
  trajectory: TrajectoryPoint[] | null;
  /** Indices into `interventions` of those that this prompt has, ascending. */
  present: number[];
  /** One entry per entry of `present`. */
  summary: SummaryColumns;
  ripple: RippleColumns;
  /**
   * One entry per state of every present intervention, one intervention after the other: blocks
   * from its cut to L-1, then ln_f where `has_final_norm`. Blocks below the cut are unchanged.
   */
  cells: CellColumns;
  /** What the tests of `PageData.beside` say, in their order. */
  beside: DecidedColumns[];
  /**
   * What each token has of the change, by the token-swap test: one row per entry of `cells`, in each
   * one value for every token that takes part in pairs (all, or all but position 0). The values of a
   * row add up to 1; NaN where nothing changed. Null where the test was not made, or for room.
   */
  token_share: Floats | null;
  /** Pairs of words that were followed; null where none were, or for room. */
  followed: FollowedData[] | null;
  has_final_norm: boolean;
  /** Cosines of the pairs; null where they are left out (`left_out` says why). */
  pairs: PairsData | null;
}

/** Two tokens' cosine, state by state. */
export interface FollowedData {
  /** As it was asked for: `pineapple,pizza` */
  pair: string;
  positions: [number, number];
  /** Blocks 0 to L-1, then ln_f where `has_final_norm`. */
  clean: Floats;
  /** One entry per entry of `cells`. */
  silenced: Floats;
}

export interface TrajectoryPoint {
  /** "embedding", a block's number, or "ln_f" */
  state: "embedding" | "ln_f" | number;
  mean: number;
  q25: number;
  median: number;
  q75: number;
}

/** What the map shows of an intervention. */
export interface SummaryColumns {
  late: Floats;
  immediate: Floats;
  extreme: Floats;
  extreme_layer: Floats;
  t: Floats;
  cohen_dz: Floats;
  onset: Floats;
  /** Smallest over the late blocks, in the family of the whole sweep; base 10. */
  log10_p_adjusted: Floats;
  /** 0 none, 1 connector (decouples), 2 separator (couples); +4 effect at the cut; +8 effect at the
   *  extreme block. */
  code: Bytes;
  /** Prompts with a significant late block; only in `overall`. */
  n_significant?: Floats;
  /** Half the width of the interval around `late` at 1 - alpha, by the dyadic-robust standard
   *  error; only in a prompt's own. */
  late_half?: Floats;
}

/** The columns of `SummaryColumns` that follow from the test that decides. */
export type DecidedSummary = Pick<SummaryColumns, "t" | "onset" | "log10_p_adjusted" | "code" | "n_significant">;

/** What another test says of a prompt, in place of the columns of these names. */
export interface DecidedColumns {
  summary: DecidedSummary;
  ripple: Pick<RippleColumns, "onset" | "persistence" | "sign_changes">;
  cells: Pick<CellColumns, "ci_half" | "log10_p_adjusted" | "code" | "t">;
}

/** Late Δ with the prompt as the observation; columns have one entry per intervention. */
export interface AcrossData {
  /** Groups of prompts, each counting once. */
  n_units: number;
  /** Below which no `p_max_t` can fall. */
  smallest_p: number;
  /** Unweighted, with Student's interval. */
  mean: Floats;
  ci_low: Floats;
  ci_high: Floats;
  log10_p: Floats;
  /** By flipping prompts' signs, over all heads and blocks. */
  p_max_t: Floats;
  /** Units that share the mean's sign. */
  n_agree: Floats;
  /** Random effects: REML, interval by Hartung and Knapp; where a new prompt is to be expected. */
  weighted_mean: Floats;
  weighted_ci_low: Floats;
  weighted_ci_high: Floats;
  weighted_p: Floats;
  prediction_low: Floats;
  prediction_high: Floats;
  /** Share of the spread that is between prompts. */
  i2: Floats;
}

/** How an intervention's change travels; fields of `ripple` in the contract. */
export interface RippleColumns {
  onset: Floats;
  persistence: Floats;
  growth: Floats;
  growth_absolute: Floats;
  sign_changes: Floats;
}

export interface CellColumns {
  mean_delta: Floats;
  /** Half the width of the interval around mean_delta, at 1 - alpha, uncorrected. */
  ci_half: Floats;
  /** Base 10; of ln_f the p itself, since it is in no family. */
  log10_p_adjusted: Floats;
  /** 0 none, 1 coupling, 2 decoupling, 3 unchanged. */
  code: Bytes;
  /** How much of mean_delta may be rounding; null where it was not asked for. */
  noise_floor: Floats | null;
  /** The others may be left out of large pages: null then. */
  direct_mean_delta: Floats | null;
  perturbation: Floats | null;
  t: Floats | null;
  cohen_dz: Floats | null;
  /** Linear CKA of the clean and the silenced state; 1: one pattern of tokens. */
  cka: Floats | null;
  /** Spearman's, of the pairs' cosines clean against silenced; 1: one order. */
  rank_correlation: Floats | null;
}

/**
 * Cosines of all M(M-1)/2 pairs i < j, in the order (0,1), (0,2) ... (M-2,M-1), for L+1 states one
 * after the other: blocks 0 to L-1, then ln_f.
 */
export interface PairsData {
  clean: Floats;
  /** Indices into `interventions`. */
  silenced: { intervention: number; cosines: Floats }[];
}

export type Verdict = "holds" | "in_part" | "does_not_hold";

export interface StudyData {
  layer: number;
  claims: {
    id: string;
    statement: string;
    rule: string;
    verdict: Verdict | null;
    stands_up: Verdict | null;
    /** The deciding figures in a few words. */
    reading?: string;
    /** Flat: names to numbers, words or null; infinities are the strings "inf" and "-inf". */
    figures: Record<string, number | string | boolean | null>;
  }[];
}
