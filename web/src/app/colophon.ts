/** What the words mean, what was left out, and what made the page. */
import type { PageData } from "../data";
import { el } from "./dom";
import { visible } from "./text";

/** The words of a page of silenced heads. */
export function glossary(data: PageData): [string, string][] {
  const { n_layer } = data.model;
  const late = Math.ceil(n_layer / 5);
  return [
    ["Head", "L3H5 is head 5 of block 3, both counted from 0. Block ℓ's output is Hugging Face's hidden_states[ℓ+1]."],
    ["Silencing", "The head's slice at the input of attn.c_proj is set to zero (or changed as the settings say); the projection's bias stays."],
    ["Δ", "Cosine similarity of two tokens' vectors, silenced minus clean. Mean Δ is over all pairs of the prompt; above 0 tokens stand more alike without the head."],
    ["Connector, separator", "▼ A connector drew tokens together: without it late Δ is below 0 (decoupling). ▲ A separator kept them apart: late Δ is above 0 (coupling). Both only where a late block is significant."],
    ["Late", `The last ${late} of ${n_layer} blocks, as far as the head reaches them; late Δ is the mean over them.`],
    ["Immediate, extreme", "Mean Δ in the head's own block (the cut); the mean Δ of largest size in any block."],
    ["Onset", "The first block at or above the cut with a significant Δ."],
    ["Direct part", "Mean Δ with only the head's own contribution taken out of the clean states, nothing recomputed. The ripple is what later blocks make of it: mean Δ minus the direct part."],
    ["Perturbation", "Median over the tokens of ‖silenced − clean‖ / ‖clean‖."],
    ["t, d_z", "Of the chosen test in the block of the extreme Δ; d_z is mean(Δ) / sd(Δ)."],
  ];
}

/** Notes of the writer: what is not in the page, and why. */
export function makeLeftOut(data: PageData): HTMLElement | null {
  if (data.left_out.length === 0) return null;
  return el(
    "section",
    { class: "left-out", attrs: { "aria-labelledby": "left-out-heading" } },
    el("h2", { attrs: { id: "left-out-heading" } }, "Not in this page"),
    el("ul", {}, ...data.left_out.map((note) => el("li", {}, visible(note)))),
  );
}

/** The end of the page. */
export function makeColophon(version: string, words: [string, string][]): HTMLElement {
  const list = el("dl", "glossary");
  for (const [term, meaning] of words) list.append(el("div", {}, el("dt", {}, term), el("dd", {}, meaning)));
  return el(
    "footer",
    "colophon",
    el("h2", {}, "The words"),
    list,
    el(
      "p",
      "hint",
      `Made by tacet ${visible(version)}. This file is complete in itself and asks no server for anything; the address above reproduces the view. Charts are drawn with Apache ECharts.`,
    ),
  );
}
