// The pages that the tests open, and a reader's visits of them.
//
// The template is filled with made data of every kind; with TACET_TOOL the tool's own pages are
// opened as well. Every visit fails on an error or a warning in the console, on any request, on
// anything that the page's policy had to stop.
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { bePatient, isOfBrowser, launch, open, settled } from "./browser.mjs";
import { madePages, toolPages } from "./pages.mjs";

export const template = process.env.TACET_PAGE_TEMPLATE;
if (!template) throw new Error("TACET_PAGE_TEMPLATE must name the page's template (web/dist/page.html)");
export const tool = process.env.TACET_TOOL;
export const pages = { ...(await madePages(template)), ...(tool ? toolPages(tool) : {}) };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function visitOnce(name, options, act) {
  const { page, close } = await open(browser, pages[name], options);
  await act(page);
  await close();
}

/**
 * A visit of a page; what goes wrong during it fails the test. Where it may be the browser that is
 * stuck, as happens on machines with much other work, a new one visits the page again: what is wrong
 * with the page is wrong again.
 */
export async function visit(name, options, act) {
  try {
    await visitOnce(name, options, act);
  } catch (error) {
    if (!isOfBrowser(error)) throw error;
    console.error(`the page "${name}", in a new browser, since the first one did not answer: ${error.message}`);
    bePatient();
    const stuck = browser;
    browser = await launch();
    void stuck.close().catch(() => undefined);
    await visitOnce(name, options, act);
  }
}

export const hash = (page) => page.evaluate(() => location.hash);
export const chosenHead = (page) => page.$eval("#head", (select) => select.selectedOptions[0].textContent);
export async function drawing(page, id) {
  await settled(page);
  return page.$eval(`#${id} .chart`, (chart) => chart.innerHTML);
}
export const notes = (page) => page.$eval(".notes", (element) => element.textContent);

export async function downloaded(page, selector) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}
