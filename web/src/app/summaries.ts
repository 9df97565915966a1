/** The numbers of all heads of a prompt, in lists: for the table and the first glance. */
import { type NearNoise, nearNoise } from "../charts/noise";
import type { HeadSummary, PageModel } from "../model";

/** An intervention with its numbers. */
export interface Summarised {
  index: number;
  spec: string;
  cut: number;
  single: boolean;
  summary: HeadSummary;
  near: NearNoise;
}

/** Every intervention that a prompt has, or that any has where `prompt` is "all". */
export function summariesOf(model: PageModel, prompt: number | "all"): Summarised[] {
  const found: Summarised[] = [];
  model.data.interventions.forEach((entry, index) => {
    const summary = model.summary(prompt, index);
    if (summary === null) return;
    found.push({
      index,
      spec: entry.spec,
      cut: entry.cut_layer,
      single: entry.heads.length === 1,
      summary,
      near: nearNoise(model, prompt, index),
    });
  });
  return found;
}

/** What the first glance shows: how many do what, and who does it most. */
export interface Glance {
  connectors: number;
  separators: number;
  neither: number;
  strongestConnector: Summarised | null;
  strongestSeparator: Summarised | null;
}

/** Counts the single heads by their role. */
export function glanceOf(all: readonly Summarised[]): Glance {
  const heads = all.filter((entry) => entry.single);
  const connectors = heads.filter((entry) => entry.summary.role === "connector");
  const separators = heads.filter((entry) => entry.summary.role === "separator");
  const strongest = (list: Summarised[]) =>
    list.reduce<Summarised | null>(
      (best, entry) =>
        best === null || Math.abs(entry.summary.late ?? 0) > Math.abs(best.summary.late ?? 0) ? entry : best,
      null,
    );
  return {
    connectors: connectors.length,
    separators: separators.length,
    neither: heads.length - connectors.length - separators.length,
    strongestConnector: strongest(connectors),
    strongestSeparator: strongest(separators),
  };
}

/** What the table can be ordered by. */
export const columns = {
  spec: "Head",
  role: "Role",
  late: "Late Δ",
  log10p: "p adj.",
  onset: "Onset",
  immediate: "Immediate",
  extreme: "Extreme",
  t: "t",
  dz: "d_z",
  nSignificant: "Prompts",
} as const;
export type Column = keyof typeof columns;
export interface Order {
  column: Column;
  descending: boolean;
}

const roles = { connector: 0, separator: 1, none: 2 } as const;

function keyOf(entry: Summarised, column: Column): number | null {
  const { summary } = entry;
  switch (column) {
    case "spec":
      return entry.index;
    case "role":
      return roles[summary.role];
    // The strongest first, whatever the sign: that is what a reader sorts these for.
    case "late":
    case "immediate":
    case "extreme":
    case "t":
    case "dz":
      return summary[column] === null ? null : Math.abs(summary[column]);
    default:
      return summary[column];
  }
}

/** `all` in an order; what has no value comes last either way, and ties keep the model's order. */
export function ordered(all: readonly Summarised[], order: Order): Summarised[] {
  const keyed = all.map((entry) => ({ entry, key: keyOf(entry, order.column) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) {
      return (a.key === null ? 1 : 0) - (b.key === null ? 1 : 0) || a.entry.index - b.entry.index;
    }
    const way = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    return (order.descending ? -way : way) || a.entry.index - b.entry.index;
  });
  return keyed.map(({ entry }) => entry);
}
