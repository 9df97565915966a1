/** Documents of predict and patch that no model has made: seeded, and coherent in themselves. */
import type { ComparisonData, PatchPageData, PredictPageData, ScoreData, TokenData } from "../src/neighbour_data";
import { encodeBytes, encodeFloats, seeded } from "./made_data";

export interface MadePredict {
  layers: number;
  heads: number;
  prompt?: string;
  modes?: string[];
  contrast?: boolean;
  /** Further tokens asked for. */
  others?: number;
  /** Specs in place of all heads. */
  specs?: string[];
  seed?: number;
}

function tokensOf(text: string): TokenData[] {
  return (text.match(/ ?[^\s.,]+|[.,]|\s/gu) ?? [text]).map((piece, at) => ({ id: 40 + at * 17, text: piece }));
}

function scoreOf(token: TokenData, prob: number, changes: number[]): ScoreData {
  const after = changes.map((change) => Math.min(0.99, prob * Math.exp(change)));
  const rank = (p: number) => Math.max(1, Math.round(1 / p - 2));
  return {
    token,
    clean: { logit: 12 + Math.log(prob), log_prob: Math.log(prob), prob, rank: rank(prob) },
    logit: encodeFloats(after.map((p) => 12 + Math.log(p))),
    log_prob: encodeFloats(after.map(Math.log)),
    prob: encodeFloats(after),
    rank: encodeFloats(after.map(rank)),
    d_log_prob: encodeFloats(after.map((p) => Math.log(p) - Math.log(prob))),
    d_prob: encodeFloats(after.map((p) => p - prob)),
  };
}

