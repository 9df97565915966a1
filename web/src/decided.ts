/** The document as another of its tests sees it. */
import type { PageData } from "./data";

/**
 * `data` with the test number `which` of `beside` in place of the one that decides: the columns that
 * follow from it are that test's, everything else is the same.
 */
export function decidedBy(data: PageData, which: number): PageData {
  const beside = data.beside[which];
  if (beside === undefined) throw new Error(`there is no test ${which} beside the first; the data has ${data.beside.length}`);
  return {
    ...data,
    test: beside.test,
    overall: data.overall === null || beside.overall === null ? null : { ...data.overall, ...beside.overall },
    prompts: data.prompts.map((prompt) => {
      const columns = prompt.beside[which]!;
      return {
        ...prompt,
        summary: { ...prompt.summary, ...columns.summary },
        ripple: { ...prompt.ripple, ...columns.ripple },
        cells: { ...prompt.cells, ...columns.cells },
      };
    }),
  };
}
