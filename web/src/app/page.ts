/** The page: its parts, in order, and what links them. */
import type { PageData } from "../data";
import { PageModel } from "../model";
import { followAddress } from "./address";
import { type Choice, ChoiceStore, type Known } from "./choice";
import { makeChooser, makeCompared, makeOneTest } from "./chooser";
import { glossary, makeColophon, makeLeftOut } from "./colophon";
import { el, fill } from "./dom";
import { formatFragment } from "./fragment";
import { makeGlance } from "./glance";
import { makeFacts, makeTitle } from "./header";
import { makeFamilies, makeGeometry, makePerturbation, makeRipple, makeTrajectory } from "./head_panels";
import { Look } from "./look";
import { makeMap } from "./map_panel";
import { makePairs } from "./pairs_panel";
import { makeFollowed } from "./followed_panel";
import { makeForest } from "./forest_panel";
import { makeReading } from "./reading_panel";
import { HeadTable } from "./table";
import { makeTokens } from "./tokens_panel";
import { makeVerdicts } from "./verdicts";

/** Most heads beside the chosen one: more lines than that nobody tells apart. */
const kMostCompared = 4;

function knownOf(model: PageModel): Known {
  const { data } = model;
  const asked = data.chosen.map((spec) => model.indexOf(spec));
  return {
    nLayer: data.model.n_layer,
    nPrompts: data.prompts.length,
    hasOverall: data.overall !== null,
    tests: model.tests(),
    mostCompared: kMostCompared,
    indexOf: (spec) => model.indexOf(spec),
    specOf: (index) => data.interventions[index]!.spec,
    has: (prompt, index) => model.has(prompt, index),
    first: (prompt) =>
      asked.find((index) => index >= 0 && model.has(prompt, index)) ?? model.strongest(prompt, 1)[0]!,
  };
}

function startOf(model: PageModel, known: Known): Choice {
  const head = known.first(0);
  return {
    head,
    compare: model.data.chosen
      .map((spec) => model.indexOf(spec))
      .filter((index) => index >= 0 && index !== head)
      .slice(0, kMostCompared),
    prompt: 0,
    detail: 0,
    metric: "late",
    test: 0,
    state: known.nLayer - 1,
    show: model.data.prompts[0]!.pairs === null ? "clean" : "delta",
  };
}

/** A link whose address chooses a head and keeps the rest of the view. */
function linker(known: Known, start: Choice, store: ChoiceStore): (index: number) => HTMLElement {
  const links: { link: WeakRef<HTMLAnchorElement>; index: number }[] = [];
  const address = (index: number) =>
    formatFragment(
      { ...store.choice, head: index, compare: store.choice.compare.filter((other) => other !== index) },
      known,
      start,
    );
  store.listen(() => {
    for (const { link, index } of links) {
      const element = link.deref();
      if (element?.isConnected) element.setAttribute("href", address(index));
    }
  });
  return (index) => {
    const link = el("a", { class: "head-link", attrs: { href: address(index) } }, known.specOf(index));
    links.push({ link: new WeakRef(link), index });
    return link;
  };
}

/** What the address asked for and the page does not have. */
export function makeNotes(): { element: HTMLElement; tell: (notes: string[]) => void } {
  const element = el("div", { class: "notes", attrs: { role: "status" } });
  return {
    element,
    tell: (notes) => fill(element, ...notes.map((note) => el("p", {}, note))),
  };
}

/** Says which prompt the views of one prompt show, while the map shows all. */
function makeWhich(store: ChoiceStore, nPrompts: number): HTMLElement {
  const text = el("p", "which");
  const show = () => {
    const { prompt, detail } = store.choice;
    text.hidden = prompt !== "all";
    text.textContent =
      prompt === "all"
        ? `Map, heads and families are over all ${nPrompts} prompts. What follows a head block by block shows prompt ${detail + 1}; choose another prompt above.`
        : "";
  };
  store.listen(show);
  show();
  return text;
}

/** Builds the page of `data` in `place`. */
export function makePage(data: PageData, place: HTMLElement): void {
  const model = new PageModel(data);
  const known = knownOf(model);
  const start = startOf(model, known);
  const store = new ChoiceStore(start, known);
  const look = new Look();
  const linkTo = linker(known, start, store);
  const notes = makeNotes();
  const ripple = makeRipple(model, store, look);
  ripple.controls.append(makeCompared(model, store));
  const panels = {
    map: makeMap(model, store, look),
    ripple,
    perturbation: makePerturbation(model, store, look),
    trajectory: makeTrajectory(model, store, look),
    families: makeFamilies(model, store, look),
    geometry: makeGeometry(model, store, look),
    pairs: makePairs(model, store, look, linkTo),
  };
  const forest = makeForest(model, store, look);
  const followed = makeFollowed(model, store, look);
  const optional = [forest, followed].filter((panel) => panel !== null);
  fill(
    place,
    makeTitle(data, data.study ? "tacet · study" : "tacet · silenced attention heads"),
    el(
      "main",
      {},
      data.study === null ? null : makeVerdicts(data.study, store),
      makeFacts(data, store),
      makeGlance(model, store, linkTo),
      makeChooser(model, store, look.element),
      notes.element,
      makeWhich(store, data.prompts.length),
      makeOneTest(model),
      makeReading(model, store),
      el("div", "side-by-side map-and-table", panels.map.element, new HeadTable(model, store).element),
      el("div", "side-by-side", panels.ripple.element, panels.perturbation.element),
      el("div", "side-by-side", panels.trajectory.element, panels.families.element),
      el("div", forest === null ? {} : "side-by-side", panels.geometry.element, forest?.element),
      followed?.element,
      makeTokens(model, store, look),
      panels.pairs.element,
      makeLeftOut(data),
    ),
    makeColophon(data.version, glossary(data)),
  );
  followAddress(store, known, start, notes.tell);
  printOnPaper(look, [...Object.values(panels), ...optional]);
}

/** Paper is light and of one width, and shows the charts that were out of view too. */
export function printOnPaper(look: Look, panels: { print: (on: boolean) => void }[]): void {
  const print = (on: boolean) => {
    look.print(on);
    for (const panel of panels) panel.print(on);
  };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  matchMedia("print").addEventListener("change", (event) => print(event.matches));
}
