// A browser that writes down what a page must never do: complain, ask for anything, run what it
// should not.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { requireWeb } from "./pages.mjs";

const { chromium } = requireWeb("playwright-core");
const axeSource = readFileSync(requireWeb.resolve("axe-core/axe.min.js"), "utf8");

/** How long a browser, or a page in it, may take for one thing before it counts as stuck. */
const kMostMilliseconds = 30_000;

/** The same for a picture: a browser that is stuck is soon left, the ones after it are given time. */
let mostForPictures = 10_000;
export function bePatient() {
  mostForPictures = kMostMilliseconds;
}

/** A browser that draws nothing any more. */
class NoPicture extends Error {}

/** Whether `error` may be the browser's doing: one that is stuck, or that died. */
export function isOfBrowser(error) {
  return error instanceof NoPicture || error?.name === "TimeoutError" || /crashed|has been closed/u.test(error?.message);
}

export async function launch() {
  return chromium.launch({
    executablePath: process.env.TACET_CHROMIUM ?? "/usr/bin/chromium",
    timeout: 4 * kMostMilliseconds,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      // Containers may have less shared memory than a large page takes; files will do.
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** A page at `path` with `fragment`, and a list that fills with what it did wrong. */
export async function open(browser, path, { fragment = "", width = 1280, height = 900, look = "light" } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: look,
    acceptDownloads: true,
  });
  context.setDefaultTimeout(kMostMilliseconds);
  context.setDefaultNavigationTimeout(kMostMilliseconds);
  const page = await context.newPage();
  const wrong = [];
  const address = pathToFileURL(path).href;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (url.split("#")[0] !== address && !url.startsWith("blob:") && !url.startsWith("data:")) {
      wrong.push(`request: ${url}`);
    }
  });
  await page.addInitScript(`window.twoPictures = ${twoPictures}`);
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
    });
  });
  await page.goto(address + fragment);
  await page.waitForSelector(".chooser, .failure");
  return {
    page,
    /** Ends the visit; throws what went wrong during it. */
    close: async () => {
      wrong.push(...(await page.evaluate(() => window.violations)).map((text) => `policy: ${text}`));
      await context.close();
      if (wrong.length > 0) throw new Error(`the page did what it must not:\n  ${wrong.join("\n  ")}`);
    },
  };
}

/**
 * Two pictures of the page: what comes into view is told to it with a picture, so that behind the
 * second one nothing is left to draw, however long a picture takes. Says whether they came. In the
 * page.
 */
async function twoPictures(most) {
  const picture = () =>
    new Promise((done) => {
      requestAnimationFrame(() => setTimeout(() => done(true)));
      setTimeout(() => done(false), most);
    });
  return (await picture()) && picture();
}

/** Scrolls through the page, a picture at each place. In the page. */
async function scrolledThrough(most) {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo(0, y);
    if (!(await window.twoPictures(most))) return false;
  }
  scrollTo(0, 0);
  return window.twoPictures(most);
}

async function withPictures(page, act) {
  if (!(await page.evaluate(act, mostForPictures))) throw new NoPicture("the browser draws nothing any more");
}

/** Waits until the page has drawn what it had to. */
export async function settled(page) {
  await withPictures(page, twoPictures);
}

/** Scrolls through the page, so that every chart is drawn. */
export async function seeAll(page) {
  await withPictures(page, scrolledThrough);
}

/** Brings the panel into view, and waits until its chart is drawn. */
export async function see(page, id) {
  await page.locator(`#${id}`).scrollIntoViewIfNeeded();
  await page.waitForSelector(`#${id} .chart svg path, #${id} .why:not([hidden])`, { state: "attached" });
  await settled(page);
}

/** Rows of a table behind the first ones are as those are, and hundreds of them take most of the time. */
const kRepeated = ["tbody tr:nth-child(n + 9):not(.chosen)"];

/** What axe-core finds: contrast, labels, roles, order of headings and the rest; or `rules` alone. */
export async function defects(page, rules) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const found = await page.evaluate(async ([only, repeated]) => {
    const result = await window.axe.run({ include: [["html"]], exclude: repeated.map((one) => [one]) }, {
      resultTypes: ["violations"],
      ...(only ? { runOnly: { type: "rule", values: only } } : {}),
    });
    return result.violations.map((violation) => ({
      id: violation.id,
      nodes: violation.nodes.slice(0, 4).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
    }));
  }, [rules, kRepeated]);
  return found.map((violation) => `${violation.id}\n    ${violation.nodes.join("\n    ")}`);
}
