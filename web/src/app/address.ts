/** Keeps the choice and the address's fragment together, both ways. */
import type { Choice, ChoiceStore, Known } from "./choice";
import { formatFragment, parseFragment } from "./fragment";

/**
 * Takes the choice from the fragment, now and whenever it changes (a link, back, forward, a hand),
 * and writes every other change of the choice into it. `tell` gets the notes of the last fragment.
 */
export function followAddress(
  store: ChoiceStore,
  known: Known,
  start: Choice,
  tell: (notes: string[]) => void,
): void {
  const read = () => {
    const { choice, notes } = parseFragment(location.hash, known, start);
    tell(notes);
    store.set(choice, null);
  };
  store.listen((choice, _, step) => {
    if (step === null) return;
    tell([]);
    const fragment = formatFragment(choice, known, start);
    if (fragment === location.hash) return;
    try {
      if (step === "push") history.pushState(null, "", fragment);
      else history.replaceState(null, "", fragment);
    } catch {
      // Browsers limit how often a page may do this; the next change catches up.
    }
  });
  addEventListener("popstate", read);
  addEventListener("hashchange", read);
  read();
}
