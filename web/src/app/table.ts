/**
 * The map's numbers as a table: sortable, and a way to choose a head by keyboard. Its rows are grids
 * of their own, so that the browser need not fit hundreds of them to each other (styles/table.css);
 * their roles say that they are a table all the same.
 */
import type { PageModel } from "../model";
import type { Choice, ChoiceStore } from "./choice";
import { el } from "./dom";
import { pValue } from "../charts/format";
import { hasNoiseFloor } from "../charts/noise";
import { delta, ratio } from "./numbers";
import { type Column, columns, type Order, ordered, summariesOf, type Summarised } from "./summaries";

const marks = { connector: "▼ connector", separator: "▲ separator", none: "· neither" } as const;

/** Order of a column when it is first chosen: strongest, latest significance, or from the bottom. */
const startsDescending: Record<Column, boolean> = {
  spec: false,
  role: false,
  late: true,
  log10p: false,
  immediate: true,
  extreme: true,
  t: true,
  dz: true,
  onset: false,
  nSignificant: true,
};

function texts(entry: Summarised, nPrompts: number): Record<Exclude<Column, "spec">, string> {
  const { summary, near } = entry;
  const at = summary.extremeLayer === null || summary.extreme === null ? "" : ` in ${Math.round(summary.extremeLayer)}`;
  const star = (marked: boolean, isNear: boolean) => (marked ? (isNear ? " (∗)" : " ∗") : "");
  return {
    role: near.late ? `(${marks[summary.role].replace(" ", ") ")}` : marks[summary.role],
    late: delta(summary.late),
    log10p: pValue(summary.log10p),
    immediate: delta(summary.immediate) + star(summary.immediateEffect, near.immediate),
    extreme: delta(summary.extreme) + star(summary.extremeEffect, near.extreme) + at,
    t: ratio(summary.t),
    dz: ratio(summary.dz),
    onset: summary.onset === null ? "–" : nPrompts > 1 && !Number.isInteger(summary.onset) ? summary.onset.toFixed(1) : String(summary.onset),
    nSignificant: summary.nSignificant === null ? "–" : `${summary.nSignificant} of ${nPrompts}`,
  };
}

interface Row {
  element: HTMLTableRowElement;
  button: HTMLButtonElement;
  cells: Map<Column, HTMLTableCellElement>;
}

export class HeadTable {
  readonly element: HTMLElement;
  readonly #model: PageModel;
  readonly #store: ChoiceStore;
  readonly #body = el("tbody", { attrs: { role: "rowgroup" } });
  readonly #heads = new Map<Column, HTMLTableCellElement>();
  readonly #rows = new Map<number, Row>();
  readonly #scroller: HTMLElement;
  #order: Order = { column: "late", descending: true };
  #shown: Summarised[] = [];
  #marked: number[] = [];
  #waiting = false;

  constructor(model: PageModel, store: ChoiceStore) {
    this.#model = model;
    this.#store = store;
    const head = el("tr", { attrs: { role: "row" } });
    for (const column of Object.keys(columns) as Column[]) head.append(this.#header(column));
    const longest = Math.max(...model.data.interventions.map((entry) => entry.spec.length));
    const table = el(
      "table",
      { class: "heads", attrs: { role: "table" } },
      el("caption", "hidden", "Heads and their effects"),
      el("thead", { attrs: { role: "rowgroup" } }, head),
      this.#body,
    );
    table.style.setProperty("--head-width", `${Math.min(24, longest) + 3}ch`);
    this.#scroller = el(
      "div",
      { class: "table-scroll", attrs: { role: "region", "aria-label": "Table of heads", tabindex: 0 } },
      table,
    );
    this.element = el(
      "section",
      { class: "panel panel-table", attrs: { "aria-labelledby": "table-heading" } },
      el("div", "panel-head", el("h2", { attrs: { id: "table-heading" } }, "Heads")),
      el(
        "p",
        "hint",
        "Choose a column to sort by it, a head to follow it. Δ and t sort by size, whatever the sign; ∗ is significant" +
          (hasNoiseFloor(model) ? ", in brackets where it is below ten times the noise floor." : "."),
      ),
      this.#scroller,
    );
    this.#body.addEventListener("keydown", (event) => this.#key(event));
    this.#body.addEventListener("click", (event) => this.#click(event));
    store.listen((choice, changed) => {
      if (changed.has("prompt") || changed.has("test")) this.#fillSoon();
      else if (changed.has("head") || changed.has("compare")) this.#mark(choice);
    });
    this.#fill();
  }

