/** What a figure is asked to show, and what that means for the data at hand. */
import type { EChartsOption } from "echarts";
import { familiesChart } from "./charts/families";
import { followedChart, followedHeight } from "./charts/followed";
import { forestChart } from "./charts/forest";
import { mapChart, type Metric, metrics } from "./charts/map";
import { matricesOf, pairsChart, type Show, shows } from "./charts/pairs";
import { perturbationChart, rippleChart } from "./charts/ripple";
import { trajectoryChart } from "./charts/trajectory";
import { tokenLabels, visibleText } from "./charts/labels";
import type { PageModel } from "./model";
import { darkTheme, lightTheme, type Theme } from "./theme";

export const figureKinds = ["map", "ripple", "perturbation", "trajectory", "pairs", "families", "forest", "followed"] as const;
/** Those of other documents than a sweep's. */
export const neighbourKinds = ["predict", "comparison", "patch"] as const;
export type FigureKind = (typeof figureKinds)[number] | (typeof neighbourKinds)[number];

/** The request of `tacet figure`; null where the figure chooses. */
export interface FigureRequest {
  kind: FigureKind;
  /** Index of the prompt. */
  prompt: number;
  /** Specs; none: those that the data names, else the strongest. */
  interventions: string[];
  metric: Metric | null;
  /** A block, or "ln_f"; null: the last block. */
  state: number | "ln_f" | null;
  show: Show | null;
  /** Of predict and patch. */
  quantity: string | null;
  /** Of a comparison. */
  part: string | null;
  width: number | null;
  height: number | null;
  font_size: number | null;
  dark: boolean;
  title: string | null;
}

export interface Figure {
  option: EChartsOption;
  width: number;
  height: number;
}

const kLineWidth = 760;
const kLineHeight = 480;
const kMapWidth = 720;
const kMostSide = 1800;

function isOneOf<T extends string>(list: readonly T[], value: string): value is T {
  return (list as readonly string[]).indexOf(value) >= 0;
}

/** Whether the prompt has the matrices of an intervention. */
function hasPairs(model: PageModel, prompt: number, i: number): boolean {
  const { pairs } = model.prompt(prompt);
  return pairs !== null && pairs.silenced.some((one) => one.intervention === i);
}

function chosen(model: PageModel, request: FigureRequest): number[] {
  const named = request.interventions.length > 0 ? request.interventions : model.data.chosen;
  for (const spec of named) {
    if (!model.has(request.prompt, model.indexOf(spec))) throw new Error(`the results hold no ${spec}; choose of those that were silenced`);
  }
  if (named.length > 0) return named.map((spec) => model.indexOf(spec));
  const strongest = model.strongest(request.prompt, model.data.interventions.length);
  const drawable = request.kind === "pairs" ? strongest.filter((i) => hasPairs(model, request.prompt, i)) : strongest;
  return (drawable.length > 0 ? drawable : strongest).slice(0, 1);
}

function one(indices: number[], request: FigureRequest): number {
  if (indices.length > 1) throw new Error(`a figure of ${request.kind} shows one intervention and ${indices.length} are named; name one`);
  const [index] = indices;
  if (index === undefined) throw new Error("the results hold no intervention");
  return index;
}

function stateOf(model: PageModel, request: FigureRequest): number {
  if (request.state === "ln_f") return model.nLayer;
  const state = request.state ?? model.nLayer - 1;
  if (state < 0 || state >= model.nLayer) throw new Error(`there is no block ${state}; the model has blocks 0 to ${model.nLayer - 1}, then ln_f`);
  return state;
}

function pairsOption(model: PageModel, request: FigureRequest, theme: Theme, title: { title?: string }): EChartsOption {
  const view = {
    prompt: request.prompt,
    intervention: one(chosen(model, request), request),
    state: stateOf(model, request),
    show: request.show ?? "delta",
    ...title,
  };
  if (matricesOf(model, view) === null) {
    const why = model.data.left_out.filter((sentence) => /matrices|pairs/.test(sentence)).join(" ");
    throw new Error(`the matrices of ${model.spec(view.intervention)} are not there${why === "" ? "; the model is needed to compute them" : `: ${why}`}`);
  }
  return pairsChart(model, view, theme);
}

