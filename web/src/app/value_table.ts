/** A table of values: the strongest first, by any column where the reader wishes. */
import { el, fill } from "./dom";

export interface ValueColumn {
  name: string;
  /** Of a row, which is whatever its numbers stand for. */
  text: (row: number) => string;
  /** Sorts by it, the largest first; a column without is not sorted by. */
  order?: (row: number) => number;
  /** Texts stand on the left. */
  left?: boolean;
}

export interface ValueTable {
  id: string;
  heading: string;
  hint: string;
  caption: string;
  /** Name of a row, which is a button that chooses it. */
  name: (row: number) => string;
  first: string;
  columns: ValueColumn[];
  /** The rows, the first shown first. */
  rows: () => readonly number[];
  chosen: () => number | null;
  choose: (row: number) => void;
}

/** Rows that are shown before all are asked for. */
const kFirstRows = 40;

/** The table, and what shows it again when the choice has changed. */
export function makeValueTable(table: ValueTable): { element: HTMLElement; show: () => void } {
  let sorted: number | null = null;
  let descending = true;
  let whole = false;
  const body = el("tbody");
  const more = el("button", { class: "link", attrs: { type: "button" }, on: { click: () => ((whole = !whole), show()) } });
  const heads = table.columns.map((column, at) => {
    const sort = () => {
      descending = sorted === at ? !descending : true;
      sorted = at;
      show();
    };
    const name = column.order === undefined ? column.name : el("button", { attrs: { type: "button" }, on: { click: sort } }, column.name);
    return el("th", { class: column.left ? "left" : "", attrs: { scope: "col" } }, name);
  });
  function show(): void {
    heads.forEach((head, at) => {
      if (at === sorted) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    let rows = table.rows();
    const order = sorted === null ? undefined : table.columns[sorted]!.order;
    if (order !== undefined) {
      const by = (row: number) => (Number.isNaN(order(row)) ? -Infinity : order(row));
      rows = [...rows].sort((a, b) => (descending ? by(b) - by(a) : by(a) - by(b)));
    }
    more.hidden = rows.length <= kFirstRows;
    more.textContent = whole ? `The first ${kFirstRows} alone` : `Show ${rows.length}`;
    const chosen = table.chosen();
    const shown = whole ? rows : rows.slice(0, kFirstRows);
    // One row is in the order of the Tab key, and the arrow keys walk from it.
    const reached = shown.includes(chosen ?? -1) ? chosen : shown[0];
    const focused = body.contains(document.activeElement);
    fill(
      body,
      ...shown.map((row) =>
        el(
          "tr",
          row === chosen ? "chosen" : "",
          el(
            "th",
            { attrs: { scope: "row" } },
            el("button", { class: "head-name", attrs: { type: "button", tabindex: row === reached ? 0 : -1, "aria-current": row === chosen ? "true" : null }, on: { click: () => table.choose(row) } }, table.name(row)),
          ),
          ...table.columns.map((column) => el("td", column.left ? "left" : "", column.text(row))),
        ),
      ),
    );
    if (focused) body.querySelector<HTMLElement>('.head-name[tabindex="0"]')?.focus({ preventScroll: true });
  }
  body.addEventListener("keydown", (event) => {
    const buttons = [...body.querySelectorAll<HTMLElement>(".head-name")];
    const at = buttons.indexOf(event.target as HTMLElement);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 };
    const next = steps[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, next))]!.focus();
  });
  show();
  const element = el(
    "section",
    { class: "panel panel-values", attrs: { id: table.id, "aria-labelledby": `${table.id}-heading` } },
    el("div", "panel-head", el("h2", { attrs: { id: `${table.id}-heading` } }, table.heading), more),
    el("p", "hint", table.hint),
    el(
      "div",
      { class: "values-scroll", attrs: { role: "region", "aria-label": table.caption, tabindex: 0 } },
      el("table", "values", el("caption", "hidden", table.caption), el("thead", {}, el("tr", {}, el("th", { class: "left", attrs: { scope: "col" } }, table.first), ...heads)), body),
    ),
  );
  return { element, show };
}
