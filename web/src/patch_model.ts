/** The document of `patch`, decoded. */
import { decodeFloats } from "./columns";
import { type PatchPageData, real, type TokenData } from "./neighbour_data";

export const units = ["recovered", "logit_diff"] as const;
export type Unit = (typeof units)[number];

/** A place that was patched. */
export interface Place {
  layer: number;
  head: number | null;
  position: number | null;
}

/** What stands at a position of the two prompts. */
export interface PositionText {
  clean: string;
  corrupt: string;
  differs: boolean;
}

export class PatchModel {
  readonly data: PatchPageData;
  readonly nLayer: number;
  /** Heads of a block, as far as places have them; else 1. */
  readonly nHead: number;
  /** Positions, as far as places have them; else 1. */
  readonly nPosition: number;
  readonly clean: number;
  readonly corrupt: number;
  /** The run that is patched, and the one that the share is of the way to. */
  readonly from: number;
  readonly to: number;
  private readonly logitDiff: Float32Array;
  private readonly recovered: Float32Array;
  private readonly ordered: { [unit in Unit]?: number[] } = {};
  private readonly sds: { [unit in Unit]: Float32Array | null };

  constructor(data: PatchPageData) {
    this.data = data;
    this.nLayer = data.model.n_layer;
    this.nHead = data.by === "block,position" ? 1 : data.model.n_head;
    this.nPosition = data.n_positions ?? 1;
    this.clean = real(data.clean_logit_diff);
    this.corrupt = real(data.corrupt_logit_diff);
    [this.from, this.to] = data.direction === "denoise" ? [this.corrupt, this.clean] : [this.clean, this.corrupt];
    this.logitDiff = decodeFloats(data.cells.logit_diff);
    this.recovered = decodeFloats(data.cells.recovered);
    const decoded = (column: string | null) => (column === null ? null : decodeFloats(column));
    this.sds = { logit_diff: decoded(data.cells.logit_diff_sd), recovered: decoded(data.cells.recovered_sd) };
  }

  get count(): number {
    return this.logitDiff.length;
  }

  /** Whether there is a share: not where clean and corrupt are equal. */
  get hasShare(): boolean {
    return this.clean !== this.corrupt;
  }

  cellOf(layer: number, head: number, position: number): number {
    return (layer * this.nHead + head) * this.nPosition + position;
  }

  placeOf(cell: number): Place {
    const row = Math.floor(cell / this.nPosition);
    return {
      layer: Math.floor(row / this.nHead),
      head: this.data.by === "block,position" ? null : row % this.nHead,
      position: this.data.by === "head" ? null : cell % this.nPosition,
    };
  }

  /** What a map shows: the share, or the change of the logit difference of the patched run. */
  value(unit: Unit, cell: number): number {
    return unit === "recovered" ? this.recovered[cell]! : this.logitDiff[cell]! - this.from;
  }

  /** Logit difference of the patched run. */
  logits(cell: number): number {
    return this.logitDiff[cell]!;
  }

  /** Spread over the pairs; null where it does not exist. */
  sd(unit: Unit, cell: number): number | null {
    const value = this.sds[unit]?.[cell];
    return value === undefined || isNaN(value) ? null : value;
  }

  /** Cells, the largest size of their value first; those without one are left out. */
  strongest(unit: Unit): readonly number[] {
    const known = this.ordered[unit];
    if (known !== undefined) return known;
    const list: number[] = [];
    for (let cell = 0; cell < this.count; cell++) if (!isNaN(this.value(unit, cell))) list.push(cell);
    const size = (cell: number) => Math.abs(this.value(unit, cell));
    return (this.ordered[unit] = list.sort((a, b) => size(b) - size(a) || a - b));
  }

  /** The head of a block whose value at a position is farthest from 0. */
  strongestHead(unit: Unit, layer: number, position: number): number {
    let found = 0;
    for (let head = 1; head < this.nHead; head++) {
      const size = Math.abs(this.value(unit, this.cellOf(layer, head, position)));
      if (size > Math.abs(this.value(unit, this.cellOf(layer, found, position)))) found = head;
    }
    return found;
  }

  /** `L3H5`, `block 3`, with the position where there is one: `L3H5 at 4`. */
  nameOf(cell: number): string {
    const { layer, head, position } = this.placeOf(cell);
    const name = head === null ? `block ${layer}` : `L${layer}H${head}`;
    return position === null ? name : `${name} at ${position}`;
  }

  /** Tokens at a position of both prompts; of several pairs null where they are not the same in all. */
  textsAt(position: number): PositionText | null {
    const first = this.data.pairs[0]!;
    const same = (pick: (pair: PatchPageData["pairs"][number]) => TokenData[]) =>
      this.data.pairs.every((pair) => pick(pair)[position]?.id === pick(first)[position]!.id);
    if (!same((pair) => pair.clean.tokens) || !same((pair) => pair.corrupt.tokens)) return null;
    const clean = first.clean.tokens[position]!;
    const corrupt = first.corrupt.tokens[position]!;
    return { clean: clean.text, corrupt: corrupt.text, differs: clean.id !== corrupt.id };
  }

  /** Whether the prompts differ at a position, in any pair. */
  differsAt(position: number): boolean {
    return this.data.pairs.some((pair) => pair.clean.tokens[position]?.id !== pair.corrupt.tokens[position]?.id);
  }
}
