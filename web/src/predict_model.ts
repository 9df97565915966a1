/** The document of `predict`, decoded. */
import { decodeBytes, decodeFloats } from "./columns";
import { type PredictPageData, real, type ScoreData, type TokenData } from "./neighbour_data";

export const quantities = ["prob", "log_prob", "logit_diff", "kl", "rank"] as const;
export type Quantity = (typeof quantities)[number];

/** A token's numbers in one run. */
export interface Score {
  logit: number;
  logProb: number;
  prob: number;
  rank: number;
}

/** A way to silence: heads are silenced once in each. */
export interface Variant {
  name: string;
  mode: string;
  positions: "all" | number[];
}

interface ScoreLists {
  logit: Float32Array;
  logProb: Float32Array;
  prob: Float32Array;
  rank: Float32Array;
  dLogProb: Float32Array;
  dProb: Float32Array;
}

function listsOf(score: ScoreData): ScoreLists {
  return {
    logit: decodeFloats(score.logit),
    logProb: decodeFloats(score.log_prob),
    prob: decodeFloats(score.prob),
    rank: decodeFloats(score.rank),
    dLogProb: decodeFloats(score.d_log_prob),
    dProb: decodeFloats(score.d_prob),
  };
}

export function placeOfHead(heads: readonly string[]): { layer: number; head: number } | null {
  const found = heads.length === 1 ? /^L(\d+)H(\d+)$/.exec(heads[0]!) : null;
  return found ? { layer: Number(found[1]), head: Number(found[2]) } : null;
}

export class PredictModel {
  readonly data: PredictPageData;
  readonly nLayer: number;
  readonly nHead: number;
  readonly variants: Variant[] = [];
  /** Each intervention's heads once, in the order asked for. */
  readonly specs: { spec: string; heads: string[] }[] = [];
  readonly kl: Float32Array;
  readonly top1Changed: Uint8Array;
  private readonly places: { [spec: string]: number } = Object.create(null) as { [spec: string]: number };
  /** [variant][spec] -> intervention. */
  private readonly table: number[][] = [];
  private readonly targets: ScoreLists[];
  private readonly contrast: ScoreLists | null;
  private readonly diffs: { silenced: Float32Array; change: Float32Array } | null;
  private readonly texts: { [id: number]: string } = {};

  constructor(data: PredictPageData) {
    this.data = data;
    this.nLayer = data.model.n_layer;
    this.nHead = data.model.n_head;
    this.kl = decodeFloats(data.kl);
    this.top1Changed = decodeBytes(data.top1_changed);
    this.targets = data.targets.map(listsOf);
    this.contrast = data.contrast === null ? null : listsOf(data.contrast);
    this.diffs =
      data.logit_diff === null ? null : { silenced: decodeFloats(data.logit_diff.silenced), change: decodeFloats(data.logit_diff.change) };
    for (const token of data.texts) this.texts[token.id] = token.text;
    data.interventions.forEach((one, i) => this.add(one, i));
    const names = data.comparison === null ? [] : data.comparison.variants.map((one) => one.name);
    if (names.length === this.variants.length) this.variants.forEach((one, v) => (one.name = names[v]!));
  }

  /** Index of the heads with this spec; -1 where there are none. */
  indexOf(spec: string): number {
    return this.places[spec] ?? -1;
  }

  /** The intervention of these heads in a variant; null where they were not silenced so. */
  at(variant: number, spec: number): number | null {
    const found = this.table[variant]?.[spec];
    return found === undefined ? null : found;
  }

  /** Whether the results have a quantity of a target. */
  has(quantity: Quantity, target: number): boolean {
    return quantity !== "logit_diff" || (target === 0 && this.diffs !== null);
  }

  /** What the map shows of an intervention: a change, or KL. */
  value(quantity: Quantity, target: number, i: number): number {
    const lists = this.targets[target]!;
    switch (quantity) {
      case "prob":
        return lists.dProb[i]!;
      case "log_prob":
        return lists.dLogProb[i]!;
      case "logit_diff":
        return this.diffs === null ? NaN : this.diffs.change[i]!;
      case "rank":
        return lists.rank[i]! - this.data.targets[target]!.clean.rank;
      default:
        return this.kl[i]!;
    }
  }

  /** A target's numbers, clean where `i` is null. */
  score(target: number, i: number | null): Score {
    return scoreOf(this.data.targets[target]!, this.targets[target]!, i);
  }

  contrastScore(i: number | null): Score | null {
    return this.contrast === null ? null : scoreOf(this.data.contrast!, this.contrast, i);
  }

  /** Logit difference; null without a contrast. */
  logitDiff(i: number | null): number | null {
    if (this.diffs === null) return null;
    return i === null ? real(this.data.logit_diff!.clean) : this.diffs.silenced[i]!;
  }

  /** The most likely tokens, clean where `i` is null. */
  top(i: number | null): { token: TokenData; prob: number }[] {
    const list = i === null ? this.data.top.clean : this.data.top.silenced[i]!;
    return list.map(([id, prob]) => ({ token: { id, text: this.texts[id] ?? "" }, prob }));
  }

  /** The heads of a variant, the largest size of `quantity` first. */
  strongest(variant: number, quantity: Quantity, target: number): number[] {
    const list = this.specs.map((_, s) => s).filter((s) => this.at(variant, s) !== null);
    const size = (s: number) => Math.abs(this.value(quantity, target, this.at(variant, s)!));
    return list.sort((a, b) => size(b) - size(a) || a - b);
  }

  private add(one: PredictPageData["interventions"][number], i: number): void {
    const positions = one.positions === "all" ? "" : ` at ${one.positions.join(", ")}`;
    const name = one.mode + positions;
    let variant = -1;
    this.variants.forEach((known, v) => {
      if (known.name === name) variant = v;
    });
    if (variant < 0) {
      variant = this.variants.length;
      this.variants.push({ name, mode: one.mode, positions: one.positions });
      this.table.push([]);
    }
    let spec = this.indexOf(one.spec);
    if (spec < 0) {
      spec = this.specs.length;
      this.places[one.spec] = spec;
      this.specs.push({ spec: one.spec, heads: one.heads });
    }
    this.table[variant]![spec] = i;
  }
}

function scoreOf(data: ScoreData, lists: ScoreLists, i: number | null): Score {
  if (i === null) {
    const { logit, log_prob: logProb, prob, rank } = data.clean;
    return { logit: real(logit), logProb: real(logProb), prob: real(prob), rank };
  }
  return { logit: lists.logit[i]!, logProb: lists.logProb[i]!, prob: lists.prob[i]!, rank: lists.rank[i]! };
}
