/** Reads the document that the binary put into the page, and shows it. */
import { el, fill } from "./app/dom";
import { makePage } from "./app/page";
import { makePatchPage } from "./app/patch_page";
import { makePredictPage } from "./app/predict_page";
import type { PageData } from "./data";
import type { PatchPageData, PredictPageData } from "./neighbour_data";
import "./styles/page.css";

type AnyData = PageData | PredictPageData | PatchPageData;
const kSchemas: readonly AnyData["schema"][] = ["tacet.page/1", "tacet.page.predict/1", "tacet.page.patch/1"];

/** The document in the page; an error says what is wrong with it. */
function readData(): AnyData {
  const text = document.getElementById("tacet-data")?.textContent ?? "";
  const data: unknown = JSON.parse(text);
  const schema = typeof data === "object" && data !== null ? (data as { schema?: unknown }).schema : undefined;
  if (!kSchemas.some((known) => known === schema)) {
    throw new Error(`the data in this file is none of ${kSchemas.join(", ")}; write the page again with the tool that made it`);
  }
  return data as AnyData;
}

function show(data: AnyData, place: HTMLElement): void {
  if (data.schema === "tacet.page.predict/1") makePredictPage(data, place);
  else if (data.schema === "tacet.page.patch/1") makePatchPage(data, place);
  else makePage(data, place);
}

const place = document.getElementById("page")!;
try {
  show(readData(), place);
} catch (error) {
  const what = error instanceof Error ? error.message : String(error);
  fill(
    place,
    el("div", { class: "failure", attrs: { role: "alert" } }, el("h1", {}, "This page cannot be shown"), el("p", {}, what)),
  );
  throw error;
}
