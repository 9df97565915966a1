/**
 * Page data that no model has made: seeded, so that the same request gives the same document, and
 * coherent, so that what the page says about a head can be checked against how it was made.
 *
 * Every head gets a sign, a strength and a block from which on its change shows; Δ of a block
 * follows from them, and t, p, d_z, onset and the summary follow from Δ.
 */
import type {
  AcrossData,
  BesideTest,
  CellColumns,
  DecidedColumns,
  DecidedSummary,
  FollowedData,
  InterventionInfo,
  PageData,
  PairsData,
  PromptData,
  StudyData,
  SummaryColumns,
  TrajectoryPoint,
  Verdict,
} from "../src/data";

export interface MadeRequest {
  layers: number;
  heads: number;
  /** Texts of the prompts; each is cut into tokens at its spaces. */
  prompts?: string[];
  seed?: number;
  /** Specs that are shown first; the strongest unless given. */
  chosen?: string[];
  /** Interventions of several heads, after the single ones. */
  joint?: string[];
  /** How many interventions get matrices of pairs, the strongest first. */
  pairs?: number;
  study?: boolean;
  /** Leaves out the columns that large pages leave out. */
  large?: boolean;
  leftOut?: string[];
  /** Tests beside the paired one: each finds less than the one before it. */
  beside?: string[];
  /** Pairs of words that are followed in every prompt: the first and the last token, and so inwards. */
  followed?: number;
  /** Gives every block a noise floor of this size. */
  noise?: number;
}

export const pizza = "I asked my pizza for a joke about pineapple, but it was too cheesy.";

/** Base64 of little-endian float32 values. */
export function encodeFloats(values: readonly number[]): string {
  return encodeBytes(new Uint8Array(new Float32Array(values).buffer));
}

