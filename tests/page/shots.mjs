// Screenshots of pages, to be looked at: node shots.mjs FOLDER PAGE.html… (at three widths).
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { launch, open, seeAll } from "./browser.mjs";

const [folder, ...paths] = process.argv.slice(2);
if (!folder || paths.length === 0) {
  console.error("usage: node shots.mjs FOLDER PAGE.html…");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const path of paths) {
  for (const width of [360, 900, 1600]) {
    for (const look of ["light", "dark"]) {
      const { page, close } = await open(browser, path, { width, look });
      await seeAll(page);
      await page.screenshot({ path: join(folder, `${basename(path, ".html")}-${width}-${look}.png`), fullPage: true });
      await close().catch((error) => console.error(`${path} at ${width}, ${look}: ${error.message}`));
    }
  }
}
await browser.close();
