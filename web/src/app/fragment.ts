/**
 * The choice as the fragment of the address:
 * `#head=L3H5&prompt=2&metric=late&test=token-swap&block=7&show=delta`.
 * A link reproduces the view; what a fragment does not say is as the page begins.
 */
import { metrics } from "../charts/map";
import { shows } from "../charts/pairs";
import type { Choice, Known } from "./choice";
import { visible } from "./text";

/** A choice read from a fragment, and what the reader must be told about it. */
export interface Parsed {
  choice: Choice;
  notes: string[];
}

/** Decodes percent escapes; text that is none stays as it is (`+` joins heads, it is no space). */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fieldsOf(fragment: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of fragment.replace(/^#/u, "").split("&")) {
    const at = part.indexOf("=");
    if (at > 0) fields.set(decoded(part.slice(0, at)).trim(), decoded(part.slice(at + 1)).trim());
  }
  return fields;
}

/** `L3H5` from `L3H5`, `l3h5` or `3.5`, and so for joint interventions. */
export function canonicalSpec(spec: string): string {
  return spec
    .split("+")
    .map((part) => {
      const found = /^(?:l(\d{1,6})h(\d{1,6})|(\d{1,6})\.(\d{1,6}))$/iu.exec(part.trim());
      if (!found) return part.trim();
      return `L${Number(found[1] ?? found[3])}H${Number(found[2] ?? found[4])}`;
    })
    .join("+");
}

function whole(text: string): number | null {
  return /^\d{1,9}$/u.test(text) ? Number(text) : null;
}

/** What `fragment` asks for, on top of `start`; what the page does not hold becomes a note. */
export function parseFragment(fragment: string, known: Known, start: Choice): Parsed {
  const fields = fieldsOf(fragment);
  const choice = { ...start };
  const notes: string[] = [];
  const refuse = (what: string, value: string, instead: string) =>
    notes.push(`The address asks for ${what} “${visible(value)}”, which is not in this page. ${instead}`);

  const prompt = fields.get("prompt");
  if (prompt !== undefined) {
    const number = whole(prompt);
    if (prompt === "all" && known.hasOverall) choice.prompt = "all";
    else if (number !== null && number >= 1 && number <= known.nPrompts) {
      choice.prompt = number - 1;
      choice.detail = number - 1;
    } else {
      refuse("the prompt", prompt, `It has prompts 1 to ${known.nPrompts}; prompt ${choice.detail + 1} is shown.`);
    }
  }
  const detail = fields.get("detail");
  if (detail !== undefined && choice.prompt === "all") {
    const number = whole(detail);
    if (number !== null && number >= 1 && number <= known.nPrompts) choice.detail = number - 1;
    else refuse("the prompt", detail, `Prompt ${choice.detail + 1} is shown.`);
  }
  choice.head = known.first(choice.detail);
  const head = fields.get("head");
  if (head !== undefined) {
    const index = known.indexOf(canonicalSpec(head));
    const instead = `${known.specOf(choice.head)} is shown instead.`;
    if (index < 0) refuse("the head", head, instead);
    else if (known.has(choice.detail, index)) choice.head = index;
    else {
      notes.push(`${known.specOf(index)} was not silenced on prompt ${choice.detail + 1}. ${instead}`);
    }
  }
  for (const spec of (fields.get("compare") ?? "").split(",").filter((part) => part !== "")) {
    const index = known.indexOf(canonicalSpec(spec));
    if (index < 0) refuse("the head", spec, "It is not compared.");
    else if (index !== choice.head && !choice.compare.includes(index)) {
      choice.compare = [...choice.compare, index].slice(0, known.mostCompared);
    }
  }
  const metric = fields.get("metric");
  if (metric !== undefined) {
    const found = metrics.find((name) => name === metric);
    if (found) choice.metric = found;
    else refuse("the metric", metric, `There are ${metrics.join(", ")}.`);
  }
  const test = fields.get("test");
  if (test !== undefined) {
    const found = known.tests.indexOf(test);
    if (found >= 0) choice.test = found;
    else refuse("the test", test, `It is judged by ${known.tests[choice.test]}; there ${known.tests.length === 1 ? "is no other" : `are ${known.tests.join(", ")}`}.`);
  }
  const block = fields.get("block");
  if (block !== undefined) {
    const number = whole(block);
    if (block === "ln_f") choice.state = known.nLayer;
    else if (number !== null && number < known.nLayer) choice.state = number;
    else refuse("the block", block, `There are blocks 0 to ${known.nLayer - 1}, and ln_f.`);
  }
  const show = fields.get("show");
  if (show !== undefined) {
    const found = shows.find((name) => name === show);
    if (found) choice.show = found;
    else refuse("the matrix", show, `There are ${shows.join(", ")}.`);
  }
  return { choice, notes };
}

/** The fragment that `parseFragment` turns into `choice` again. */
export function formatFragment(choice: Choice, known: Known, start: Choice): string {
  const parts = [`head=${known.specOf(choice.head)}`];
  if (choice.compare.length > 0) parts.push(`compare=${choice.compare.map(known.specOf).join(",")}`);
  if (choice.prompt === "all") {
    parts.push("prompt=all");
    if (choice.detail !== start.detail) parts.push(`detail=${choice.detail + 1}`);
  } else if (choice.prompt !== start.prompt) {
    parts.push(`prompt=${choice.prompt + 1}`);
  }
  if (choice.metric !== start.metric) parts.push(`metric=${choice.metric}`);
  if (choice.test !== start.test) parts.push(`test=${known.tests[choice.test]}`);
  if (choice.state !== start.state) {
    parts.push(`block=${choice.state === known.nLayer ? "ln_f" : choice.state}`);
  }
  if (choice.show !== start.show) parts.push(`show=${choice.show}`);
  return `#${parts.join("&")}`;
}
