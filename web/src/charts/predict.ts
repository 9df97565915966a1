/** What silencing heads does to the next token: the map of a quantity, and one head before and after. */
import type { EChartsOption } from "echarts";
import { placeOfHead, type PredictModel, type Quantity } from "../predict_model";
import type { Theme } from "../theme";
import { change, number } from "./format";
import { countTo, gridChart, type GridCell } from "./grid";
import { plain, visibleText, visibleToken } from "./labels";
import { axisLook, bottomRoom, emptyChart, headOf, kMargin, legendOf } from "./layout";
import { divergingScale, rounded, type Scale, sequentialScale } from "./scale";

export interface PredictView {
  variant: number;
  quantity: Quantity;
  target: number;
  /** Heads, by their place in `specs`, that are outlined. */
  chosen: readonly number[];
  title?: string;
}

export interface QuantityText {
  title: string;
  unit: string;
  says: string;
}

export const quantityTexts: { readonly [quantity in Quantity]: QuantityText } = {
  prob: { title: "Change of the target's probability", unit: "ΔP", says: "P of the target without the head, minus P with it" },
  log_prob: { title: "Change of the target's log probability", unit: "Δ ln P", says: "ln P of the target without the head, minus ln P with it" },
  logit_diff: { title: "Change of the logit difference", unit: "Δ (logits)", says: "the target's logit minus the contrast's, without the head minus with it" },
  kl: { title: "Change of the whole prediction", unit: "KL (nats)", says: "KL(clean ‖ silenced) over the whole vocabulary" },
  rank: { title: "Change of the target's rank", unit: "Δ rank", says: "places that the target loses (+) or wins (−) without the head" },
};

/** A token in quotes, its blanks seen. */
export function quoted(token: { id: number; text: string }): string {
  return token.text === "" ? `token ${token.id}` : `“${visibleToken(token.text)}”`;
}

/** The scale of a quantity: around 0, or from 0 on for KL. */
export function quantityScale(theme: Theme, quantity: Quantity, values: readonly number[]): Scale {
  if (quantity !== "kl") return divergingScale(theme, values);
  const high = rounded(Math.max(0, ...values.filter((value) => isFinite(value))));
  return sequentialScale(theme, 0, high, high / 4);
}

/** What is said of an intervention, line by line. */
export function linesOf(model: PredictModel, target: number, i: number): string[] {
  const clean = model.score(target, null);
  const score = model.score(target, i);
  const lines = [
    `P(${plain(quoted(model.data.targets[target]!.token))}) ${number(clean.prob)} → ${number(score.prob)}, ΔP ${change(model.value("prob", target, i))}`,
    `Δ ln P ${change(model.value("log_prob", target, i))}, rank ${number(clean.rank)} → ${number(score.rank)}`,
  ];
  const diff = model.logitDiff(i);
  if (diff !== null) lines.push(`logit difference ${number(model.logitDiff(null))} → ${number(diff)}`);
  lines.push(`KL ${number(model.kl[i])} nats`);
  const best = model.top(i)[0];
  if (model.top1Changed[i] === 1 && best !== undefined) lines.push(`most likely now: ${plain(quoted(best.token))}`);
  return lines;
}

/** The single heads of a variant; keys are places in `specs`. */
export function predictCells(model: PredictModel, view: PredictView): GridCell[] {
  const cells: GridCell[] = [];
  model.specs.forEach(({ spec, heads }, s) => {
    const place = placeOfHead(heads);
    const i = model.at(view.variant, s);
    if (place === null || i === null) return;
    cells.push({
      x: place.head,
      y: place.layer,
      value: model.value(view.quantity, view.target, i),
      key: s,
      mark: model.top1Changed[i] === 1 ? "◆" : "",
      tip: [spec, ...linesOf(model, view.target, i)].join("\n"),
    });
  });
  return cells;
}

function subject(model: PredictModel): string {
  return `${visibleText(model.data.model.id, 60)}, “${visibleText(model.data.prompt, 90)}”`;
}

/** How the heads were silenced; empty for zero everywhere. */
function manner(model: PredictModel, variant: number): string {
  const { name, mode, positions } = model.variants[variant]!;
  return mode === "zero" && positions === "all" && model.variants.length === 1 ? "" : ` Heads silenced by ${visibleText(name)}.`;
}

