/** A study's claims with their verdicts: the first thing on its page. */
import type { StudyData, Verdict } from "../data";
import type { Metric } from "../charts/map";
import type { ChoiceStore } from "./choice";
import { el } from "./dom";
import { figure } from "./numbers";
import { visible } from "./text";

const words: Record<Verdict, { mark: string; text: string }> = {
  holds: { mark: "✓", text: "holds" },
  in_part: { mark: "◐", text: "holds in part" },
  does_not_hold: { mark: "✗", text: "does not hold" },
};

function badge(verdict: Verdict | null): HTMLElement {
  const word = verdict === null ? { mark: "○", text: "not judged" } : words[verdict];
  return el(
    "span",
    `verdict verdict-${verdict ?? "none"}`,
    el("span", { class: "verdict-mark", attrs: { "aria-hidden": "true" } }, word.mark),
    word.text,
  );
}

function counted(claims: StudyData["claims"]): string {
  const count = (verdict: Verdict | null) => claims.filter((claim) => claim.verdict === verdict).length;
  const [holds, inPart, not] = [count("holds"), count("in_part"), count("does_not_hold")];
  const parts = [
    holds === 1 ? "1 holds" : `${holds} hold`,
    inPart === 1 ? "1 holds in part" : `${inPart} hold in part`,
    not === 1 ? "1 does not hold" : `${not} do not hold`,
  ];
  if (count(null) > 0) parts.push(`${count(null)} not judged`);
  return `Of ${claims.length} claims: ${parts.join(", ")}.`;
}

/** Where on the page a claim can be seen. */
const pictures: Record<string, { section: string; name: string; metric?: Metric }> = {
  early_fall: { section: "trajectory", name: "trajectory" },
  late_rise: { section: "trajectory", name: "trajectory" },
  late_rise_without_final_norm: { section: "trajectory", name: "trajectory" },
  small_immediate_effect: { section: "map", name: "map of immediate Δ", metric: "immediate" },
  late_significance: { section: "ripple", name: "ripple" },
  both_signs: { section: "families", name: "families" },
  accumulation: { section: "perturbation", name: "perturbation" },
  every_head_contributes: { section: "map", name: "map of late Δ", metric: "late" },
};

/** Leads to the claim's picture. A button: the address's fragment is the choice's. */
function pictureOf(id: string, store: ChoiceStore): HTMLElement | null {
  const picture = Object.hasOwn(pictures, id) ? pictures[id] : undefined;
  if (!picture) return null;
  const go = () => {
    if (picture.metric) store.set({ metric: picture.metric });
    const section = document.getElementById(picture.section);
    section?.scrollIntoView({ block: "start" });
    section?.focus({ preventScroll: true });
  };
  return el("button", { class: "link", attrs: { type: "button" }, on: { click: go } }, `See it: ${picture.name}`);
}

function figuresOf(claim: StudyData["claims"][number]): HTMLElement {
  const body = el("tbody");
  for (const [name, value] of Object.entries(claim.figures)) {
    body.append(
      el(
        "tr",
        {},
        el("th", { attrs: { scope: "row" } }, visible(name.replace(/_/gu, " "))),
        el("td", {}, visible(figure(value))),
      ),
    );
  }
  return el(
    "details",
    "claim-figures",
    el("summary", {}, "Rule and figures", el("span", "hidden", ` of ${claim.id}`)),
    el("p", "rule", visible(claim.rule)),
    el("table", "figures", el("caption", "hidden", `Figures of ${visible(claim.id)}`), body),
  );
}

/** The verdicts of `study`. */
export function makeVerdicts(study: StudyData, store: ChoiceStore): HTMLElement {
  const list = el("ol", "claims");
  for (const claim of study.claims) {
    list.append(
      el(
        "li",
        { class: "claim", attrs: { id: `claim-${claim.id}` } },
        badge(claim.verdict),
        el(
          "div",
          "claim-body",
          el("p", "statement", visible(claim.statement)),
          claim.stands_up === null
            ? null
            : el("p", "hint", "Under the token-swap test: ", badge(claim.stands_up)),
          pictureOf(claim.id, store),
          figuresOf(claim),
        ),
      ),
    );
  }
  return el(
    "section",
    { class: "study", attrs: { "aria-labelledby": "study-heading" } },
    el("h2", { attrs: { id: "study-heading" } }, "Do the study's claims hold here?"),
    el("p", "lead", counted(study.claims)),
    list,
    el(
      "p",
      "hint",
      `The rules were fixed before any result. The study speaks of one block's heads: block ${study.layer} here. A claim that does not hold is a result, no error.`,
    ),
  );
}
