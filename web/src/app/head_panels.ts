/** The panels that show how one head's change travels, and the two of the whole model. */
import { chartCsv } from "../charts/export";
import { familiesChart } from "../charts/families";
import { geometryChart, hasGeometry } from "../charts/geometry";
import { hasNoiseFloor } from "../charts/noise";
import { perturbationChart, rippleChart } from "../charts/ripple";
import { trajectoryChart } from "../charts/trajectory";
import type { PageModel } from "../model";
import { ChartPanel } from "./chart_panel";
import type { Choice, ChoiceStore } from "./choice";
import type { Look } from "./look";
import { glanceOf, summariesOf } from "./summaries";

function named(model: PageModel, choice: Choice): string {
  return [choice.head, ...choice.compare].map((index) => model.data.interventions[index]!.spec).join(", ");
}

function several(choice: Choice) {
  return { prompt: choice.detail, interventions: [choice.head, ...choice.compare] };
}

/** Mean Δ per block. */
export function makeRipple(model: PageModel, store: ChoiceStore, look: Look): ChartPanel {
  return new ChartPanel(
    {
      id: "ripple",
      heading: "Ripple",
      hint: `Mean Δ of the pairs per block with its confidence band; filled points are significant${hasNoiseFloor(model) ? ", crosses significant but below ten times the noise floor" : ""}. Dashed: the direct part, which stays in the residual stream by construction. What lies between the two is what later blocks added.`,
      uses: ["head", "compare", "detail", "test"],
      option: (choice, theme) => rippleChart(model.by(choice.test), several(choice), theme),
      csv: (choice) => chartCsv("ripple", model.by(choice.test), several(choice)),
      label: (choice) => `Mean Δ per block of ${named(model, choice)}; the reading above says it in words.`,
      name: (choice) => `ripple-${named(model, choice).replace(/, /gu, "_")}`,
      size: [860, 480],
    },
    store,
    look,
  );
}

/** Size of the change of a token's vector per block. */
export function makePerturbation(model: PageModel, store: ChoiceStore, look: Look): ChartPanel {
  return new ChartPanel(
    {
      id: "perturbation",
      heading: "Perturbation",
      hint: "Median over the tokens of ‖silenced − clean‖ / ‖clean‖ on a logarithmic axis: a straight line is growth by the same factor per block.",
      uses: ["head", "compare", "detail"],
      option: (choice, theme) =>
        model.data.prompts[choice.detail]!.cells.perturbation === null
          ? "The perturbations are not in this page: it is a large one, and the notes at the end say what was left out."
          : perturbationChart(model, several(choice), theme),
      csv: (choice) => chartCsv("perturbation", model.by(choice.test), several(choice)),
      label: (choice) => `Perturbation per block of ${named(model, choice)}.`,
      name: (choice) => `perturbation-${named(model, choice).replace(/, /gu, "_")}`,
      size: [860, 420],
    },
    store,
    look,
  );
}

/** Mean similarity of the clean model, and with the head silenced. */
export function makeTrajectory(model: PageModel, store: ChoiceStore, look: Look): ChartPanel {
  const viewOf = (choice: Choice) => ({ prompt: choice.detail, intervention: choice.head });
  return new ChartPanel(
    {
      id: "trajectory",
      heading: "Trajectory",
      hint: "Mean similarity of all pairs, from the embedding to ln_f: the clean model with its quartiles, and the model with the chosen head silenced over it.",
      uses: ["head", "detail"],
      option: (choice, theme) =>
        model.data.prompts[choice.detail]!.trajectory === null
          ? "The clean model's trajectory is not known here: the file that this page was made from does not hold it."
          : trajectoryChart(model, viewOf(choice), theme),
      csv: (choice) => chartCsv("trajectory", model, viewOf(choice)),
      label: (choice) => `Mean similarity per state, clean and with ${model.data.interventions[choice.head]!.spec} silenced.`,
      name: (choice) => `trajectory-${model.data.interventions[choice.head]!.spec}`,
      size: [860, 460],
    },
    store,
    look,
  );
}

/** Whether the tokens keep their pattern. */
export function makeGeometry(model: PageModel, store: ChoiceStore, look: Look): ChartPanel {
  const viewOf = (choice: Choice) => ({ prompt: choice.detail, intervention: choice.head });
  return new ChartPanel(
    {
      id: "geometry",
      heading: "Pattern of the tokens",
      hint: "Clean against silenced, block by block: linear CKA of the states (1: one pattern, up to turning, shifting and stretching all of it) and Spearman's correlation of the pairs' similarities (1: no pair changes its place). Δ can be far from 0 while both stay near 1.",
      uses: ["head", "detail"],
      option: (choice, theme) =>
        hasGeometry(model, choice.detail)
          ? geometryChart(model, viewOf(choice), theme)
          : "CKA and rank correlation are not in this page: the results do not hold them, or the page is a large one (the notes at the end say which).",
      csv: (choice) => chartCsv("geometry", model, { prompt: choice.detail, interventions: [choice.head] }),
      label: (choice) => `CKA and rank correlation per block of ${model.data.interventions[choice.head]!.spec}. Save it as CSV for its numbers.`,
      name: (choice) => `geometry-${model.data.interventions[choice.head]!.spec}`,
      size: [860, 460],
    },
    store,
    look,
  );
}

/** How many heads do what, per block. */
export function makeFamilies(model: PageModel, store: ChoiceStore, look: Look): ChartPanel {
  const viewOf = (choice: Choice) => ({ prompt: choice.prompt });
  return new ChartPanel(
    {
      id: "families",
      heading: "Families",
      hint: "How many heads of each block couple, decouple, or ripple in the late blocks only, when they are silenced.",
      uses: ["prompt", "test"],
      option: (choice, theme) => familiesChart(model.by(choice.test), viewOf(choice), theme),
      csv: (choice) => chartCsv("families", model.by(choice.test), viewOf(choice)),
      label: (choice) => {
        const { connectors, separators, neither } = glanceOf(summariesOf(model.by(choice.test), choice.prompt));
        return `Heads per block by what silencing them does. Altogether ${connectors} connectors, ${separators} separators, ${neither} neither.`;
      },
      name: () => "families",
      size: [860, 460],
    },
    store,
    look,
  );
}
