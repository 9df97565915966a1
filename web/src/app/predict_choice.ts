/** What a reader chooses on the page of `predict`, and how the address has it. */
import { type PredictModel, quantities, type Quantity } from "../predict_model";
import { canonicalSpec } from "./fragment";
import { State } from "./state";

export interface Choice {
  /** Place in `specs`. */
  head: number;
  quantity: Quantity;
  target: number;
  variant: number;
}

/** The strongest head, or the one asked for. */
function startOf(model: PredictModel): Choice {
  const [first] = model.strongest(0, "prob", 0);
  const asked = model.data.chosen.map((spec) => model.indexOf(spec)).find((s) => s >= 0);
  return { head: asked ?? first ?? 0, quantity: "prob", target: 0, variant: 0 };
}

/** The choice as the page begins, kept in the address. */
export function stateOf(model: PredictModel): State<Choice> {
  const numbered = (text: string, n: number) => (/^\d{1,6}$/u.test(text) && Number(text) >= 1 && Number(text) <= n ? Number(text) - 1 : null);
  return new State<Choice>(startOf(model), [
    {
      name: "head",
      read: (text, choice) => {
        const head = model.indexOf(canonicalSpec(text));
        return head < 0 ? `${model.specs[choice.head]!.spec} is shown instead.` : { ...choice, head };
      },
      write: (choice) => model.specs[choice.head]!.spec,
    },
    {
      name: "target",
      read: (text, choice) => {
        const target = numbered(text, model.data.targets.length);
        return target === null ? `It has ${model.data.targets.length}.` : { ...choice, target };
      },
      write: (choice) => (choice.target === 0 ? null : String(choice.target + 1)),
    },
    {
      name: "quantity",
      read: (text, choice) => {
        const quantity = quantities.find((name) => name === text && model.has(name, choice.target));
        return quantity === undefined ? `There are ${quantities.filter((name) => model.has(name, choice.target)).join(", ")}.` : { ...choice, quantity };
      },
      write: (choice, start) => (choice.quantity === start.quantity ? null : choice.quantity),
    },
    {
      name: "variant",
      read: (text, choice) => {
        const variant = numbered(text, model.variants.length);
        return variant === null ? `It has ${model.variants.length}.` : { ...choice, variant };
      },
      write: (choice) => (choice.variant === 0 ? null : String(choice.variant + 1)),
    },
  ]);
}
