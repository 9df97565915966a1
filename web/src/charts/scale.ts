/** From values to colours: limits, colours of cells, and the bar that says which colour is what. */
import { colourAt, type Theme } from "../theme";
import { change, number } from "./format";
import { kMargin } from "./layout";

/** What a colour stands for. */
export interface Scale {
  low: number;
  high: number;
  /** Values beyond the limits exist and have the colour of the limit. */
  beyond: boolean;
  /** Between the labels of its bar. */
  step: number;
  /** Around zero, or from low to high. */
  diverging: boolean;
  colour: (value: number) => string;
}

const kSteps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
/** One value in this many may lie beyond the limits, where it would drown the others. */
const kOutliers = 0.02;
const kDrowning = 2.5;

/** The next larger number of few digits. */
export function rounded(value: number): number {
  if (!(value > 0)) return 1;
  const power = Math.pow(10, Math.floor(Math.log(value) / Math.LN10));
  for (const step of kSteps) {
    if (step * power >= value * (1 - 1e-9)) return Number((step * power).toPrecision(6));
  }
  return Number((10 * power).toPrecision(6));
}

/** A scale around zero that holds the values; a few that are far out do not make all others pale. */
export function divergingScale(theme: Theme, values: readonly number[] | Float32Array): Scale {
  const sizes: number[] = [];
  for (let at = 0; at < values.length; at++) {
    const size = Math.abs(values[at]!);
    if (isFinite(size)) sizes.push(size);
  }
  sizes.sort((a, b) => a - b);
  const most = sizes[sizes.length - 1] ?? 0;
  const usual = sizes[Math.ceil((sizes.length - 1) * (1 - kOutliers))] ?? 0;
  const limit = rounded(usual > 0 && most > kDrowning * usual ? usual : most);
  return {
    low: -limit,
    high: limit,
    step: limit / 2,
    beyond: most > limit || sizes.length < values.length,
    diverging: true,
    colour: (value) => colourAt(theme.diverging, (value / limit + 1) / 2),
  };
}

/** A scale around zero that holds all sizes up to `most`, however few they are. */
export function wholeScale(theme: Theme, most: number, beyond: boolean): Scale {
  const limit = rounded(most);
  return { low: -limit, high: limit, step: limit / 2, beyond, diverging: true, colour: (value) => colourAt(theme.diverging, (value / limit + 1) / 2) };
}

/** A scale from `low` to `high`; `reversed` where the low end is what matters. */
export function sequentialScale(theme: Theme, low: number, high: number, step: number, reversed = false): Scale {
  const span = high > low ? high - low : 1;
  return {
    low,
    high,
    step,
    beyond: false,
    diverging: false,
    colour: (value) => colourAt(theme.sequential, reversed ? (high - value) / span : (value - low) / span),
  };
}

/**
 * Joins a heatmap to a scale. ECharts wants every heatmap to have one; the cells' colours are set one
 * by one, since their marks must be read on them.
 */
export function scaleComponent(theme: Theme, scale: Scale): object {
  return {
    type: "continuous",
    show: false,
    seriesIndex: 0,
    dimension: 2,
    min: scale.low,
    max: scale.high,
    inRange: { color: [...(scale.diverging ? theme.diverging : theme.sequential)] },
  };
}

/** The bar's parts, for a chart whose own grid and axes come first. */
export interface ColourBar {
  grid: object;
  xAxis: object;
  yAxis: object;
  series: object;
}

/** Room that the bar takes on the right, in px. */
export function barRoom(theme: Theme): number {
  return kMargin + Math.round(theme.fontSize * 7.2);
}

const kBarWidth = 12;
const kStops = 16;

/** A bar at the right that says which colour stands for which value. */
export function colourBar(theme: Theme, scale: Scale, name: string, top: number, bottom: number): ColourBar {
  const stops = Array.from({ length: kStops + 1 }, (_, at) => ({
    offset: at / kStops,
    color: scale.colour(scale.low + ((scale.high - scale.low) * at) / kStops),
  }));
  const labelled = (value: number) => {
    const text = scale.diverging ? change(value) : number(value);
    if (!scale.beyond) return text;
    if (value === scale.high) return `≥ ${text}`;
    return value === scale.low ? `≤ ${text}` : text;
  };
  return {
    grid: { right: barRoom(theme) - kBarWidth - 8, width: kBarWidth, top, bottom },
    xAxis: { gridIndex: 1, type: "category", data: [""], show: false },
    yAxis: {
      gridIndex: 1,
      type: "value",
      position: "right",
      min: scale.low,
      max: scale.high,
      interval: scale.step,
      name,
      nameLocation: "middle",
      nameRotate: 90,
      nameGap: Math.round(theme.fontSize * 4.6),
      nameTextStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
      axisLine: { show: false },
      axisTick: { show: true, length: 3, lineStyle: { color: theme.axis } },
      axisLabel: {
        color: theme.muted,
        fontSize: theme.fontSize,
        fontFamily: theme.font,
        showMinLabel: true,
        showMaxLabel: true,
        formatter: labelled,
      },
      splitLine: { show: false },
    },
    series: {
      type: "custom",
      xAxisIndex: 1,
      yAxisIndex: 1,
      silent: true,
      tooltip: { show: false },
      data: [[0, scale.high]],
      renderItem: (params: { coordSys: { x: number; y: number; width: number; height: number } }) => ({
        type: "rect",
        shape: {
          x: params.coordSys.x,
          y: params.coordSys.y,
          width: params.coordSys.width,
          height: params.coordSys.height,
        },
        style: {
          fill: { type: "linear", x: 0, y: 1, x2: 0, y2: 0, global: false, colorStops: stops },
          stroke: theme.axis,
          lineWidth: 0.5,
        },
      }),
    },
  };
}
