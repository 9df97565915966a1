/** Pairs of words that were followed, for the chosen head. */
import { chartCsv } from "../charts/export";
import { followedChart, followedHeight } from "../charts/followed";
import { change } from "../charts/format";
import type { PageModel } from "../model";
import { ChartPanel } from "./chart_panel";
import type { Choice, ChoiceStore } from "./choice";
import { el } from "./dom";
import type { Look } from "./look";

/** What the last block says of each pair. */
function sentence(model: PageModel, choice: Choice): string {
  const pairs = model.followed(choice.detail, choice.head) ?? [];
  const last = model.nLayer - 1;
  return pairs
    .map((one) => `${one.pair} at ${one.positions.join(" and ")}: Δ ${change(one.silenced[last]! - one.clean[last]!)} after the last block.`)
    .join(" ");
}

/** The panel; null where no prompt's words were followed. */
export function makeFollowed(model: PageModel, store: ChoiceStore, look: Look): ChartPanel | null {
  const most = Math.max(0, ...model.data.prompts.map((prompt) => prompt.followed?.length ?? 0));
  if (most === 0) return null;
  const spec = (choice: Choice) => model.spec(choice.head);
  const height = followedHeight(most, false);
  const viewOf = (choice: Choice, picture: number) => ({ prompt: choice.detail, intervention: choice.head, height: picture });
  const none = "No words were followed on this prompt, or the page has no room for them (the notes at the end say which).";
  const panel = new ChartPanel(
    {
      id: "followed",
      heading: "Followed words",
      hint: "How alike two words are, block by block: the clean model (solid) and without the chosen head (dashed). One number a block, so that there is no test of it; filled points mark blocks where the mean Δ over all pairs of tokens is significant.",
      uses: ["head", "detail", "test"],
      option: (choice, theme) =>
        model.followed(choice.detail, choice.head) === null ? none : followedChart(model.by(choice.test), viewOf(choice, height), theme),
      figure: (choice, theme) =>
        model.followed(choice.detail, choice.head) === null ? none : followedChart(model.by(choice.test), viewOf(choice, followedHeight(most, true)), theme),
      csv: (choice) => chartCsv("followed", model, { prompt: choice.detail, interventions: [choice.head] }),
      label: (choice) => `Similarity of the followed words per block, with and without ${spec(choice)}. ${sentence(model, choice)}`,
      name: (choice) => `followed-${spec(choice)}`,
      size: [860, followedHeight(most, true)],
    },
    store,
    look,
  );
  panel.canvas.style.height = `${height}px`;
  const text = el("p", { class: "forest-text" });
  panel.controls.append(text);
  const show = () => (text.textContent = sentence(model, store.choice));
  store.listen((_, changed) => (changed.has("head") || changed.has("detail")) && show());
  show();
  return panel;
}