/** Base64 of bytes. */
export function encodeBytes(values: Uint8Array | readonly number[]): string {
  const bytes = values instanceof Uint8Array ? values : Uint8Array.from(values);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function tokensOf(text: string): { id: number; text: string }[] {
  const pieces = text.match(/ ?[^\s.,]+|[.,]|\s/gu) ?? [text];
  return pieces.map((piece, at) => ({ id: 40 + at * 17, text: piece }));
}

/** Two-sided p of a large-sample t, base 10; good enough for made data. */
function log10P(t: number): number {
  const x = Math.abs(t);
  if (x < 0.5) return Math.log10(1 - 0.38 * (x / 0.5));
  return (-0.5 * x * x) / Math.LN10 - Math.log10(x + 0.85) - 0.098;
}

interface MadeHead {
  sign: number;
  strength: number;
  /** Blocks above the cut at which the change begins to show. */
  delay: number;
}

interface Row {
  layer: number;
  mean: number;
  half: number;
  logP: number;
  code: number;
  direct: number;
  push: number;
  t: number;
  dz: number;
}

function rowsOf(head: MadeHead, cut: number, layers: number, pairs: number, noise: () => number) {
  const rows: Row[] = [];
  for (let layer = cut; layer <= layers; layer++) {
    const above = layer - cut;
    const rise = 1 / (1 + Math.exp(head.delay - above));
    const mean = head.sign * head.strength * rise * (1 + 0.3 * (noise() - 0.5)) + (noise() - 0.5) * 2e-4;
    const sd = 0.004 + head.strength * 0.9 * (0.6 + noise());
    const t = mean / (sd / Math.sqrt(pairs));
    const family = layer === layers ? 0 : Math.log10(layers);
    const logP = Math.min(0, log10P(t) + family);
    const significant = logP < Math.log10(0.05);
    rows.push({
      layer,
      mean,
      half: (1.98 * sd) / Math.sqrt(pairs),
      logP,
      code: significant ? (mean > 0 ? 1 : 2) : 0,
      direct: head.sign * head.strength * 0.35 * (1 - above / (layers + 1)) + (noise() - 0.5) * 1e-4,
      push: 0.01 * (1 + head.strength * 30) * Math.exp(0.03 * above) * (0.9 + 0.2 * noise()),
      t,
      dz: mean / sd,
    });
  }
  return rows;
}

interface MadeRun {
  summary: number[];
  ripple: number[];
  code: number;
  rows: Row[];
}

function runOf(rows: Row[], cut: number, layers: number): MadeRun {
  const blocks = rows.filter((row) => row.layer < layers);
  const nLate = Math.ceil(layers / 5);
  const late = blocks.filter((row) => row.layer >= layers - nLate);
  const lateDelta = late.reduce((sum, row) => sum + row.mean, 0) / late.length;
  const extreme = blocks.reduce((a, b) => (Math.abs(b.mean) > Math.abs(a.mean) ? b : a));
  const last = late[late.length - 1]!;
  const onset = blocks.find((row) => row.code !== 0);
  const after = onset ? blocks.filter((row) => row.layer >= onset.layer) : [];
  const marked = after.filter((row) => row.code !== 0);
  const lateMarked = late.some((row) => row.code !== 0);
  const changes = marked.filter((row, at) => at > 0 && row.code !== marked[at - 1]!.code).length;
  return {
    summary: [
      lateDelta,
      blocks[0]!.mean,
      extreme.mean,
      extreme.layer,
      last.t,
      last.dz,
      onset ? onset.layer : NaN,
      Math.min(...late.map((row) => row.logP)),
    ],
    ripple: [
      onset ? onset.layer : NaN,
      onset ? marked.filter((row) => row.code === onset.code).length / after.length : NaN,
      layers - cut > 1 ? 0.03 : NaN,
      layers - cut > 1 ? 0.05 : NaN,
      changes,
    ],
    code:
      (lateMarked ? (lateDelta < 0 ? 1 : 2) : 0) +
      (blocks[0]!.code !== 0 ? 4 : 0) +
      (extreme.code !== 0 ? 8 : 0),
    rows,
  };
}

const summaryNames = [
  "late",
  "immediate",
  "extreme",
  "extreme_layer",
  "t",
  "cohen_dz",
  "onset",
  "log10_p_adjusted",
] as const;

function summaryOf(runs: { summary: number[]; code: number }[]): SummaryColumns {
  const columns = Object.fromEntries(
    summaryNames.map((name, at) => [name, encodeFloats(runs.map((run) => run.summary[at]!))]),
  );
  return { ...columns, code: encodeBytes(runs.map((run) => run.code)) } as unknown as SummaryColumns;
}

/** The rows as a stricter test has them: every p is larger. */
function stricter(rows: Row[], step: number): Row[] {
  return rows.map((row) => {
    const logP = Math.min(0, row.logP / (1 + step));
    return { ...row, logP, half: row.half * (1 + step), t: row.t / (1 + step), code: logP < Math.log10(0.05) ? row.code : 0 };
  });
}

function decidedSummaryOf(columns: SummaryColumns): DecidedSummary {
  const { t, onset, log10_p_adjusted, code, n_significant } = columns;
  return { t, onset, log10_p_adjusted, code, ...(n_significant === undefined ? {} : { n_significant }) };
}

function decidedOf(runs: MadeRun[], large: boolean): DecidedColumns {
  const { ci_half, log10_p_adjusted, code, t } = cellsOf(runs, { large });
  return {
    summary: decidedSummaryOf(summaryOf(runs)),
    ripple: {
      onset: encodeFloats(runs.map((run) => run.ripple[0]!)),
      persistence: encodeFloats(runs.map((run) => run.ripple[1]!)),
      sign_changes: encodeFloats(runs.map((run) => run.ripple[4]!)),
    },
    cells: { ci_half, log10_p_adjusted, code, t },
  };
}

/** Shares that grow with the position, the first one against the others; nothing changes in the cut's ln_f. */
function sharesOf(runs: MadeRun[], tokens: number): string {
  const weights = Array.from({ length: tokens }, (_, at) => (at === 0 ? -0.5 : at));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return encodeFloats(runs.flatMap((run) => run.rows.flatMap(() => weights.map((weight) => weight / total))));
}

/** Late Δ over the prompts, as Student's t and random effects have it. */
function acrossOf(runs: MadeRun[][]): AcrossData {
  const n = runs[0]!.length;
  const numbers = runs.map((list) => {
    const late = list.map((run) => run.summary[0]!);
    const mean = late.reduce((sum, one) => sum + one, 0) / n;
    const sd = Math.sqrt(late.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1));
    return { mean, half: (2.4 * sd) / Math.sqrt(n), sd, agree: late.filter((one) => Math.sign(one) === Math.sign(mean)).length };
  });
  const column = (pick: (one: (typeof numbers)[number]) => number) => encodeFloats(numbers.map(pick));
  return {
    n_units: n,
    smallest_p: 2 ** (1 - n),
    mean: column((one) => one.mean),
    ci_low: column((one) => one.mean - one.half),
    ci_high: column((one) => one.mean + one.half),
    log10_p: column(() => -1.5),
    p_max_t: column(() => 0.25),
    n_agree: column((one) => one.agree),
    weighted_mean: column((one) => 0.98 * one.mean),
    weighted_ci_low: column((one) => 0.98 * one.mean - 0.9 * one.half),
    weighted_ci_high: column((one) => 0.98 * one.mean + 0.9 * one.half),
    weighted_p: column(() => 0.03),
    prediction_low: column((one) => one.mean - 2.5 * one.sd),
    prediction_high: column((one) => one.mean + 2.5 * one.sd),
    i2: column(() => 0.75),
  };
}