/** The map of block × head. */
export function predictMap(model: PredictModel, view: PredictView, theme: Theme): EChartsOption {
  const text = quantityTexts[view.quantity];
  const token = model.data.targets[view.target]!.token;
  const title = view.title ?? (view.quantity === "kl" ? text.title : `${text.title}: ${quoted(token)}`);
  const cells = predictCells(model, view);
  if (cells.length === 0) return emptyChart(theme, title, "no single head was silenced");
  const values = cells.map((cell) => cell.value);
  const outlined = view.chosen.map((s) => model.specs[s]!.spec);
  const against = view.quantity === "logit_diff" ? ` Contrast: ${quoted(model.data.contrast!.token)}.` : "";
  return gridChart(
    {
      title,
      note:
        `${subject(model)}\nColour: ${text.says}.${against}\n◆ another token is the most likely one.${manner(model, view.variant)}` +
        (outlined.length > 0 ? ` Outlined: ${outlined.join(", ")}.` : ""),
      spoken: `${title}: ${cells.length} heads, ${text.says}.`,
      x: { name: "head", labels: countTo(model.nHead) },
      y: { name: "block", labels: countTo(model.nLayer) },
      cells,
      scale: quantityScale(theme, view.quantity, values),
      unit: text.unit,
      outlined: view.chosen,
    },
    theme,
  );
}

export interface BarsView {
  variant: number;
  /** Place in `specs`. */
  head: number;
  title?: string;
}

interface BarRow {
  name: string;
  before: number;
  after: number;
}

/** Targets and contrast, then the most likely tokens of both runs, none twice. */
export function barRows(model: PredictModel, i: number): BarRow[] {
  const rows: BarRow[] = [];
  const held: { [id: number]: boolean } = {};
  const add = (token: { id: number; text: string }, what: string, before: number, after: number) => {
    if (held[token.id]) return;
    held[token.id] = true;
    rows.push({ name: `${quoted(token)}${what}`, before, after });
  };
  model.data.targets.forEach(({ token }, t) => add(token, t === 0 ? " target" : " asked for", model.score(t, null).prob, model.score(t, i).prob));
  if (model.data.contrast !== null) {
    add(model.data.contrast.token, " contrast", model.contrastScore(null)!.prob, model.contrastScore(i)!.prob);
  }
  const before = model.top(null);
  const after = model.top(i);
  // Beyond the named ones a probability is not known: NaN.
  const probOf = (list: typeof before, id: number) => list.filter((one) => one.token.id === id)[0]?.prob ?? NaN;
  for (const { token } of before.concat(after)) add(token, "", probOf(before, token.id), probOf(after, token.id));
  return rows;
}

/** Probabilities before and after as pairs of bars. */
export function predictBars(model: PredictModel, view: BarsView, theme: Theme): EChartsOption {
  const { spec } = model.specs[view.head]!;
  const i = model.at(view.variant, view.head);
  const title = view.title ?? `The next token with and without ${spec}`;
  if (i === null) return emptyChart(theme, title, `${spec} was not silenced so`);
  const rows = barRows(model, i);
  const names = ["clean", `${spec} silenced`];
  const note = `${subject(model)}\nProbability of the tokens asked for and of the most likely ones.\nA bar that is not there is below those that are named.${manner(model, view.variant)}`;
  const { base, top } = headOf(theme, title, note, `${title}: ${rows.length} tokens.`);
  const legend = legendOf(theme, top, names);
  const longest = Math.min(26, rows.reduce((most, row) => Math.max(most, row.name.length), 0));
  const look = axisLook(theme, "", 0) as { axisLabel: object };
  const bottom = bottomRoom(theme);
  const bars = (name: string, colour: string, values: number[], hollow: boolean) => ({
    type: "bar",
    name,
    barMaxWidth: 14,
    barGap: "10%",
    itemStyle: hollow ? { color: theme.background, borderColor: colour, borderWidth: 1.5 } : { color: colour },
    data: values.map((value) => (isNaN(value) ? null : value)),
    label: {
      show: true,
      position: "right",
      color: theme.text,
      fontSize: theme.fontSize,
      fontFamily: theme.font,
      formatter: (params: { value: number | null }) => (params.value === null ? "" : number(params.value)),
    },
  });
  return {
    ...base,
    legend: legend.legend,
    tooltip: {
      ...(base.tooltip as object),
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: (params: { dataIndex: number }[]) => {
        const row = rows[params[0]?.dataIndex ?? -1];
        return row === undefined ? "" : `${plain(row.name)}\nclean ${number(row.before)}\n${spec} silenced ${number(row.after)}`;
      },
    },
    grid: { left: kMargin + Math.round(longest * theme.fontSize * 0.6) + 10, right: kMargin + Math.round(theme.fontSize * 4), top: top + legend.height + 6, bottom: bottom.bottom },
    yAxis: {
      ...look,
      type: "category",
      inverse: true,
      data: rows.map((row) => row.name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...look.axisLabel, color: theme.text, interval: 0, hideOverlap: false, width: Math.round(longest * theme.fontSize * 0.6), overflow: "truncate" },
    },
    xAxis: {
      ...axisLook(theme, "probability", bottom.gap),
      type: "value",
      min: 0,
      splitLine: { show: true, lineStyle: { color: theme.grid, width: 1 } },
      splitNumber: 4,
    },
    series: [
      bars(names[0]!, theme.series[0]!, rows.map((row) => row.before), false),
      bars(names[1]!, theme.series[1]!, rows.map((row) => row.after), true),
    ],
  } as EChartsOption;
}
