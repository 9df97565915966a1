/** Widths of text where there is no screen to measure on. */
import { setPlatformAPI } from "echarts/core";
import { DEFAULT_TEXT_WIDTH_MAP } from "zrender/lib/core/platform.js";

const kFontSize = 12;
/** The faces that stand in for Helvetica are up to a tenth wider; bold ones again. */
const kWider = 1.1;
const kBolder = 1.06;
/** Width of a letter that the table does not have, as a share of the font size. */
const kOther = 0.62;

function isWide(code: number): boolean {
  return (code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xd7b0) || (code >= 0xf900 && code < 0xfb00) || (code >= 0xff00 && code < 0xff61) || code >= 0x1f000;
}

function isWithoutWidth(code: number): boolean {
  return (code >= 0x0300 && code < 0x0370) || code === 0x2060 || (code >= 0xfe20 && code < 0xfe30);
}

/** Width of `text` in px, set in a CSS `font`. */
export function textWidth(text: string, font: string): number {
  const size = Number(/(\d*\.?\d+)px/.exec(font)?.[1] ?? kFontSize);
  const bold = /\b(bold|[6-9]00)\b/.test(font) ? kBolder : 1;
  let width = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const known = DEFAULT_TEXT_WIDTH_MAP[text.charAt(at)];
    if (known !== undefined) width += known * kWider;
    else if (!isWithoutWidth(code)) width += isWide(code) ? 1 : kOther;
  }
  return width * size * bold;
}

/** Makes ECharts measure by `textWidth`. */
export function measureWithoutScreen(): void {
  setPlatformAPI({ measureText: (text: string, font?: string) => ({ width: textWidth(text ?? "", font ?? "") }) });
}
