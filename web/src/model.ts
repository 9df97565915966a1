/**
 * The document, decoded as far as it is asked for: what a page of many prompts does not show is
 * never decoded.
 */
import { decodeFloats } from "./columns";
import type { PageData, PromptData, TrajectoryPoint } from "./data";
import { decidedBy } from "./decided";
import {
  type Across,
  acrossAt,
  type AcrossLists,
  acrossOf,
  type CellLists,
  type Cells,
  cellsOf,
  existing,
  filledUp,
  type HeadSummary,
  kUnchanged,
  type Ripple,
  type RippleLists,
  ripplesOf,
  type Summaries,
  summariesOf,
  summaryAt,
} from "./model_values";

export { type Across, type Cells, type HeadSummary, isSignificant, kCoupling, kDecoupling, kNoiseFactor, kNone, kUnchanged, type Ripple, type Role } from "./model_values";

/** A prompt by its index, or the mean over all of them. */
export type PromptChoice = number | "all";

/** What is decoded of a prompt. */
interface Decoded {
  /** Intervention -> place in the prompt's lists, -1 where the prompt does not have it. */
  places: number[];
  summaries?: Summaries;
  cells?: CellLists;
  /** First row of each place in `cells`. */
  rows?: number[];
  ripples?: RippleLists;
  clean?: Float32Array;
  silenced: { [intervention: number]: Float32Array };
  shares?: Float32Array;
  followed?: { clean: Float32Array; silenced: Float32Array }[];
}

/** What the tokens have of the change of one state. */
export interface TokenShares {
  /** Position of the first one's token. */
  first: number;
  /** Of the tokens from there on; they add up to 1. */
  shares: Float32Array;
}

/** Two words that were followed, with one intervention. */
export interface Followed {
  pair: string;
  positions: [number, number];
  /** Blocks, then ln_f where the prompt has it. */
  clean: Float32Array;
  /** Likewise; below the cut the clean values. */
  silenced: Float32Array;
}

export class PageModel {
  readonly data: PageData;
  readonly nLayer: number;
  readonly nHead: number;
  private readonly indices: { [spec: string]: number } = Object.create(null) as { [spec: string]: number };
  private readonly decoded: Decoded[];
  private overall: Summaries | null = null;
  private acrossLists: AcrossLists | null = null;
  /** Views by other tests, each made when it is first asked for. */
  private readonly views: PageModel[] = [];

  constructor(data: PageData) {
    this.data = data;
    this.nLayer = data.model.n_layer;
    this.nHead = data.model.n_head;
    data.interventions.forEach((entry, i) => {
      this.indices[entry.spec] = i;
    });
    this.decoded = data.prompts.map((prompt) => {
      const places = data.interventions.map(() => -1);
      prompt.present.forEach((i, place) => {
        places[i] = place;
      });
      return { places, silenced: {} };
    });
  }

  /** Names of the tests that the page can be judged by: first the one that the results were made with. */
  tests(): string[] {
    return [this.data.test.name, ...this.data.beside.map((one) => one.test.name)];
  }

  /** The same results judged by test number `test` of `tests()`; this model for the first. */
  by(test: number): PageModel {
    if (test === 0) return this;
    return (this.views[test] = this.views[test] ?? new PageModel(decidedBy(this.data, test - 1)));
  }

  /** Index of the intervention with this spec; -1 where there is none. */
  indexOf(spec: string): number {
    return this.indices[spec] ?? -1;
  }

  spec(i: number): string {
    return this.data.interventions[i]?.spec ?? "";
  }

  /** Lowest block that the intervention touches. */
  cut(i: number): number {
    return this.data.interventions[i]?.cut_layer ?? 0;
  }

  /** Block and head of an intervention that silences one head; null for a joint one. */
  headOf(i: number): { layer: number; head: number } | null {
    const heads = this.data.interventions[i]?.heads ?? [];
    const match = heads.length === 1 ? /^L(\d+)H(\d+)$/.exec(heads[0]!) : null;
    return match ? { layer: Number(match[1]), head: Number(match[2]) } : null;
  }

