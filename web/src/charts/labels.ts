/** Text from prompts as labels: everything in it can be seen, and nothing in it is an instruction. */

const kLongest = 16;
const kSpace = "␣";
const kReplacement = "\ufffd";
/** Joins without being seen: breaks what ECharts would read as a style. */
const kJoiner = "\u2060";

/** Draws nothing, or turns the direction of what stands beside it. */
function isUnseen(code: number): boolean {
  return (
    (code >= 0x80 && code < 0xa0) ||
    code === 0xad || code === 0x034f || code === 0x061c || code === 0x3164 || code === 0xfeff || code === 0xffa0 ||
    (code >= 0x115f && code <= 0x1160) ||
    (code >= 0x17b4 && code <= 0x17b5) ||
    (code >= 0x180b && code <= 0x180f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    (code >= 0xfff0 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  );
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

/** `\\u202e`, `\\u{e0041}` */
function escaped(code: number): string {
  const digits = code.toString(16);
  return code > 0xffff ? `\\u{${digits}}` : `\\u${`000${digits}`.slice(-4)}`;
}

function shown(character: string, code: number, space: string): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  if (code === 0x20 || code === 0xa0) return space;
  if (code === 0xfffe || code === 0xffff) return kReplacement;
  return isUnseen(code) ? escaped(code) : character;
}

/** The characters of `text`, each as it is shown: halves of a pair without the other as U+FFFD. */
function shownCharacters(text: string, space: string): string[] {
  const list: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(at + 1))) {
      const whole = (code - 0xd800) * 0x400 + (text.charCodeAt(at + 1) - 0xdc00) + 0x10000;
      list.push(shown(text.slice(at, at + 2), whole, space));
      at++;
    } else if (isHighSurrogate(code) || isLowSurrogate(code)) {
      list.push(kReplacement);
    } else {
      list.push(shown(text.charAt(at), code, space));
    }
  }
  return list;
}

/** A text in one line, its spaces as spaces and what cannot be seen made visible. */
export function visibleText(text: string, longest = Infinity): string {
  return shortened(shownCharacters(text, " "), longest);
}

/** A token the way it is listed: as `visibleText`, and its spaces as ␣. */
export function visibleToken(text: string): string {
  return shownCharacters(text, kSpace).join("");
}

function shortened(characters: string[], longest: number): string {
  if (characters.length <= longest) return characters.join("");
  return `${characters.slice(0, longest - 1).join("")}…`;
}

/**
 * The tokens as labels, spaces as ␣, no two the same: a token that stands at several positions has
 * its position behind it.
 */
export function tokenLabels(tokens: readonly { text: string }[], longest = kLongest): string[] {
  const labels = tokens.map((token) => shortened(shownCharacters(token.text, kSpace), longest) || "∅");
  const counts: { [label: string]: number } = Object.create(null) as { [label: string]: number };
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return labels.map((label, at) => (counts[label]! > 1 ? `${label} (${at})` : label));
}

/** Text for a rich tooltip, in which `{style|…}` would be markup. */
export function plain(text: string): string {
  return text.replace(/\{/g, `{${kJoiner}`);
}

/** Text in SVG, HTML or XML. */
export function escapedXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