/** `comparison` of the values of each variant. */
export function madeComparison(names: string[], specs: string[], values: number[][], edges?: number[]): ComparisonData {
  const most = Math.max(...values.flat().map(Math.abs));
  const bins = edges ?? Array.from({ length: 13 }, (_, at) => -most + (2 * most * at) / 12);
  const mean = (list: number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const sd = (list: number[]) => Math.sqrt(list.reduce((sum, one) => sum + (one - mean(list)) ** 2, 0) / (list.length - 1));
  const at = (list: number[], share: number) => [...list].sort((a, b) => a - b)[Math.round(share * (list.length - 1))]!;
  return {
    what: "what heads do to the prediction",
    value: "change of the log probability",
    edges: bins,
    variants: names.map((name, v) => {
      const list = values[v]!;
      return {
        name,
        n: list.length,
        mean: mean(list),
        sd: sd(list),
        median: at(list, 0.5),
        q25: at(list, 0.25),
        q75: at(list, 0.75),
        min: Math.min(...list),
        max: Math.max(...list),
        median_abs: at(list.map(Math.abs), 0.5),
        histogram: bins.slice(1).map((to, bin) => list.filter((one) => one >= bins[bin]! && (one < to || (bin === bins.length - 2 && one === to))).length),
        n_coupling: null,
        n_decoupling: null,
        n_top1_changed: 3 + v,
      };
    }),
    pairs: names.slice(1).map((_, v) => {
      const [a, b] = [values[0]!, values[v + 1]!];
      const r = a.reduce((sum, one, k) => sum + (one - mean(a)) * (b[k]! - mean(b)), 0) / ((a.length - 1) * sd(a) * sd(b));
      return { a: 0, b: v + 1, pearson: r, spearman: r, same_sign: 0.8, sd_ratio: sd(b) / sd(a), n_both: 2, n_only_a: 1, n_only_b: 2, spread_test: { statistic: 4.2, df: 30, p: 0.0002 } };
    }),
    heads: specs.map((spec, s) => ({ spec, values: values.map((list) => list[s]!) })),
  };
}

/** A document of predict. */
export function madePredict(request: MadePredict): PredictPageData {
  const random = seeded(request.seed ?? 1);
  const prompt = request.prompt ?? "Berlin is the capital of";
  const tokens = tokensOf(prompt);
  const modes = request.modes ?? ["zero"];
  const specs = request.specs ?? Array.from({ length: request.layers * request.heads }, (_, at) => `L${Math.floor(at / request.heads)}H${at % request.heads}`);
  const changes = modes.map(() => specs.map(() => (random() - 0.55) * 1.5 * random() ** 3));
  const all = changes.flat();
  const jitter = () => all.map((change) => -0.4 * change + 0.1 * (random() - 0.5));
  const target = { id: 4486, text: " Germany" };
  const contrast = { id: 4881, text: " France" };
  const others = Array.from({ length: request.others ?? 0 }, (_, k) => ({ id: 900 + k, text: ` other${k}` }));
  const top: [number, number][] = [[262, 0.31], [target.id, 0.12], [257, 0.05], [contrast.id, 0.04], [597, 0.02]];
  const changed = all.map((_, i) => (i % 29 === 5 ? 1 : 0));
  const isCompared = modes.length > 1;
  return {
    schema: "tacet.page.predict/1",
    version: "0.0.1",
    title: "",
    model: { id: "made", fingerprint: "0123456789abcdef", dtype: "F32", n_layer: request.layers, n_head: request.heads, d_model: 64 },
    prompt,
    tokens,
    position: tokens.length - 1,
    interventions: modes.flatMap((mode) =>
      specs.map((spec) => ({ spec, heads: spec.split("+"), cut_layer: Number(/^L(\d+)/u.exec(spec)![1]), mode, positions: "all" as const })),
    ),
    targets: [scoreOf(target, 0.12, all), ...others.map((token, k) => scoreOf(token, 0.01 * (k + 1), jitter()))],
    contrast: request.contrast === false ? null : scoreOf(contrast, 0.04, jitter()),
    logit_diff: request.contrast === false ? null : { clean: 1.1, silenced: encodeFloats(all.map((one) => 1.1 + one)), change: encodeFloats(all) },
    kl: encodeFloats(all.map((one) => one * one)),
    top1_changed: encodeBytes(changed),
    top: {
      clean: top,
      silenced: all.map((change, i) => (changed[i] === 1 ? [top[1]!, ...top.slice(0, 1), ...top.slice(2)] : [top[0]!, [target.id, 0.12 * Math.exp(change)] as [number, number], ...top.slice(2, 4), [11, 0.03] as [number, number]])),
    },
    texts: [target, contrast, { id: 262, text: " the" }, { id: 257, text: " a" }, { id: 597, text: "" }, { id: 11, text: "," }],
    comparison: isCompared ? madeComparison(modes, specs, changes) : null,
    chosen: [],
  };
}

export interface MadePatch {
  layers: number;
  heads: number;
  by: PatchPageData["by"];
  clean?: string;
  corrupt?: string;
  pairs?: number;
  direction?: PatchPageData["direction"];
  /** Clean and corrupt have the same logit difference. */
  equal?: boolean;
  seed?: number;
}

/** A document of patch. */
export function madePatch(request: MadePatch): PatchPageData {
  const random = seeded(request.seed ?? 2);
  const clean = tokensOf(request.clean ?? "When Mary and John went home, John gave a drink to");
  const corrupt = tokensOf(request.corrupt ?? "When Mary and John went home, Mary gave a drink to").map((token, at) => ({ ...token, id: token.text === clean[at]!.text ? token.id : 9000 + at }));
  const nPairs = request.pairs ?? 1;
  const cleanDiff = 3.2;
  const corruptDiff = request.equal ? 3.2 : -2.9;
  const [from, to] = request.direction === "noise" ? [cleanDiff, corruptDiff] : [corruptDiff, cleanDiff];
  const nPositions = request.by === "head" ? 1 : clean.length;
  const nHeads = request.by === "block,position" ? 1 : request.heads;
  const differs = clean.findIndex((token, at) => token.id !== corrupt[at]!.id);
  const shares: number[] = [];
  for (let layer = 0; layer < request.layers; layer++) {
    for (let head = 0; head < nHeads; head++) {
      for (let position = 0; position < nPositions; position++) {
        const early = request.by !== "head" && position < differs;
        shares.push(early ? 0 : (random() - 0.4) * random() ** 4 * (1 + layer / request.layers));
      }
    }
  }
  const text = (tokens: TokenData[]) => tokens.map((token) => token.text).join("");
  return {
    schema: "tacet.page.patch/1",
    version: "0.0.1",
    title: "",
    model: { id: "made", fingerprint: "0123456789abcdef", dtype: "F32", n_layer: request.layers, n_head: request.heads, d_model: 64 },
    by: request.by,
    direction: request.direction ?? "denoise",
    runs: shares.filter((share) => share !== 0).length,
    pairs: Array.from({ length: nPairs }, (_, k) => ({
      clean: { prompt: text(clean), tokens: k === 0 ? clean : clean.map((token, at) => (at === 1 ? { id: 700 + k, text: ` Name${k}` } : token)), logit_diff: cleanDiff + k },
      corrupt: { prompt: text(corrupt), tokens: k === 0 ? corrupt : corrupt.map((token, at) => (at === 1 ? { id: 700 + k, text: ` Name${k}` } : token)), logit_diff: corruptDiff - k },
      target: { id: 5335, text: " Mary" },
      contrast: { id: 1757, text: " John" },
    })),
    clean_logit_diff: cleanDiff,
    corrupt_logit_diff: corruptDiff,
    n_positions: request.by === "head" ? null : clean.length,
    cells: {
      logit_diff: encodeFloats(shares.map((share) => from + share * (request.equal ? 0.1 : to - from))),
      recovered: encodeFloats(shares.map((share) => (request.equal ? NaN : share))),
      logit_diff_sd: nPairs > 1 ? encodeFloats(shares.map((share) => Math.abs(share) + 0.1)) : null,
      recovered_sd: nPairs > 1 ? encodeFloats(shares.map((share) => Math.abs(share) / 2)) : null,
    },
    chosen: [],
  };
}