  prompt(prompt: number): PromptData {
    const found = this.data.prompts[prompt];
    if (found === undefined) throw new Error(`there is no prompt ${prompt}; the data has ${this.data.prompts.length}`);
    return found;
  }

  /** Whether a prompt has an intervention; of "all", whether any has. */
  has(prompt: PromptChoice, i: number): boolean {
    if (prompt === "all") return this.decoded.some((one) => (one.places[i] ?? -1) >= 0);
    return (this.decoded[prompt]?.places[i] ?? -1) >= 0;
  }

  /** What the map shows of an intervention; null where the prompt does not have it. */
  summary(prompt: PromptChoice, i: number): HeadSummary | null {
    if (prompt === "all" && this.data.prompts.length > 1) {
      if (this.data.overall === null || this.data.interventions[i] === undefined) return null;
      this.overall = this.overall ?? summariesOf(this.data.overall);
      return summaryAt(this.overall, i);
    }
    const index = prompt === "all" ? 0 : prompt;
    const place = this.place(index, i);
    if (place < 0) return null;
    const decoded = this.decoded[index]!;
    decoded.summaries = decoded.summaries ?? summariesOf(this.prompt(index).summary);
    return summaryAt(decoded.summaries, place);
  }

  /** The states of an intervention; null where the prompt does not have it. */
  cells(prompt: number, i: number): Cells | null {
    const place = this.place(prompt, i);
    if (place < 0) return null;
    const { has_final_norm: hasFinalNorm, cells } = this.prompt(prompt);
    const decoded = this.decoded[prompt]!;
    const lists = (decoded.cells = decoded.cells ?? cellsOf(cells));
    const from = this.firstRow(prompt, place);
    const cut = this.cut(i);
    const n = this.nLayer - cut + (hasFinalNorm ? 1 : 0);
    const floats = (list: Float32Array, below: number) => filledUp(list, from, n, cut, below);
    const optional = (list: Float32Array | null, below: number) => (list === null ? null : floats(list, below));
    const code = new Uint8Array(cut + n).fill(kUnchanged, 0, cut);
    code.set(lists.code.subarray(from, from + n), cut);
    return {
      nBlocks: this.nLayer,
      hasFinalNorm,
      mean: floats(lists.mean, 0),
      ciHalf: floats(lists.ciHalf, NaN),
      log10p: floats(lists.log10p, NaN),
      code,
      direct: optional(lists.direct, 0),
      perturbation: optional(lists.perturbation, 0),
      t: optional(lists.t, NaN),
      dz: optional(lists.dz, NaN),
      noise: optional(lists.noise, 0),
      cka: optional(lists.cka, 1),
      rankCorrelation: optional(lists.rankCorrelation, 1),
    };
  }

  /**
   * What the tokens have of the change of an intervention in a state (block, or L for ln_f); null
   * where nothing changed there and where it is not in the data.
   */
  tokenShares(prompt: number, i: number, state: number): TokenShares | null {
    const place = this.place(prompt, i);
    const column = place < 0 ? null : this.prompt(prompt).token_share;
    const cut = this.cut(i);
    if (column === null || state < cut) return null;
    const decoded = this.decoded[prompt]!;
    const all = (decoded.shares = decoded.shares ?? decodeFloats(column));
    const { present, tokens, has_final_norm: hasFinalNorm } = this.prompt(prompt);
    const last = present.length - 1;
    const perIntervention = (index: number) => this.nLayer - this.cut(index) + (hasFinalNorm ? 1 : 0);
    if (state - cut >= perIntervention(i)) return null;
    const width = all.length / (this.firstRow(prompt, last) + perIntervention(present[last]!));
    const row = this.firstRow(prompt, place) + state - cut;
    const shares = all.subarray(row * width, (row + 1) * width);
    return shares.length === 0 || isNaN(shares[0]!) ? null : { first: tokens.length - width, shares };
  }

