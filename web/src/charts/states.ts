/** The axis of states: blocks in a row, and ln_f set apart behind a gap. */
import type { Theme } from "../theme";
import { stateName } from "./format";
import { axisLook, bottomRoom } from "./layout";

/** Where states stand on the axis, and what they are called. */
export interface StateAxis {
  /** One entry per place; the gap is a blank. */
  names: string[];
  /** Place of a state: -1 is the embedding, 0 to L-1 a block, L ln_f. */
  place: (state: number) => number;
  /** What a place is called in full; empty for the gap. */
  full: (place: number) => string;
}

/** Places of `nLayer` blocks, with the embedding before them and ln_f behind them where asked for. */
export function stateAxis(nLayer: number, embedding: boolean, finalNorm: boolean): StateAxis {
  const first = embedding ? 1 : 0;
  const names: string[] = embedding ? ["emb."] : [];
  for (let layer = 0; layer < nLayer; layer++) names.push(String(layer));
  if (finalNorm) names.push(" ", "ln_f");
  return {
    names,
    place: (state) => first + (state >= nLayer ? nLayer + 1 : state),
    full: (place) => {
      const state = place - first;
      if (state < 0) return "embedding (hidden_states[0])";
      if (state === nLayer) return "";
      return stateName(Math.min(state, nLayer), nLayer);
    },
  };
}

/** Every how many blocks one is labelled. */
function stepOf(nLayer: number): number {
  if (nLayer <= 13) return 1;
  return nLayer <= 30 ? 2 : 4;
}

/** Options of the axis at the bottom. */
export function stateAxisOption(axis: StateAxis, nLayer: number, theme: Theme): object {
  const look = axisLook(theme, "block", bottomRoom(theme).gap) as { axisLabel: object };
  const step = stepOf(nLayer);
  return {
    ...look,
    type: "category",
    data: axis.names,
    boundaryGap: true,
    axisTick: { show: false },
    axisLabel: {
      ...look.axisLabel,
      hideOverlap: false,
      interval: (_: number, name: string) => isNaN(parseInt(name, 10)) || Number(name) % step === 0,
    },
  };
}
