/** The chosen head on every prompt, and over all of them. */
import { chartCsv } from "../charts/export";
import { forestChart, forestRows } from "../charts/forest";
import { change, number, pValue } from "../charts/format";
import type { PageModel } from "../model";
import { ChartPanel } from "./chart_panel";
import type { Choice, ChoiceStore } from "./choice";
import { el } from "./dom";
import type { Look } from "./look";
import { percent } from "./numbers";

/** The tests across prompts in words. */
function sentence(model: PageModel, choice: Choice): string {
  const across = model.across(choice.head)!;
  const { n_units: units } = model.data.across!;
  const weighted =
    across.weightedMean === null
      ? "Random effects have no mean here (too few prompts, or no standard errors)."
      : `Random effects: late Δ ${change(across.weightedMean)}, p ${number(across.weightedP)}; ${across.i2 === null ? "" : `${percent(across.i2)} of the spread is between prompts; `}a new prompt is to be expected from ${change(across.predictionLow)} to ${change(across.predictionHigh)}.`;
  return (
    `${across.nAgree ?? 0} of ${units} ${units === model.data.prompts.length ? "prompts" : "groups of prompts"} share the mean's sign. ` +
    `Plain mean: ${change(across.mean)}, p ${pValue(across.log10p)}; over all heads and blocks, by flipping prompts' signs, p max ${number(across.pMaxT)}. ${weighted}`
  );
}

/** The panel; null where the results are no sample of prompts. */
export function makeForest(model: PageModel, store: ChoiceStore, look: Look): ChartPanel | null {
  if (model.data.across === null) return null;
  const viewOf = (choice: Choice) => ({ intervention: choice.head });
  const spec = (choice: Choice) => model.spec(choice.head);
  const height = 150 + 22 * (model.data.prompts.length + 2);
  const panel = new ChartPanel(
    {
      id: "forest",
      heading: "Across prompts",
      hint: "Late Δ of the chosen head on every prompt with its interval; diamonds are means over the prompts, open by a plain t, filled by random effects (REML, Hartung–Knapp); dashed: where a new prompt is to be expected. One prompt is one observation.",
      uses: ["head"],
      option: (choice, theme) => forestChart(model, viewOf(choice), theme),
      csv: (choice) => chartCsv("forest", model, viewOf(choice)),
      label: (choice) => `Late Δ of ${spec(choice)} on ${forestRows(model, choice.head).length - 2} prompts, and its means over them.`,
      name: (choice) => `forest-${spec(choice)}`,
      size: [860, Math.max(320, height)],
    },
    store,
    look,
  );
  panel.canvas.style.height = `${Math.max(16, 6 + 1.35 * (model.data.prompts.length + 2))}rem`;
  const text = el("p", { class: "forest-text" });
  panel.controls.append(text);
  const show = () => (text.textContent = sentence(model, store.choice));
  store.listen((_, changed) => changed.has("head") && show());
  show();
  return panel;
}