  #header(column: Column): HTMLElement {
    const cell = el(
      "th",
      { class: `column-${column}`, attrs: { scope: "col", role: "columnheader" } },
      el("button", { attrs: { type: "button" }, on: { click: () => this.#sort(column) } }, columns[column]),
    );
    this.#heads.set(column, cell);
    return cell;
  }

  #sort(column: Column): void {
    const again = this.#order.column === column;
    this.#order = { column, descending: again ? !this.#order.descending : startsDescending[column] };
    this.#arrange();
  }

  #row(entry: Summarised): Row {
    const known = this.#rows.get(entry.index);
    if (known) return known;
    const button = el("button", { class: "head-name", attrs: { type: "button", tabindex: -1 } }, entry.spec);
    const element = el(
      "tr",
      { attrs: { "data-index": entry.index, role: "row" } },
      el("th", { attrs: { scope: "row", role: "rowheader" } }, button),
    );
    const cells = new Map<Column, HTMLTableCellElement>();
    for (const column of Object.keys(columns) as Column[]) {
      if (column === "spec") continue;
      const cell = el("td", { class: `column-${column}`, attrs: { role: "cell" } });
      cells.set(column, cell);
      element.append(cell);
    }
    const row = { element, button, cells };
    this.#rows.set(entry.index, row);
    return row;
  }

  /** Thousands of cells: the charts are seen first, the table with the next picture. */
  #fillSoon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.#waiting = false;
        this.#fill();
      }),
    );
  }

  #fill(): void {
    const { prompt, test } = this.#store.choice;
    const nPrompts = this.#model.data.prompts.length;
    this.#shown = summariesOf(this.#model.by(test), prompt);
    this.element.classList.toggle("over-all", prompt === "all");
    for (const entry of this.#shown) {
      const row = this.#row(entry);
      row.element.className = `role-${entry.summary.role}`;
      for (const [column, text] of Object.entries(texts(entry, nPrompts))) {
        const cell = row.cells.get(column as Column)!;
        if (cell.textContent !== text) cell.textContent = text;
      }
    }
    this.#arrange();
  }

  #arrange(): void {
    this.#shown = ordered(this.#shown, this.#order);
    this.#body.replaceChildren(...this.#shown.map((entry) => this.#rows.get(entry.index)!.element));
    for (const [column, cell] of this.#heads) {
      if (column === this.#order.column) {
        cell.setAttribute("aria-sort", this.#order.descending ? "descending" : "ascending");
      } else {
        cell.removeAttribute("aria-sort");
      }
    }
    this.#mark(this.#store.choice);
  }

  #mark(choice: Choice): void {
    const now = [choice.head, ...choice.compare];
    for (const index of new Set([...this.#marked, ...now])) {
      const row = this.#rows.get(index);
      if (!row) continue;
      const chosen = index === choice.head;
      row.element.classList.toggle("chosen", chosen);
      row.element.classList.toggle("compared", choice.compare.includes(index));
      row.button.tabIndex = chosen ? 0 : -1;
      if (chosen) row.button.setAttribute("aria-current", "true");
      else row.button.removeAttribute("aria-current");
    }
    this.#marked = now;
    // With the next picture, when the layout is made anyway.
    requestAnimationFrame(() => this.#reveal(this.#rows.get(this.#store.choice.head)?.element));
  }

  /** Brings the chosen row into the table's own window, and moves nothing else. */
  #reveal(row: HTMLElement | undefined): void {
    if (!row?.isConnected) return;
    const box = this.#scroller;
    const top = row.offsetTop - 40;
    const below = row.offsetTop + row.offsetHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (below > box.scrollTop + box.clientHeight) box.scrollTop = below - box.clientHeight;
  }

  #click(event: MouseEvent): void {
    const row = (event.target as Element).closest("tr");
    const index = Number(row?.dataset["index"]);
    if (!row || Number.isNaN(index)) return;
    if (event.shiftKey) this.#store.toggleCompared(index);
    else this.#store.set({ head: index });
  }

  #key(event: KeyboardEvent): void {
    const at = this.#shown.findIndex((entry) => this.#rows.get(entry.index)!.button === event.target);
    if (at < 0) return;
    const last = this.#shown.length - 1;
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#rows.get(this.#shown[Math.max(0, Math.min(last, next))]!.index)!.button.focus();
  }
}
