/**
 * What the figures' JavaScript engine (Duktape 2.7) lacks of what ECharts and the charts call. Has
 * to be imported first. Nothing here is looser than the standard, only shorter: no subclassing, no
 * iterators.
 */

/** Defines `make` as a hidden property, as built-in functions are, unless the engine has it. */
function provide(target: object, name: string, make: unknown): void {
  if (name in target) return;
  Object.defineProperty(target, name, { value: make, writable: true, configurable: true, enumerable: false });
}

type List = ArrayLike<unknown>;
type Test = (value: unknown, at: number, list: List) => unknown;

function foundAt(list: List, test: Test): number {
  for (let at = 0; at < list.length; at++) if (test(list[at], at, list)) return at;
  return -1;
}

function filled(this: number[], value: unknown, from?: number, to?: number): unknown {
  const list = this as unknown as { length: number; [at: number]: unknown };
  const place = (at: number | undefined, otherwise: number) => {
    if (at === undefined) return otherwise;
    return at < 0 ? Math.max(0, list.length + at) : Math.min(at, list.length);
  };
  for (let at = place(from, 0); at < place(to, list.length); at++) list[at] = value;
  return list;
}

provide(Array, "from", (source: List, map?: (value: unknown, at: number) => unknown) => {
  const list: unknown[] = [];
  for (let at = 0; at < source.length; at++) list.push(map ? map(source[at], at) : source[at]);
  return list;
});
provide(Array.prototype, "find", function (this: List, test: Test) {
  return this[foundAt(this, test)];
});
provide(Array.prototype, "findIndex", function (this: List, test: Test) {
  return foundAt(this, test);
});
provide(Array.prototype, "fill", filled);
// All typed arrays have one prototype behind their own.
const typed = Object.getPrototypeOf(Float32Array.prototype) as object;
provide(typed, "fill", filled);
provide(typed, "forEach", function (this: List, use: Test) {
  foundAt(this, (value, at, list) => {
    use(value, at, list);
    return false;
  });
});
provide(typed, "some", function (this: List, test: Test) {
  return foundAt(this, test) >= 0;
});

provide(Number, "isFinite", (value: unknown) => typeof value === "number" && isFinite(value));
provide(Number, "isNaN", (value: unknown) => typeof value === "number" && isNaN(value));

// Nothing happens later: a figure is drawn at once, and what ECharts puts off is not part of it.
provide(globalThis, "setTimeout", () => 0);
provide(globalThis, "clearTimeout", () => undefined);
