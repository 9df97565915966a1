/** Text from prompts and file names, shown as it is: nothing in it hides or turns its surroundings. */
import { visibleText } from "../charts/labels";
import { el } from "./dom";

export { visibleToken } from "../charts/labels";

/**
 * `text` with what cannot be seen made visible: control characters as their pictures (␀, ␊, ␛),
 * marks of direction and characters without width as escapes (`\u202e`).
 */
export function visible(text: string): string {
  return visibleText(text);
}

/** The text in an element of its own, whose direction touches nothing beside it. */
export function isolated(text: string, className = ""): HTMLElement {
  return el("bdi", className, visible(text));
}
