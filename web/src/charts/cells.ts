/** What is drawn over the cells of a matrix: outlines of chosen ones, hatching of missing ones. */
import type { Theme } from "../theme";

interface ItemApi {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
  size: (span: [number, number]) => [number, number];
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function boxOf(api: ItemApi, inset: number): Box {
  const [x, y] = api.coord([api.value(0), api.value(1)]);
  const [width, height] = api.size([1, 1]);
  return { x: x - width / 2 + inset, y: y - height / 2 + inset, width: width - 2 * inset, height: height - 2 * inset };
}

/** Outlines of cells, two lines so that they are seen on any colour. */
export function outlines(theme: Theme, cells: readonly (readonly [number, number])[]): object {
  return {
    type: "custom",
    silent: true,
    z: 5,
    tooltip: { show: false },
    data: cells.map((cell) => [...cell]),
    renderItem: (_: unknown, api: ItemApi) => ({
      type: "group",
      children: [
        { type: "rect", shape: boxOf(api, 0), style: { fill: "none", stroke: theme.background, lineWidth: 4 } },
        { type: "rect", shape: boxOf(api, 0), style: { fill: "none", stroke: theme.chosen, lineWidth: 2 } },
      ],
    }),
  };
}

/** Cells without a value, struck through so that they are no pale colour. */
export function hatched(theme: Theme, cells: readonly (readonly [number, number])[]): object {
  return {
    type: "custom",
    silent: true,
    z: 1,
    tooltip: { show: false },
    data: cells.map((cell) => [...cell]),
    renderItem: (_: unknown, api: ItemApi) => {
      const box = boxOf(api, 2);
      return {
        type: "group",
        children: [
          { type: "rect", shape: box, style: { fill: "none", stroke: theme.missing, lineWidth: 0.75 } },
          {
            type: "line",
            shape: { x1: box.x, y1: box.y + box.height, x2: box.x + box.width, y2: box.y },
            style: { stroke: theme.missing, lineWidth: 0.75 },
          },
        ],
      };
    },
  };
}