function cellsOf(runs: MadeRun[], { large = false, noise }: Pick<MadeRequest, "large" | "noise">): CellColumns {
  const rows = runs.flatMap((run) => run.rows);
  const column = (pick: (row: Row) => number) => encodeFloats(rows.map(pick));
  return {
    mean_delta: column((row) => row.mean),
    ci_half: column((row) => row.half),
    log10_p_adjusted: column((row) => row.logP),
    code: encodeBytes(rows.map((row) => row.code)),
    direct_mean_delta: large ? null : column((row) => row.direct),
    perturbation: large ? null : column((row) => row.push),
    t: large ? null : column((row) => row.t),
    cohen_dz: large ? null : column((row) => row.dz),
    noise_floor: noise === undefined ? null : column(() => noise),
    cka: large ? null : column((row) => 1 - 2 * row.push),
    rank_correlation: large ? null : column((row) => 1 - row.push),
  };
}

/** Mean similarity of the clean model at a state: falls over the first half, then rises. */
function cleanMean(at: number, layers: number): number {
  const x = at / layers;
  return x < 0.5 ? 0.62 - 0.7 * x : 0.27 + 1.2 * (x - 0.5) ** 1.5;
}

function trajectoryOf(layers: number): TrajectoryPoint[] {
  return Array.from({ length: layers + 2 }, (_, at) => {
    const mean = at > layers ? 0.91 : cleanMean(at, layers);
    const state = at === 0 ? "embedding" : at > layers ? "ln_f" : at - 1;
    return { state, mean, q25: mean - 0.12, median: mean + 0.01, q75: Math.min(1, mean + 0.1) };
  });
}

