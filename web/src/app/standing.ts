/**
 * Whether what one test says of an intervention stands up under another: from values to words, so
 * that every turn of it can be tested.
 */
import type { ControlData, TestInfo } from "../data";
import { blockCorrection, number, pValue, testName } from "../charts/format";
import { lateRows, type ReadingInput, significant } from "./reading";

/** How an intervention's late blocks stand by one test. */
export interface Standing {
  test: TestInfo;
  /** Late blocks that the head reaches, and how many of them are significant. */
  late: number;
  marked: number;
  /** Smallest p of them as the blocks are corrected, base 10; null where nothing changed. */
  log10P: number | null;
  kind: "separator" | "connector" | "none";
}

/** How the late blocks of `input` stand. */
export function standingOf(input: ReadingInput): Standing {
  const rows = lateRows(input);
  const marked = rows.filter(significant).length;
  const sizes = rows.map((row) => row.log10P).filter((value): value is number => value !== null);
  const late = input.late ?? 0;
  return {
    test: input.test,
    late: rows.length,
    marked,
    log10P: sizes.length === 0 ? null : Math.min(...sizes),
    kind: marked === 0 || late === 0 ? "none" : late > 0 ? "separator" : "connector",
  };
}

/** `token-swap test, max-T` */
export function standingName(standing: Standing): string {
  const correction = blockCorrection(standing.test);
  return testName(standing.test.name) + (correction === "" ? "" : `, ${correction}`);
}

/** `▲ separator: 3 of 5 late blocks significant, smallest p adj. 0.002` */
export function standingText(standing: Standing): string {
  const marks = { separator: "▲ separator", connector: "▼ connector", none: "· neither" };
  const p = blockCorrection(standing.test) === "" ? "p" : "p adj.";
  const blocks = `${standing.marked} of ${standing.late} late block${standing.late === 1 ? "" : "s"} significant`;
  return `${marks[standing.kind]}: ${blocks}, smallest ${p} ${pValue(standing.log10P)}`;
}

/** Whether the verdict of `first` stands under `second`, in a few words. */
export function standsUp(first: Standing, second: Standing): string {
  if (first.kind === "none" && second.kind === "none") return "Neither test finds a late effect.";
  if (first.kind === second.kind) return "It stands up.";
  if (first.kind === "none") return "Only the second test finds it.";
  return "It does not stand up.";
}

/** What the controls say: whether any push of the head's size would have done as much. */
export function controlText(control: ControlData): string {
  if (control.note !== "") return `There are no controls: ${control.note}.`;
  const growth = control.p_growth === null ? "" : `; its growth p ${number(control.p_growth)}`;
  return `Against ${control.n} pushes of its size in random directions: late Δ p ${number(control.p_late_delta)}${growth}.`;
}