/** The intervention of a forest plot: the one named, or the strongest over all prompts. */
function ofForest(model: PageModel, request: FigureRequest): number {
  if (model.data.across === null) throw new Error("a forest plot needs a sweep of several prompts with the same heads");
  const named = request.interventions.length > 0 || model.data.chosen.length > 0;
  return one(named ? chosen(model, request) : model.strongest("all", 1), request);
}

function forestOption(model: PageModel, request: FigureRequest, theme: Theme, title: { title?: string }): EChartsOption {
  return forestChart(model, { intervention: ofForest(model, request), ...title }, theme);
}

function followedOption(model: PageModel, request: FigureRequest, theme: Theme, title: { title?: string }, height: number): EChartsOption {
  if (model.prompt(request.prompt).followed === null) throw new Error("no words were followed in these results; --pair A,B of silence or sweep follows them");
  return followedChart(model, { prompt: request.prompt, intervention: one(chosen(model, request), request), height, ...title }, theme);
}

function optionOf(model: PageModel, request: FigureRequest, theme: Theme, height: number): EChartsOption {
  const title = request.title === null ? {} : { title: visibleText(request.title) };
  const { prompt } = request;
  switch (request.kind) {
    case "map":
      return mapChart(model, { prompt, metric: request.metric ?? "late", chosen: namedOnly(model, request), ...title }, theme);
    case "ripple":
      return rippleChart(model, { prompt, interventions: chosen(model, request), ...title }, theme);
    case "perturbation":
      return perturbationChart(model, { prompt, interventions: chosen(model, request), ...title }, theme);
    case "trajectory": {
      if (model.trajectory(prompt) === null) throw new Error("the clean model's trajectory is not there; the model is needed to compute it");
      const intervention = request.show === "clean" ? null : one(chosen(model, request), request);
      return trajectoryChart(model, { prompt, intervention, ...title }, theme);
    }
    case "forest":
      return forestOption(model, request, theme, title);
    case "followed":
      return followedOption(model, request, theme, title, height);
    case "pairs":
      return pairsOption(model, request, theme, title);
    default:
      return familiesChart(model, { prompt, ...title }, theme);
  }
}

/** A map outlines what was asked for, and nothing else. */
function namedOnly(model: PageModel, request: FigureRequest): number[] {
  const named = request.interventions.length > 0 || model.data.chosen.length > 0;
  return named ? chosen(model, request) : [];
}

/** Width and height of a figure that names none, in px; they follow what it holds. */
function sizeOf(model: PageModel, request: FigureRequest, fontSize: number): [number, number] {
  const scale = fontSize / lightTheme.fontSize;
  if (request.kind === "map") return [kMapWidth, Math.min(kMostSide, 170 * scale + Math.max(240, model.nLayer * 22))];
  if (request.kind === "forest") return [kLineWidth, Math.min(kMostSide, (150 + 22 * (model.data.prompts.length + 2)) * scale)];
  if (request.kind === "followed") return [kLineWidth, Math.min(kMostSide, followedHeight(model.prompt(request.prompt).followed?.length ?? 1, true) * scale)];
  if (request.kind !== "pairs") return [kLineWidth, kLineHeight];
  const labels = tokenLabels(model.prompt(request.prompt).tokens);
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const room = longest * fontSize * 0.62;
  const matrix = Math.max(300, Math.min(kMostSide - 400, labels.length * fontSize * 2));
  return [matrix + room + 130 * scale, matrix + room + 90 * scale];
}

/** The figure that is asked for. Throws with a sentence where the data does not have it. */
export function figureOf(model: PageModel, request: FigureRequest): Figure {
  if (!isOneOf(figureKinds, request.kind)) throw new Error(`there is no figure '${String(request.kind)}'; choose of ${figureKinds.join(", ")}`);
  if (request.metric !== null && !isOneOf(metrics, request.metric)) throw new Error(`there is no metric '${String(request.metric)}'; choose of ${metrics.join(", ")}`);
  if (request.show !== null && !isOneOf(shows, request.show)) throw new Error(`there is no matrix '${String(request.show)}'; choose of ${shows.join(", ")}`);
  const fontSize = request.font_size ?? lightTheme.fontSize;
  const [defaultWidth, defaultHeight] = sizeOf(model, request, fontSize);
  const width = Math.round(request.width ?? defaultWidth);
  const height = Math.round(request.height ?? defaultHeight);
  const theme: Theme = { ...(request.dark ? darkTheme : lightTheme), fontSize, width };
  return { option: optionOf(model, request, theme, height), width, height };
}
