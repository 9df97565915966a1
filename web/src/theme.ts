/**
 * Colours and sizes of the charts. The pairs of hues (blue and orange-red) and the series' colours
 * are told apart with every common kind of colour blindness; nothing is told by colour alone.
 */

export interface Theme {
  dark: boolean;
  background: string;
  text: string;
  /** Notes and labels of axes; at least 4.5 : 1 on the background. */
  muted: string;
  axis: string;
  grid: string;
  /** Cells that hold no value. */
  missing: string;
  /** Outline of what is chosen. */
  chosen: string;
  /** Δ < 0: the head connects tokens; silenced, it decouples them. */
  connector: string;
  /** Δ > 0: the head keeps tokens apart; silenced, it couples them. */
  separator: string;
  neutral: string;
  /** Lines that are compared. */
  series: readonly string[];
  /** From the most negative to the most positive; the middle is zero. */
  diverging: readonly string[];
  /** From low to high. */
  sequential: readonly string[];
  font: string;
  /** Of labels, in px; titles and notes follow it. */
  fontSize: number;
  /** Whether charts carry their title and note themselves. */
  titles: boolean;
  /** Width of the picture in px, so that long notes break; 0 where it is not known. */
  width: number;
}

// Faces of one width, so that what is measured without a screen fits on any.
const kFont = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
const kFontSize = 12;

export const lightTheme: Theme = {
  dark: false,
  background: "#ffffff",
  text: "#1b1f24",
  muted: "#57606a",
  axis: "#6e7781",
  grid: "#e3e6ea",
  missing: "#c3c9d0",
  chosen: "#1b1f24",
  connector: "#2166ac",
  separator: "#b9371f",
  neutral: "#6e7781",
  series: ["#0b62a4", "#c2410c", "#00795c", "#9b3f86", "#7a5c00", "#3d4a57"],
  diverging: ["#174a86", "#2f79b9", "#74b0d6", "#c2dcec", "#f6f6f4", "#fbd3bd", "#ee9875", "#cf553b", "#9b1c20"],
  sequential: ["#fcfbd9", "#d6edc3", "#9dd6bd", "#5cbabd", "#3295b7", "#2c6ca6", "#30428a", "#231d5c"],
  font: kFont,
  fontSize: kFontSize,
  titles: true,
  width: 0,
};

export const darkTheme: Theme = {
  dark: true,
  background: "#14171b",
  text: "#e8ebee",
  muted: "#a4adb6",
  axis: "#8b949e",
  grid: "#2b3037",
  missing: "#454c55",
  chosen: "#ffffff",
  connector: "#6cb2f2",
  separator: "#ff9a76",
  neutral: "#98a1ab",
  series: ["#66b3ff", "#ff9d5c", "#3fd0a4", "#e38ad0", "#e0c24a", "#c3ccd6"],
  diverging: ["#a8d8ff", "#68b2f0", "#3a7fbd", "#27496a", "#23272d", "#653a2c", "#b45a3c", "#f08a63", "#ffc7ad"],
  sequential: ["#1d1b33", "#2b2f63", "#2c548a", "#27789a", "#2b9c9b", "#55bf8d", "#a5da7d", "#f2ef8e"],
  font: kFont,
  fontSize: kFontSize,
  titles: true,
  width: 0,
};

type Rgb = readonly [number, number, number];

function rgbOf(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function hexOf(rgb: Rgb): string {
  return `#${rgb.map((part) => (256 + Math.round(part)).toString(16).slice(1)).join("")}`;
}

/** Colour at `share` (0 to 1) of the way through `colours`. */
export function colourAt(colours: readonly string[], share: number): string {
  const place = Math.max(0, Math.min(1, share)) * (colours.length - 1);
  const low = Math.min(Math.floor(place), colours.length - 2);
  const from = rgbOf(colours[low]!);
  const to = rgbOf(colours[low + 1]!);
  const part = (k: 0 | 1 | 2) => from[k] + (to[k] - from[k]) * (place - low);
  return hexOf([part(0), part(1), part(2)]);
}

/** Relative luminance of a colour, 0 to 1. */
function luminance(hex: string): number {
  const [r, g, b] = rgbOf(hex).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** Contrast of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** Black or white, whichever is read better on `background`. */
export function inkOn(background: string): string {
  const dark = "#000000";
  const light = "#ffffff";
  return contrast(background, dark) >= contrast(background, light) ? dark : light;
}