function pairsOf(
  chosen: number[],
  runs: MadeRun[],
  cuts: number[],
  layers: number,
  tokens: number,
  noise: () => number,
): PairsData {
  const clean: number[] = [];
  for (let state = 0; state <= layers; state++) {
    for (let i = 0; i < tokens; i++) {
      for (let j = i + 1; j < tokens; j++) {
        const value = cleanMean(state + 1, layers) + 0.25 * (noise() - 0.5) - 0.01 * (j - i);
        clean.push(Math.max(-1, Math.min(0.98, value)));
      }
    }
  }
  const perState = clean.length / (layers + 1);
  const silenced = chosen.map((intervention) => {
    const rows = runs[intervention]!.rows;
    const cosines = clean.map((value, at) => {
      const state = Math.floor(at / perState);
      if (state < cuts[intervention]!) return value;
      const mean = rows[state - cuts[intervention]!]!.mean;
      return Math.max(-1, Math.min(1, value + mean * (0.4 + 1.2 * noise())));
    });
    return { intervention, cosines: encodeFloats(cosines) };
  });
  return { clean: encodeFloats(clean), silenced };
}

function studyOf(): StudyData {
  const claim = (id: string, statement: string, rule: string, verdict: Verdict | null) => ({
    id,
    statement,
    rule,
    verdict,
    stands_up: null,
    figures: { smallest_mean: 0.0806, smallest_block: 11, position_0_left_out: true, ratio: "inf" },
  });
  return {
    layer: 3,
    claims: [
      claim(
        "early_fall",
        "Similarity falls over the early blocks",
        "Holds when the smallest block mean lies in blocks 1 to L/2, at least 0.05 below block 0's; and the same with position 0 left out.",
        "holds",
      ),
      claim(
        "late_rise",
        "Similarity rises steeply towards 1 over the last blocks",
        "Holds when the mean rises by at least 0.1 from its minimum to the end with ln_f applied, and ends at 0.9 or more.",
        "in_part",
      ),
      claim(
        "small_immediate_effect",
        "A head changes little in its own block",
        "Holds when the median of |immediate| / |late| is at most 0.25 and at least half of the heads are not significant at the cut.",
        "does_not_hold",
      ),
      claim(
        "more_than_output",
        "The measure sees more than the output",
        "Holds when the rank correlation with the divergence of the next token is below 0.8.",
        null,
      ),
    ],
  };
}

/** A whole document. */
/** Words that follow the mean change of the pairs, twice as far. */
function followedOf(n: number, runs: MadeRun[], tokens: { text: string }[], layers: number): FollowedData[] {
  return Array.from({ length: n }, (_, k) => {
    const [first, second] = [k, tokens.length - 1 - k];
    const clean = Array.from({ length: layers + 1 }, (__, state) => 0.9 - 0.5 * Math.sin((Math.PI * (state + k)) / (layers + n)));
    return {
      pair: `${tokens[first]!.text.trim()},${tokens[second]!.text.trim()}`,
      positions: [first, second],
      clean: encodeFloats(clean),
      silenced: encodeFloats(
        runs.flatMap((run) => {
          const cut = layers + 1 - run.rows.length;
          return run.rows.map((row, at) => clean[cut + at]! + 2 * row.mean);
        }),
      ),
    };
  });
}

