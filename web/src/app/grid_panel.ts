/** Makes the map of a panel answer to mouse and keys. */
import type { GridCell } from "../charts/grid";
import type { ChartPanel } from "./chart_panel";
import { el } from "./dom";

export interface GridUse<C> {
  /** What kind of map it is, for those who hear it: "map of heads". */
  role: string;
  /** The cells that the map shows. */
  cells: () => readonly GridCell[];
  /** Key of the chosen cell; null where none is on the map. */
  chosen: () => number | null;
  choose: (key: number, byKey: boolean) => void;
  /** What is said of a cell. */
  spoken: (key: number) => string;
  /** Of the map as a whole. */
  label: () => string;
  panel: ChartPanel<C>;
  listen: (listener: () => void) => void;
}

const steps: Record<string, readonly [number, number]> = {
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** The cell that a key leads to from another; null where none lies that way. */
export function nextCell(cells: readonly GridCell[], from: GridCell | undefined, key: string): GridCell | null {
  if (!(key in steps) && key !== "Home" && key !== "End") return null;
  if (from === undefined) return cells[0] ?? null;
  if (key === "Home" || key === "End") {
    const row = cells.filter((cell) => cell.y === from.y).sort((a, b) => a.x - b.x);
    return (key === "Home" ? row[0] : row[row.length - 1]) ?? null;
  }
  const [right, up] = steps[key]!;
  let found: GridCell | null = null;
  let least = Infinity;
  for (const cell of cells) {
    const along = (cell.x - from.x) * right + (cell.y - from.y) * up;
    const aside = Math.abs((cell.x - from.x) * up) + Math.abs((cell.y - from.y) * right);
    if (along <= 0) continue;
    // The nearest straight on; beside it only where nothing is straight on.
    const far = along + aside * 1000;
    if (far < least) [found, least] = [cell, far];
  }
  return found;
}

/** A click or the arrow keys choose a cell. */
export function makeInteractive<C>(use: GridUse<C>): void {
  const { panel } = use;
  const { canvas } = panel;
  const said = el("p", { class: "said", attrs: { role: "status" } });
  panel.element.append(said);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", use.role);
  canvas.addEventListener("keydown", (event) => {
    const cells = use.cells();
    const chosen = use.chosen();
    const next = nextCell(cells, cells.find((cell) => cell.key === chosen), event.key);
    if (next === null) return;
    event.preventDefault();
    use.choose(next.key, true);
    said.textContent = use.spoken(next.key);
  });
  panel.whenReady((chart) => {
    chart.on("click", (event) => {
      const key = (event.data as { key?: unknown } | undefined)?.key;
      if (typeof key === "number") use.choose(key, false);
    });
  });
  const show = () => {
    const chosen = use.chosen();
    const which = chosen === null ? "" : ` Chosen: ${use.spoken(chosen)}.`;
    canvas.setAttribute("aria-label", `${use.label()}${which} Arrow keys choose another cell.`);
  };
  use.listen(show);
  show();
}
