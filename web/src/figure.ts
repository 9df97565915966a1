/**
 * The figures' script: run by the binary in an embedded JavaScript engine, without a browser. It
 * defines one function, from a document and a request, both JSON, to SVG.
 */
import "./figure_polyfills";
import * as echarts from "echarts/core";
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  GraphicComponent,
  GridComponent,
  LegendPlainComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import type { EChartsOption } from "echarts";
import { escapedXml, visibleText } from "./charts/labels";
import type { PageData } from "./data";
import { neighbourFigure, type NeighbourData } from "./figure_neighbours";
import { type FigureRequest, figureOf } from "./figure_request";
import { measureWithoutScreen } from "./figure_text";
import { PageModel } from "./model";

echarts.use([
  AriaComponent,
  BarChart,
  CustomChart,
  GraphicComponent,
  GridComponent,
  HeatmapChart,
  LegendPlainComponent,
  LineChart,
  MarkLineComponent,
  ScatterChart,
  SVGRenderer,
  TitleComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
]);
measureWithoutScreen();

/**
 * A picture that stands still: without what ECharts adds for a mouse, and with letters in the middle
 * of their line without `dominant-baseline`, which many programs that read SVG do not know. In text
 * of the data quotes are escaped, so that only attributes are changed.
 */
function still(svg: string): string {
  return svg
    .replace(/<style >[\s\S]*?<\/style>\n?/g, "")
    .replace(/ (?:class="zr\d+-cls-\d+"|pointer-events="\w+"|ecmeta_\w+="[^"]*")/g, "")
    .replace(/ dominant-baseline="central"/g, ' dy="0.35em"');
}

/** What the figure is, for those who do not see it. */
function described(svg: string, option: EChartsOption): string {
  const { title: titles, aria } = option as { title?: { text?: string } | { text?: string }[]; aria?: { label?: { description?: string } } };
  // The first title is the figure's; others stand above its parts.
  const title = Array.isArray(titles) ? titles[0] : titles;
  const name = escapedXml(visibleText(title?.text ?? ""));
  const spoken = escapedXml(visibleText(aria?.label?.description ?? ""));
  return svg.replace(/^<svg([^>]*)>/, (_, attributes: string) => `<svg${attributes} role="img">\n<title>${name}</title>\n<desc>${spoken}</desc>`);
}

/** The figure as an SVG document. Throws an Error with a sentence for people. */
export function tacetFigure(dataJson: string, requestJson: string): string {
  const data = JSON.parse(dataJson) as PageData | NeighbourData;
  const request = JSON.parse(requestJson) as FigureRequest;
  const { option, width, height } = data.schema === "tacet.page/1" ? figureOf(new PageModel(data), request) : neighbourFigure(data, request);
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(option);
    return described(still(chart.renderToSVGString()), option);
  } finally {
    chart.dispose();
  }
}

(globalThis as { tacetFigure?: typeof tacetFigure }).tacetFigure = tacetFigure;
