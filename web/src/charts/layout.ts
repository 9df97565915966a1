/** What all charts share: title and note, axes, tooltip, and a place for what is missing. */
import type { EChartsOption } from "echarts";
import type { Theme } from "../theme";

/** Room between the picture's edge and what is drawn, in px. */
export const kMargin = 12;
const kLineHeight = 1.4;
/** Mean width of a character as a share of the font size. */
const kCharacterWidth = 0.5;

export interface Head {
  /** Parts of every chart's options. */
  base: EChartsOption;
  /** Where the chart itself begins, in px. */
  top: number;
}

function linesOf(text: string, size: number, theme: Theme): number {
  if (theme.width === 0) return 1;
  return text.split("\n").reduce((lines, line) => {
    return lines + Math.max(1, Math.ceil((line.length * size * kCharacterWidth) / (theme.width - 2 * kMargin)));
  }, 0);
}

/** Title and note above a chart, the tooltip, and what every chart has; `spoken` describes it. */
export function headOf(theme: Theme, title: string, note: string, spoken: string): Head {
  const size = Math.round(theme.fontSize * 1.25);
  const lineHeight = Math.round(theme.fontSize * kLineHeight);
  const titleHeight = linesOf(title, size * 1.08, theme) * Math.round(size * kLineHeight);
  const noteHeight = note === "" ? 0 : linesOf(note, theme.fontSize, theme) * lineHeight + 4;
  const breaks = theme.width === 0 ? {} : { width: theme.width - 2 * kMargin, overflow: "break" as const };
  return {
    top: theme.titles ? kMargin + titleHeight + noteHeight + 6 : kMargin,
    base: {
      animation: false,
      backgroundColor: theme.background,
      textStyle: { fontFamily: theme.font, fontSize: theme.fontSize, color: theme.text },
      color: [...theme.series],
      title: {
        show: theme.titles,
        text: title,
        subtext: note,
        left: kMargin,
        top: kMargin,
        padding: 0,
        itemGap: 4,
        textStyle: {
          fontFamily: theme.font,
          fontSize: size,
          fontWeight: 600,
          lineHeight: Math.round(size * kLineHeight),
          color: theme.text,
          ...breaks,
        },
        subtextStyle: { fontFamily: theme.font, fontSize: theme.fontSize, lineHeight, color: theme.muted, ...breaks },
      },
      tooltip: {
        renderMode: "richText",
        confine: true,
        backgroundColor: theme.background,
        borderColor: theme.axis,
        textStyle: { fontFamily: theme.font, fontSize: theme.fontSize, color: theme.text, lineHeight },
      },
      aria: { enabled: true, label: { description: spoken } },
    },
  };
}

/** The legend as one row below `top`, and the room that it takes. */
export function legendOf(theme: Theme, top: number, names: readonly string[]): { legend: object; height: number } {
  const item = theme.fontSize * 2;
  const widths = names.map((name) => name.length * theme.fontSize * 0.6 + item + 24);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const rows = theme.width === 0 ? 1 : Math.max(1, Math.ceil(total / (theme.width - 2 * kMargin)));
  return {
    legend: {
      data: [...names],
      type: theme.width === 0 ? "scroll" : "plain",
      left: kMargin - 5,
      right: kMargin,
      top,
      padding: [0, 5],
      itemGap: 16,
      itemWidth: item,
      itemHeight: theme.fontSize,
      textStyle: { fontFamily: theme.font, fontSize: theme.fontSize, color: theme.text },
      pageTextStyle: { color: theme.text },
      pageIconColor: theme.text,
      pageIconInactiveColor: theme.muted,
      inactiveColor: theme.muted,
    },
    height: rows * Math.round(theme.fontSize * 1.9) + 6,
  };
}

/** Looks of an axis; `name` stands in the middle of it, `gap` px away. */
export function axisLook(theme: Theme, name: string, gap: number): object {
  return {
    name,
    nameLocation: "middle",
    nameGap: gap,
    nameTextStyle: { fontFamily: theme.font, fontSize: theme.fontSize, color: theme.text },
    axisLine: { show: true, onZero: false, lineStyle: { color: theme.axis, width: 1 } },
    axisTick: { show: true, length: 4, lineStyle: { color: theme.axis } },
    axisLabel: { fontFamily: theme.font, fontSize: theme.fontSize, color: theme.muted, hideOverlap: true },
    splitLine: { show: false },
  };
}

/** Room for the labels and the name of a value axis on the left. */
export function leftRoom(theme: Theme, digits = 7): { left: number; gap: number } {
  const labels = Math.round(theme.fontSize * 0.58 * digits);
  return { left: kMargin + labels + Math.round(theme.fontSize * 1.6) + 8, gap: labels + 12 };
}

/** Room for the labels and the name of the axis at the bottom. */
export function bottomRoom(theme: Theme): { bottom: number; gap: number } {
  return { bottom: kMargin + Math.round(theme.fontSize * 3.3), gap: Math.round(theme.fontSize * 2.1) };
}

/** A chart of which there is nothing to draw, and why. */
export function emptyChart(theme: Theme, title: string, why: string): EChartsOption {
  const { base, top } = headOf(theme, title, "", `${title}: ${why}`);
  return {
    ...base,
    graphic: {
      type: "text",
      left: "center",
      top: top + 40,
      style: { text: why, fill: theme.muted, fontSize: theme.fontSize, fontFamily: theme.font },
    },
  };
}
