/**
 * Frames around the chosen heads of the map, laid over the chart: a choice moves a frame and draws
 * no cell again.
 */
import type { PageModel } from "../model";
import type { Choice } from "./choice";
import { el } from "./dom";
import type { Chart } from "./echarts_parts";

/** Side of a frame in px where a cell has no neighbour to measure it by. */
const kAlone = 24;

export class Outlines {
  readonly #model: PageModel;
  readonly #place: HTMLElement;
  #frames: HTMLElement[] = [];

  /** Frames inside `place`, the element of the chart. */
  constructor(model: PageModel, place: HTMLElement) {
    this.#model = model;
    this.#place = place;
  }

  /** Puts the frames where the heads of `choice` are. */
  place(chart: Chart, choice: Choice): void {
    for (const frame of this.#frames) frame.remove();
    this.#frames = [];
    for (const index of [choice.head, ...choice.compare]) {
      // A joint intervention is not on the map; its heads are.
      for (const spec of this.#model.data.interventions[index]!.heads) this.#frame(chart, spec, index === choice.head);
    }
  }

  #frame(chart: Chart, spec: string, chosen: boolean): void {
    const found = /^L(\d+)H(\d+)$/u.exec(spec);
    if (!found || !chart.getOption()) return;
    const [layer, head] = [Number(found[1]), Number(found[2])];
    const at = chart.convertToPixel({ gridIndex: 0 }, [head, layer]) as unknown as number[] | undefined;
    if (!at || at.some((value) => !Number.isFinite(value))) return;
    const next = chart.convertToPixel({ gridIndex: 0 }, [head === 0 ? 1 : head - 1, layer === 0 ? 1 : layer - 1]) as unknown as number[];
    const width = this.#model.nHead > 1 ? Math.abs(at[0]! - next[0]!) : kAlone;
    const height = this.#model.nLayer > 1 ? Math.abs(at[1]! - next[1]!) : kAlone;
    const frame = el("div", { class: chosen ? "frame chosen" : "frame", attrs: { "aria-hidden": "true" } });
    frame.style.left = `${at[0]! - width / 2}px`;
    frame.style.top = `${at[1]! - height / 2}px`;
    frame.style.width = `${width}px`;
    frame.style.height = `${height}px`;
    this.#frames.push(frame);
    this.#place.append(frame);
  }
}