export function madeData(request: MadeRequest): PageData {
  const { layers, heads } = request;
  const noise = seeded(request.seed ?? 1);
  const interventions: InterventionInfo[] = [];
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < heads; head++) {
      interventions.push({ spec: `L${layer}H${head}`, heads: [`L${layer}H${head}`], cut_layer: layer });
    }
  }
  for (const spec of request.joint ?? []) {
    const parts = spec.split("+");
    const cut = Math.min(...parts.map((part) => Number(/^L(\d+)H/u.exec(part)?.[1])));
    interventions.push({ spec, heads: parts, cut_layer: cut });
  }
  const made: MadeHead[] = interventions.map(() => ({
    sign: noise() < 0.65 ? -1 : 1,
    strength: 0.0004 + 0.03 * noise() ** 6,
    delay: 1 + 5 * noise(),
  }));
  const cuts = interventions.map((entry) => entry.cut_layer);
  const overall: MadeRun[][] = interventions.map(() => []);
  const besideNames = request.beside ?? [];
  const overallBeside: MadeRun[][][] = besideNames.map(() => interventions.map(() => []));
  const prompts = (request.prompts ?? [pizza]).map((text, at): PromptData => {
    const tokens = tokensOf(text);
    const nPairs = (tokens.length * (tokens.length - 1)) / 2;
    const runs = made.map((head, i) =>
      runOf(rowsOf(head, cuts[i]!, layers, nPairs, noise), cuts[i]!, layers),
    );
    runs.forEach((run, i) => overall[i]!.push(run));
    const beside = besideNames.map((_, k) => runs.map((run, i) => runOf(stricter(run.rows, k + 1), cuts[i]!, layers)));
    beside.forEach((list, k) => list.forEach((run, i) => overallBeside[k]![i]!.push(run)));
    const strongest = runs
      .map((run, i) => ({ i, size: Math.abs(run.summary[0]!) }))
      .sort((a, b) => b.size - a.size)
      .slice(0, request.pairs ?? 0)
      .map((entry) => entry.i);
    return {
      run: at + 1,
      id: "",
      group: "",
      text,
      tokens,
      positions: "all",
      n_pairs: nPairs,
      trajectory: trajectoryOf(layers),
      present: interventions.map((_, i) => i),
      summary: { ...summaryOf(runs), late_half: encodeFloats(runs.map((run) => 0.3 * Math.abs(run.summary[0]!) + 1e-4)) },
      ripple: {
        onset: encodeFloats(runs.map((run) => run.ripple[0]!)),
        persistence: encodeFloats(runs.map((run) => run.ripple[1]!)),
        growth: encodeFloats(runs.map((run) => run.ripple[2]!)),
        growth_absolute: encodeFloats(runs.map((run) => run.ripple[3]!)),
        sign_changes: encodeFloats(runs.map((run) => run.ripple[4]!)),
      },
      cells: cellsOf(runs, request),
      beside: beside.map((list) => decidedOf(list, request.large ?? false)),
      token_share: besideNames.includes("token-swap") ? sharesOf(runs, tokens.length) : null,
      followed: request.followed === undefined ? null : followedOf(request.followed, runs, tokens, layers),
      has_final_norm: true,
      pairs: strongest.length > 0 ? pairsOf(strongest, runs, cuts, layers, tokens.length, noise) : null,
    };
  });
  const test = {
    name: "paired",
    alpha: 0.05,
    correction: "bonferroni",
    family: "blocks",
    sweep_correction: "bh",
    sweep_family_size: (layers * (layers + 1) * heads) / 2,
  };
  return {
    schema: "tacet.page/1",
    version: "0.0.0-made",
    title: "",
    model: {
      id: "made",
      fingerprint: "0123456789abcdef",
      dtype: "F16",
      n_layer: layers,
      n_head: heads,
      d_model: heads * 8,
    },
    settings: { mode: "zero", states: "block", cosine: "raw", pairs: "movable", exclude_first: false },
    test,
    beside: besideNames.map((name, k): BesideTest => ({
      test: { ...test, name },
      overall: prompts.length > 1 ? decidedSummaryOf(overallOf(overallBeside[k]!)) : null,
    })),
    interventions,
    prompts,
    chosen: request.chosen ?? [],
    overall: prompts.length > 1 ? overallOf(overall) : null,
    across: prompts.length > 1 ? acrossOf(overall) : null,
    control: null,
    study: request.study ? studyOf() : null,
    left_out: request.leftOut ?? [],
  };
}

function overallOf(runs: MadeRun[][]): SummaryColumns {
  const merged = runs.map((list) => {
    const summary = summaryNames.map(
      (_, at) => list.reduce((sum, run) => sum + run.summary[at]!, 0) / list.length,
    );
    return { summary, code: list[0]!.code };
  });
  return {
    ...summaryOf(merged),
    n_significant: encodeFloats(
      runs.map((list) => list.filter((run) => (run.code & 3) !== 0).length),
    ),
  };
}
