/** Walking the map by keys: block 0 is at the bottom, head 0 on the left. */
import type { PageModel } from "../model";
import type { Choice } from "./choice";

interface Place {
  layer: number;
  head: number;
}

function placeOf(spec: string): Place | null {
  const found = /^L(\d+)H(\d+)$/u.exec(spec);
  return found ? { layer: Number(found[1]), head: Number(found[2]) } : null;
}

const steps: Record<string, readonly [number, number]> = {
  ArrowUp: [1, 0],
  ArrowDown: [-1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [4, 0],
  PageDown: [-4, 0],
};

/**
 * The intervention that `key` leads to; null where the key means nothing here or no head that was
 * silenced lies that way. Joint interventions are not on the map: from one, a walk begins at its
 * first head.
 */
export function moved(model: PageModel, choice: Choice, key: string): number | null {
  const { n_layer, n_head } = model.data.model;
  const chosen = model.data.interventions[choice.head]!;
  const place = placeOf(chosen.heads[0] ?? "");
  if (place === null) return null;
  const found = (layer: number, head: number) => {
    const index = model.indexOf(`L${layer}H${head}`);
    return index >= 0 && model.has(choice.detail, index) ? index : null;
  };
  if (chosen.heads.length > 1 && key in steps) return found(place.layer, place.head);
  if (key === "Home" || key === "End") {
    const [from, way] = key === "Home" ? [0, 1] : [n_head - 1, -1];
    for (let head = from; head >= 0 && head < n_head; head += way) {
      const index = found(place.layer, head);
      if (index !== null) return index;
    }
    return null;
  }
  const step = Object.hasOwn(steps, key) ? steps[key]! : null;
  if (step === null) return null;
  const [up, right] = step;
  const inside = (at: number, end: number) => Math.max(0, Math.min(end - 1, at));
  // Heads that were not silenced are stepped over.
  for (let times = 1; times <= Math.max(n_layer, n_head); times++) {
    const layer = inside(place.layer + up * times, n_layer);
    const head = inside(place.head + right * times, n_head);
    if (layer === place.layer && head === place.head) return null;
    const index = found(layer, head);
    if (index !== null && index !== choice.head) return index;
  }
  return null;
}
