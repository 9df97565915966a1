/** Text from prompts and file names, shown as it is: nothing in it hides or turns its surroundings. */
import { el } from "./dom";

/** Characters that draw nothing, or that turn the direction of what stands beside them. */
const unseen =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/**
 * `text` with what cannot be seen made visible: control characters as their pictures (␀, ␊, ␛),
 * marks of direction and characters without width as escapes (`\u202e`).
 */
export function visible(text: string): string {
  return text
    .replace(/[\u0000-\u001f]/gu, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replace(/\u007f/gu, "\u2421")
    .replace(/[\u0080-\u009f]/gu, escaped)
    .replace(/[\ud800-\udfff]/gu, "\ufffd")
    .replace(unseen, escaped);
}

/** A token the way it is listed: as `visible`, and its spaces as ␣. */
export function visibleToken(text: string): string {
  return visible(text).replace(/[ \u00a0]/gu, "␣");
}

/** At most `length` characters of `text`. */
export function shortened(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

/** The text in an element of its own, whose direction touches nothing beside it. */
export function isolated(text: string, className = ""): HTMLElement {
  return el("bdi", className, visible(text));
}
