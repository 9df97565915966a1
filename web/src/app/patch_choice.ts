/** What a reader chooses on the page of `patch`, and how the address has it. */
import type { PatchModel, Unit } from "../patch_model";
import { canonicalSpec } from "./fragment";
import { State } from "./state";

export interface Choice {
  /** A place of the document. */
  cell: number;
  unit: Unit;
  /** The pair whose prompts are shown. */
  pair: number;
}

/** The strongest place, or that of a head asked for. */
export function start(model: PatchModel): Choice {
  const unit: Unit = model.hasShare ? "recovered" : "logit_diff";
  const strongest = model.strongest(unit);
  const named = model.data.chosen.map((spec) => /^L(\d+)H(\d+)$/u.exec(spec)).find((found) => found !== null);
  const asked = named ? strongest.find((cell) => model.nameOf(cell).split(" ")[0] === named[0]) : undefined;
  return { cell: asked ?? strongest[0] ?? 0, unit, pair: 0 };
}

/** The strongest place that `fits`; null where there is none. */
function firstOf(model: PatchModel, unit: Unit, fits: (cell: number) => boolean): number | null {
  return model.strongest(unit).find(fits) ?? null;
}

/** The choice as the page begins, kept in the address. */
export function stateOf(model: PatchModel): State<Choice> {
  const number = (text: string, end: number) => (/^\d{1,6}$/u.test(text) && Number(text) < end ? Number(text) : null);
  const hasHeads = model.data.by !== "block,position";
  const at = (choice: Choice) => model.placeOf(choice.cell);
  const strongestAt = (choice: Choice, position: number | null, layer: number, head: number | null) =>
    firstOf(model, choice.unit, (cell) => {
      const place = model.placeOf(cell);
      return place.layer === layer && (head === null || place.head === head) && (position === null || place.position === position);
    });
  return new State<Choice>(start(model), [
    {
      name: "unit",
      read: (text, choice) => {
        const unit = text === "logits" ? "logit_diff" : text === "share" && model.hasShare ? "recovered" : null;
        return unit === null ? "There are share and logits." : { ...choice, unit };
      },
      write: (choice, first) => (choice.unit === first.unit ? null : choice.unit === "logit_diff" ? "logits" : "share"),
    },
    {
      name: hasHeads ? "head" : "block",
      read: (text, choice) => {
        const found = hasHeads ? /^L(\d+)H(\d+)$/u.exec(canonicalSpec(text)) : null;
        const layer = hasHeads ? number(found?.[1] ?? "", model.nLayer) : number(text, model.nLayer);
        const head = hasHeads ? number(found?.[2] ?? "", model.nHead) : 0;
        if (layer === null || head === null) return `${model.nameOf(choice.cell)} is shown instead.`;
        const cell = strongestAt(choice, null, layer, hasHeads ? head : null) ?? model.cellOf(layer, head, 0);
        return { ...choice, cell };
      },
      write: (choice) => (hasHeads ? `L${at(choice).layer}H${at(choice).head}` : String(at(choice).layer)),
    },
    {
      name: "position",
      read: (text, choice) => {
        const position = model.data.by === "head" ? null : number(text, model.nPosition);
        if (position === null) return model.data.by === "head" ? "Places have no position." : `There are 0 to ${model.nPosition - 1}.`;
        const { layer, head } = at(choice);
        return { ...choice, cell: model.cellOf(layer, head ?? 0, position) };
      },
      write: (choice) => (model.data.by === "head" ? null : String(at(choice).position)),
    },
    {
      name: "pair",
      read: (text, choice) => {
        const pair = number(text, model.data.pairs.length + 1);
        return pair === null || pair === 0 ? `It has pairs 1 to ${model.data.pairs.length}.` : { ...choice, pair: pair - 1 };
      },
      write: (choice) => (choice.pair === 0 ? null : String(choice.pair + 1)),
    },
  ]);
}
