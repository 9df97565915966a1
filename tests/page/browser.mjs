// A browser that writes down what a page must never do: complain, ask for anything, run what it
// should not.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { requireWeb } from "./pages.mjs";

const { chromium } = requireWeb("playwright-core");
const axeSource = readFileSync(requireWeb.resolve("axe-core/axe.min.js"), "utf8");

export async function launch() {
  return chromium.launch({
    executablePath: process.env.TACET_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
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

/** Scrolls through the page, so that every chart is drawn. */
export async function seeAll(page) {
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
      scrollTo(0, y);
      await new Promise((done) => setTimeout(done, 60));
    }
    scrollTo(0, 0);
  });
}

/** What axe-core finds: contrast, labels, roles, order of headings and the rest; or `rules` alone. */
export async function defects(page, rules) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const found = await page.evaluate(async (only) => {
    const result = await window.axe.run(document, {
      resultTypes: ["violations"],
      ...(only ? { runOnly: { type: "rule", values: only } } : {}),
    });
    return result.violations.map((violation) => ({
      id: violation.id,
      nodes: violation.nodes.slice(0, 4).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
    }));
  }, rules);
  return found.map((violation) => `${violation.id}\n    ${violation.nodes.join("\n    ")}`);
}
