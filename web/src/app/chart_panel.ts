/**
 * A chart with its heading, its note and its exports. It is drawn when it comes into view and again
 * when something that it shows has changed; a chart out of view waits, so that a choice costs no
 * more than what the reader sees.
 */
import type { EChartsOption } from "echarts";
import type { Choice } from "./choice";
import { el } from "./dom";
import { rasterised, save, saveText } from "./download";
import { type Chart, makeChart, svgOf } from "./echarts_parts";
import type { Look } from "./look";
import type { Theme } from "../theme";

/** Holds what a reader has chosen, and tells who listens what of it changed. */
export interface Chosen<C> {
  readonly choice: C;
  listen(listener: (choice: C, changed: ReadonlySet<keyof C>) => void): void;
}

export interface ChartSpec<C = Choice> {
  /** Id of the section and start of the files' names. */
  id: string;
  heading: string;
  /** What is seen, in one or two sentences. */
  hint: string;
  /** Parts of the choice that the chart depends on. */
  uses: readonly (keyof C)[];
  /** The chart, or the sentence that says why there is none. */
  option: (choice: C, theme: Theme) => EChartsOption | string;
  /** The chart as it leaves the page, where that is another one. */
  figure?: (choice: C, theme: Theme) => EChartsOption | string;
  csv: (choice: C) => string;
  /** What the chart shows, for those who do not see it. */
  label: (choice: C) => string;
  /** Part of the files' names: what was chosen. */
  name: (choice: C) => string;
  /** Width and height of an exported figure. */
  size: readonly [number, number];
  /** Whether the panel has its keyboard and label itself. */
  interactive?: boolean;
}

/** Width of a chart on paper, in CSS pixels. */
const kPrintWidth = 680;

export class ChartPanel<C = Choice> {
  readonly element: HTMLElement;
  /** Between heading and chart: the place for a panel's own controls. */
  readonly controls = el("div", "controls");
  readonly canvas: HTMLElement;
  readonly #spec: ChartSpec<C>;
  readonly #store: Chosen<C>;
  readonly #look: Look;
  readonly #why = el("p", { class: "why", attrs: { hidden: true } });
  readonly #status = el("span", { class: "export-status", attrs: { role: "status" } });
  #chart: Chart | null = null;
  #width = 0;
  #stale = true;
  #seen = false;
  #printing = false;
  #ready: ((chart: Chart) => void) | null = null;
  #drawn: ((chart: Chart) => void) | null = null;

  constructor(spec: ChartSpec<C>, store: Chosen<C>, look: Look) {
    this.#spec = spec;
    this.#store = store;
    this.#look = look;
    this.canvas = el("div", {
      class: "chart",
      // Until it is drawn it goes by its heading.
      attrs: spec.interactive ? {} : { role: "img", "aria-label": spec.heading },
    });
    this.element = el(
      "section",
      { class: `panel panel-${spec.id}`, attrs: { id: spec.id, tabindex: -1, "aria-labelledby": `${spec.id}-heading` } },
      el(
        "div",
        "panel-head",
        el("h2", { attrs: { id: `${spec.id}-heading` } }, spec.heading),
        this.#exports(),
      ),
      el("p", "hint", spec.hint),
      this.controls,
      this.#why,
      this.canvas,
    );
    store.listen((_, changed) => this.#changed(changed));
    look.listen(() => this.refresh());
    new IntersectionObserver(
      (entries) => {
        this.#seen = entries[entries.length - 1]!.isIntersecting;
        if (this.#seen) this.draw();
      },
      { rootMargin: "150px" },
    ).observe(this.element);
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
  }

  /** Runs `use` with the chart, once there is one. */
  whenReady(use: (chart: Chart) => void): void {
    this.#ready = use;
  }

  /** Runs `use` whenever the chart was drawn. */
  whenDrawn(use: (chart: Chart) => void): void {
    this.#drawn = use;
  }

  /** The chart, once it was drawn. */
  get chart(): Chart | null {
    return this.#chart;
  }

  /** Draws again what is in view; the rest when it comes into view. */
  refresh(): void {
    this.#stale = true;
    if (this.#seen) this.draw();
  }

  /** Draws the chart unless it is as it should be. */
  draw(): void {
    if (!this.#stale) return;
    this.#stale = false;
    const { choice } = this.#store;
    // Known from the last change of size: to ask the page for it would make it lay itself out.
    if (!this.#printing && this.#width === 0) this.#width = this.canvas.clientWidth || this.element.clientWidth;
    const width = this.#printing ? kPrintWidth : this.#width;
    // The page has headings of its own; a figure that leaves it carries its title along.
    const option = this.#spec.option(choice, { ...this.#look.theme, titles: false, width });
    const missing = typeof option === "string";
    this.#why.hidden = !missing;
    this.canvas.hidden = missing;
    if (missing) {
      this.#why.textContent = option;
      return;
    }
    this.#chart ??= this.#made();
    // The page labels its charts itself.
    const aria = { ...(option.aria as object), label: { enabled: false } };
    this.#chart.setOption({ ...option, aria, animation: false }, { notMerge: true });
    this.#drawn?.(this.#chart);
    if (!this.#spec.interactive) this.canvas.setAttribute("aria-label", this.#spec.label(choice));
  }

  /** As wide as paper, and back. */
  print(on: boolean): void {
    this.#printing = on;
    this.#stale = true;
    this.#chart?.resize({ width: on ? kPrintWidth : "auto" });
    this.draw();
  }

  #made(): Chart {
    const chart = makeChart(this.canvas);
    this.#ready?.(chart);
    return chart;
  }

  #changed(changed: ReadonlySet<keyof C>): void {
    if (this.#spec.uses.some((key) => changed.has(key))) this.refresh();
  }

  #resize(): void {
    if (!this.#chart || this.#printing || this.canvas.clientWidth === 0) return;
    if (this.canvas.clientWidth === this.#chart.getWidth() && this.canvas.clientHeight === this.#chart.getHeight()) return;
    this.#width = this.canvas.clientWidth;
    this.#chart.resize();
    this.refresh();
  }

  #exports(): HTMLElement {
    const button = (text: string, run: () => void | Promise<void>) =>
      el(
        "button",
        {
          class: "export",
          attrs: { type: "button", "aria-label": `${this.#spec.heading}: save ${text}` },
          on: { click: () => void this.#try(run) },
        },
        text,
      );
    return el(
      "div",
      { class: "exports", attrs: { role: "group", "aria-label": `Save: ${this.#spec.heading}` } },
      button("SVG", () => saveText(this.#figure(), "image/svg+xml", this.#file("svg"))),
      button("PNG", async () => {
        const [width, height] = this.#spec.size;
        save(await rasterised(this.#figure(), width, height, 2), this.#file("png"));
      }),
      button("CSV", () => saveText(this.#spec.csv(this.#store.choice), "text/csv", this.#file("csv"))),
      this.#status,
    );
  }

  async #try(run: () => void | Promise<void>): Promise<void> {
    try {
      await run();
      this.#status.textContent = "";
    } catch (error) {
      this.#status.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  #file(extension: string): string {
    return `tacet-${this.#spec.name(this.#store.choice)}.${extension}`.replace(/[^\w.+-]/gu, "_");
  }

  /** The chart as a figure with its title, whatever the window's size. */
  #figure(): string {
    const [width, height] = this.#spec.size;
    const make = this.#spec.figure ?? this.#spec.option;
    const option = make(this.#store.choice, { ...this.#look.theme, titles: true, width });
    if (typeof option === "string") throw new Error(option);
    return svgOf(option, width, height);
  }
}