  /** The words that were followed; null where none were, or the prompt lacks the intervention. */
  followed(prompt: number, i: number): Followed[] | null {
    const place = this.place(prompt, i);
    const pairs = place < 0 ? null : this.prompt(prompt).followed;
    if (pairs === null || pairs.length === 0) return null;
    const decoded = this.decoded[prompt]!;
    const lists = (decoded.followed =
      decoded.followed ?? pairs.map((one) => ({ clean: decodeFloats(one.clean), silenced: decodeFloats(one.silenced) })));
    const from = this.firstRow(prompt, place);
    const cut = this.cut(i);
    return pairs.map(({ pair, positions }, at) => {
      const { clean, silenced: rows } = lists[at]!;
      const silenced = new Float32Array(clean);
      silenced.set(rows.subarray(from, from + clean.length - cut), cut);
      return { pair, positions, clean, silenced };
    });
  }

  /** An intervention with the prompt as the observation; null where the data has no such sample. */
  across(i: number): Across | null {
    if (this.data.across === null || this.data.interventions[i] === undefined) return null;
    this.acrossLists = this.acrossLists ?? acrossOf(this.data.across);
    return acrossAt(this.acrossLists, i);
  }

  /** How an intervention's change travels; null where the prompt does not have it. */
  ripple(prompt: number, i: number): Ripple | null {
    const place = this.place(prompt, i);
    if (place < 0) return null;
    const decoded = this.decoded[prompt]!;
    const lists = (decoded.ripples = decoded.ripples ?? ripplesOf(this.prompt(prompt).ripple));
    return {
      onset: existing(lists.onset[place]),
      persistence: existing(lists.persistence[place]),
      growth: existing(lists.growth[place]),
      growthAbsolute: existing(lists.growth_absolute[place]),
      signChanges: existing(lists.sign_changes[place]),
    };
  }

  /** The clean model, embedding to ln_f; null where it is not known. */
  trajectory(prompt: number): TrajectoryPoint[] | null {
    return this.prompt(prompt).trajectory;
  }

  /**
   * Cosines of the pairs (0,1), (0,2) ... of a state (block, or L for ln_f): clean where
   * `intervention` is null. Null where they are not in the data.
   */
  cosines(prompt: number, intervention: number | null, state: number): Float32Array | null {
    const all = this.allCosines(prompt, intervention);
    if (all === null) return null;
    const nTokens = this.prompt(prompt).tokens.length;
    const nPairs = (nTokens * (nTokens - 1)) / 2;
    return all.subarray(state * nPairs, (state + 1) * nPairs);
  }

  /** The same for all states, one after the other. */
  allCosines(prompt: number, intervention: number | null): Float32Array | null {
    const pairs = this.prompt(prompt).pairs;
    if (pairs === null) return null;
    const decoded = this.decoded[prompt]!;
    if (intervention === null) return (decoded.clean = decoded.clean ?? decodeFloats(pairs.clean));
    const known = decoded.silenced[intervention];
    if (known !== undefined) return known;
    for (const one of pairs.silenced) {
      if (one.intervention === intervention) return (decoded.silenced[intervention] = decodeFloats(one.cosines));
    }
    return null;
  }

  /** The `n` interventions of a prompt with the largest |late Δ|; ties in the model's order. */
  strongest(prompt: PromptChoice, n: number): number[] {
    const sizes: { i: number; size: number }[] = [];
    for (let i = 0; i < this.data.interventions.length; i++) {
      const late = this.summary(prompt, i)?.late ?? null;
      if (late !== null) sizes.push({ i, size: Math.abs(late) });
    }
    sizes.sort((a, b) => b.size - a.size || a.i - b.i);
    return sizes.slice(0, n).map((one) => one.i);
  }

  private place(prompt: number, i: number): number {
    return this.decoded[prompt]?.places[i] ?? -1;
  }

  private firstRow(prompt: number, place: number): number {
    const decoded = this.decoded[prompt]!;
    if (decoded.rows === undefined) {
      const { present, has_final_norm: hasFinalNorm } = this.prompt(prompt);
      let row = 0;
      decoded.rows = present.map((i) => {
        const first = row;
        row += this.nLayer - this.cut(i) + (hasFinalNorm ? 1 : 0);
        return first;
      });
    }
    return decoded.rows[place]!;
  }
}
