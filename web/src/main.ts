/** Reads the document that the binary put into the page, and shows it. */
import { el, fill } from "./app/dom";
import { makePage } from "./app/page";
import type { PageData } from "./data";
import "./styles/page.css";

const kSchema = "tacet.page/1";

/** The document in the page; an error says what is wrong with it. */
function readData(): PageData {
  const text = document.getElementById("tacet-data")?.textContent ?? "";
  const data: unknown = JSON.parse(text);
  if (typeof data !== "object" || data === null || (data as { schema?: unknown }).schema !== kSchema) {
    throw new Error(`the data in this file is not ${kSchema}; write the page again with the tool that made it`);
  }
  return data as PageData;
}

const place = document.getElementById("page")!;
try {
  makePage(readData(), place);
} catch (error) {
  const what = error instanceof Error ? error.message : String(error);
  fill(
    place,
    el("div", { class: "failure", attrs: { role: "alert" } }, el("h1", {}, "This page cannot be shown"), el("p", {}, what)),
  );
  throw error;
}
