/** Bands around lines: an interval per state, drawn as one shape, set apart states as a bar. */

/** An interval at a place of the axis; NaN where there is none. */
export interface Interval {
  place: number;
  low: number;
  high: number;
}

interface DrawApi {
  coord: (point: [number, number]) => [number, number];
}

const kCap = 4;

function finite(interval: Interval | undefined): interval is Interval {
  return interval !== undefined && isFinite(interval.low) && isFinite(interval.high);
}

function polygon(api: DrawApi, run: readonly Interval[], colour: string, opacity: number): object {
  const upper = run.map((one) => api.coord([one.place, one.high]));
  const lower = run.map((one) => api.coord([one.place, one.low]));
  return {
    type: "polygon",
    shape: { points: upper.concat(lower.reverse()) },
    style: { fill: colour, opacity },
  };
}

function bar(api: DrawApi, one: Interval, colour: string, aside: number): object[] {
  const [middle, y1] = api.coord([one.place, one.high]);
  const [, y2] = api.coord([one.place, one.low]);
  const x = middle + aside;
  const line = (shape: object) => ({ type: "line", shape, style: { stroke: colour, lineWidth: 1.2 } });
  return [
    line({ x1: x, y1, x2: x, y2 }),
    line({ x1: x - kCap, y1, x2: x + kCap, y2: y1 }),
    line({ x1: x - kCap, y1: y2, x2: x + kCap, y2 }),
  ];
}

/** Neighbouring intervals together; those that stand alone by themselves. */
function runsOf(intervals: readonly Interval[]): Interval[][] {
  const runs: Interval[][] = [];
  let last: Interval | undefined;
  for (const one of intervals) {
    if (finite(one)) {
      if (last !== undefined && one.place === last.place + 1) runs[runs.length - 1]!.push(one);
      else runs.push([one]);
      last = one;
    }
  }
  return runs;
}

/**
 * A series of intervals: named like the line that it belongs to, so that both hide together. Those
 * that stand alone are drawn `aside` px from their place.
 */
export function bandSeries(
  name: string,
  colour: string,
  opacity: number,
  intervals: readonly Interval[],
  aside = 0,
): object {
  const runs = runsOf(intervals);
  const seen = runs.reduce<Interval[]>((all, run) => all.concat(run), []);
  return {
    type: "custom",
    name,
    silent: true,
    z: 1,
    itemStyle: { color: colour },
    encode: { x: 0, y: [1, 2] },
    data: seen.map((one) => [one.place, one.low, one.high]),
    // All of it is drawn with the first item: parts of their own would show seams.
    renderItem: (params: { dataIndexInside: number }, api: DrawApi) => {
      if (params.dataIndexInside !== 0) return undefined;
      const children: object[] = [];
      for (const run of runs) {
        if (run.length > 1) children.push(polygon(api, run, colour, opacity));
        else children.push(...bar(api, run[0]!, colour, aside));
      }
      return { type: "group", children };
    },
  };
}
