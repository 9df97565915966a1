/** Which places carry the answer from one prompt to the other. */
import type { EChartsOption } from "echarts";
import type { PatchModel, Unit } from "../patch_model";
import type { Theme } from "../theme";
import { change, number } from "./format";
import { countTo, gridChart, type GridAxis, type GridCell } from "./grid";
import { plain, tokenLabels, visibleText } from "./labels";
import { emptyChart } from "./layout";
import { quoted } from "./predict";
import { rounded, type Scale, wholeScale } from "./scale";

export interface PatchView {
  unit: Unit;
  /** The heads of this block at each position; null: all blocks, each with its strongest head. */
  block: number | null;
  /** Outlined cells. */
  chosen: readonly number[];
  title?: string;
}

/** A share as a percentage: `+12 %`; small ones with more digits. A spread has no sign. */
export function shareText(value: number, plus = "+"): string {
  if (isNaN(value)) return "none";
  const size = Math.abs(value * 100);
  if (size === 0) return "0 %";
  const text = size < 0.01 ? size.toExponential(0).replace("-", "−") : size < 10 ? size.toFixed(2) : size.toFixed(0);
  return `${value < 0 ? "−" : plus}${text} %`;
}

/** Labels of the positions: one token where the prompts agree, both and a mark where they do not. */
export function positionLabels(model: PatchModel): string[] {
  const short = (text: string) => tokenLabels([{ text }], 12)[0]!;
  const labels = countTo(model.nPosition).map((name, at) => {
    const text = model.textsAt(at);
    if (text === null) return model.differsAt(at) ? `◆ ${name}` : name;
    return text.differs ? `◆ ${short(text.clean)} / ${short(text.corrupt)}` : short(text.clean);
  });
  // No two are the same: an axis would take them for one.
  return labels.map((label, at) => (labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${label} (${at})`));
}

/** The runs in a sentence's words. */
export function runNames(model: PatchModel): { from: string; to: string } {
  return model.data.direction === "denoise" ? { from: "corrupted", to: "clean" } : { from: "clean", to: "corrupted" };
}

/** What is said of a place, line by line. */
export function placeLines(model: PatchModel, cell: number): string[] {
  const { from, to } = runNames(model);
  const spread = (unit: Unit, text: (value: number) => string) => {
    const sd = model.sd(unit, cell);
    return sd === null ? "" : ` (sd over the pairs ${text(sd)})`;
  };
  const share = model.value("recovered", cell);
  return [
    isNaN(share) ? "no share: clean and corrupted are equal" : `${shareText(share)} of the way to the ${to} run${spread("recovered", (sd) => shareText(sd, ""))}`,
    `logit difference ${number(model.logits(cell))}${spread("logit_diff", number)}; ${from} ${number(model.from)}, ${to} ${number(model.to)}`,
  ];
}

function tipOf(model: PatchModel, cell: number): string {
  const { position } = model.placeOf(cell);
  const text = position === null ? null : model.textsAt(position);
  const token = (value: string) => plain(quoted({ id: 0, text: value }));
  const at = text === null ? "" : `: ${text.differs ? `clean ${token(text.clean)}, corrupted ${token(text.corrupt)}` : token(text.clean)}`;
  return [`${model.nameOf(cell)}${at}`, ...placeLines(model, cell)].join("\n");
}

/** Cells of a map; keys are cells of the document. */
export function patchCells(model: PatchModel, view: Pick<PatchView, "unit" | "block">): GridCell[] {
  const cells: GridCell[] = [];
  const add = (x: number, y: number, cell: number) => {
    cells.push({ x, y, value: model.value(view.unit, cell), key: cell, mark: "", tip: tipOf(model, cell) });
  };
  for (let layer = 0; layer < model.nLayer; layer++) {
    if (view.block !== null && layer !== view.block) continue;
    if (model.data.by === "head") {
      for (let head = 0; head < model.nHead; head++) add(head, layer, model.cellOf(layer, head, 0));
      continue;
    }
    for (let position = 0; position < model.nPosition; position++) {
      if (view.block === null) {
        add(position, layer, model.cellOf(layer, model.strongestHead(view.unit, layer, position), position));
        continue;
      }
      for (let head = 0; head < model.nHead; head++) add(position, head, model.cellOf(layer, head, position));
    }
  }
  return cells;
}

/**
 * One scale for all places, so that the maps of blocks compare. It goes to the strongest place, as far
 * as the other run: a few places carry nearly all of an answer, and to see that is what the map is for.
 */
export function patchScale(model: PatchModel, unit: Unit, theme: Theme): Scale {
  const whole = unit === "recovered" ? 1 : Math.abs(model.to - model.from);
  let most = 0;
  for (let cell = 0; cell < model.count; cell++) {
    const size = Math.abs(model.value(unit, cell));
    if (size > most) most = size;
  }
  const beyond = whole > 0 && most > whole;
  return wholeScale(theme, beyond ? whole : most, beyond && rounded(whole) < most);
}

function titleOf(model: PatchModel, view: PatchView): string {
  const { to } = runNames(model);
  const what = view.unit === "recovered" ? `Share of the way to the ${to} run` : "Change of the logit difference";
  if (view.block !== null) return `${what}, heads of block ${view.block}`;
  if (model.data.by === "head") return `${what}, by head`;
  return model.data.by === "block,position" ? `${what}, by block and position` : `${what}, strongest head of each block`;
}

function noteOf(model: PatchModel, view: PatchView): string {
  const { pairs, by, direction } = model.data;
  const { from, to } = runNames(model);
  const first = pairs[0]!;
  const subject =
    pairs.length > 1
      ? `means over ${pairs.length} pairs of prompts`
      : `${quoted(first.target)} against ${quoted(first.contrast)}\nclean “${visibleText(first.clean.prompt, 80)}”\ncorrupted “${visibleText(first.corrupt.prompt, 80)}”`;
  const what = by === "head" ? "a head's output at all tokens" : by === "head,position" ? "a head's output at one token" : "the stream that enters a block at one token";
  const marks = by === "head" ? "" : " ◆ the prompts differ here.";
  const strongest = by === "head,position" && view.block === null ? " Of each block and position the head that is farthest from 0." : "";
  return (
    `${visibleText(model.data.model.id, 60)}, ${subject}\n` +
    `${direction === "denoise" ? "Denoise" : "Noise"}: ${what} of the ${to} run is put into the ${from} run.\nLogit difference ${number(model.from)} ${from}, ${number(model.to)} ${to}.${strongest}${marks}`
  );
}

/** The map of the places. */
export function patchChart(model: PatchModel, view: PatchView, theme: Theme): EChartsOption {
  const title = view.title ?? titleOf(model, view);
  if (view.unit === "recovered" && !model.hasShare) return emptyChart(theme, title, "clean and corrupted have the same logit difference: there is no share");
  const heads: GridAxis = { name: "head", labels: countTo(model.data.model.n_head) };
  const blocks: GridAxis = { name: "block", labels: countTo(model.nLayer) };
  const cells = patchCells(model, view);
  const shown: { [key: number]: boolean } = {};
  for (const cell of cells) shown[cell.key] = true;
  return gridChart(
    {
      title,
      note: noteOf(model, view),
      spoken: `${title}: ${cells.length} places.`,
      x: model.data.by === "head" ? heads : { name: "position", labels: positionLabels(model) },
      y: view.block === null ? blocks : heads,
      cells,
      scale: patchScale(model, view.unit, theme),
      unit: view.unit === "recovered" ? "share" : "Δ (logits)",
      outlined: view.chosen.filter((cell) => shown[cell]),
    },
    theme,
  );
}

/** What the maps' values are, for tables: `+12 %`, `+0.31`. */
export function valueText(unit: Unit, value: number): string {
  return unit === "recovered" ? shareText(value) : change(value);
}
