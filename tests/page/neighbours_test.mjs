// Pages of predict and patch, and words that are followed: what is theirs alone. Runs as page_test.mjs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { see, seeAll } from "./browser.mjs";
import { chosenHead, downloaded, drawing, hash, notes, visit } from "./visits.mjs";

describe("the table of a page of predict", () => {
  it("is walked by keys, and keeps the focus where it chooses", () =>
    visit("predict", {}, async (page) => {
      await page.focus('#strongest .head-name[tabindex="0"]');
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowDown");
      const spec = await page.evaluate(() => document.activeElement.textContent);
      await page.keyboard.press("Enter");
      assert.equal(await chosenHead(page), spec);
      assert.equal(await page.evaluate(() => document.activeElement.textContent), spec);
    }));
});

describe("a page of predict", () => {
  const verdict = (page) => page.textContent(".reading-verdict");

  it("shows the head of the address, in words and as bars", () =>
    visit("predict", { fragment: "#head=L3H5" }, async (page) => {
      assert.equal(await chosenHead(page), "L3H5");
      assert.match(await verdict(page), /^Without L3H5, “␣Germany” is (more|less) likely$/u);
      await see(page, "bars");
      assert.match(await page.textContent("#bars .chart"), /L3H5 silenced/u);
      assert.match(await page.getAttribute("#map .chart", "aria-label"), /Chosen: L3H5: ΔP/u);
      await page.evaluate(() => (location.hash = "#head=L99H0&quantity=size&variant=7"));
      await page.waitForFunction(() => document.querySelectorAll(".notes p").length === 3);
      assert.match(await notes(page), /“L99H0”, which is not in this page/u);
    }));

  it("walks its map by keys, and chooses by mouse, table and link", () =>
    visit("predict", { fragment: "#head=L3H5" }, async (page) => {
      await see(page, "map");
      await page.focus("#map .chart");
      await page.keyboard.press("ArrowUp");
      assert.equal(await chosenHead(page), "L4H5");
      assert.match(await page.textContent("#map .said"), /^L4H5: ΔP/u);
      await page.keyboard.press("Home");
      assert.equal(await hash(page), "#head=L4H0");
      const box = await page.locator("#map .chart").boundingBox();
      await page.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.2);
      await page.waitForFunction(() => location.hash !== "#head=L4H0");
      const row = page.locator(".values .head-name").nth(2);
      const spec = await row.textContent();
      await row.click();
      assert.equal(await chosenHead(page), spec);
      assert.equal(await page.textContent(".values tr.chosen .head-name"), spec);
      const link = page.locator(".glance-head a").first();
      const linked = await link.textContent();
      await link.click();
      await page.waitForFunction((head) => document.querySelector("#head").selectedOptions[0].textContent === head, linked);
    }));

  it("changes the map with quantity, target and way, and the address with them", () =>
    visit("predict", {}, async (page) => {
      await see(page, "map");
      const before = await drawing(page, "map");
      await page.selectOption("#quantity", "kl");
      assert.match(await hash(page), /quantity=kl/u);
      const kl = await drawing(page, "map");
      assert.notEqual(kl, before);
      await page.selectOption("#variant", "1");
      assert.notEqual(await drawing(page, "map"), kl);
      await page.selectOption("#target", "1");
      assert.match(await hash(page), /target=2&quantity=kl&variant=2/u);
      assert.equal(await page.locator('#quantity option[value="logit_diff"]').count(), 0);
      await page.goBack();
      assert.equal(await page.inputValue("#target"), "0");
      assert.equal(await page.locator('#quantity option[value="logit_diff"]').count(), 1);
    }));

  it("compares ways to silence, in charts and in words", () =>
    visit("predict", { look: "dark" }, async (page) => {
      await seeAll(page);
      assert.match(await page.textContent(".pair-words"), /^zero and mean: Pearson's r/u);
      for (const id of ["compared-1", "compared-2", "histograms", "scatter-1"]) {
        assert.ok((await page.locator(`#${id} .chart svg path`).count()) > 0, `nothing is drawn in ${id}`);
      }
      const { bytes } = await downloaded(page, "#scatter-1 .export >> nth=2");
      assert.equal(bytes.toString().trim().split("\r\n").length, 145);
      await page.emulateMedia({ media: "print" });
      await page.waitForFunction(() => document.documentElement.dataset.look === "light");
      const widths = await page.$$eval(".chart svg", (charts) => charts.map((chart) => Number(chart.getAttribute("width"))));
      assert.deepEqual([...new Set(widths)], [680]);
    }));

  it("shows hostile text as itself, and runs nothing", () =>
    visit("predictOne", {}, async (page) => {
      await seeAll(page);
      assert.equal(await page.evaluate(() => window.ran), undefined);
      assert.equal(await page.textContent("h1"), "<script>window.ran=6</script>");
      assert.match(await page.textContent(".glance"), /<\/script><script>window.ran=7/u);
      assert.equal(await page.locator("script").count(), 2);
      assert.equal(await page.locator("#map").count(), 0);
    }));
});

describe("a page of patch", () => {
  const verdict = (page) => page.textContent(".reading-verdict");

  it("shows the place of the address in both maps, and the heads of its block", () =>
    visit("patch", { fragment: "#head=L3H5&position=8" }, async (page) => {
      assert.match(await verdict(page), /^L3H5 at 8 /u);
      assert.equal(await page.inputValue("#position"), "8");
      await see(page, "block-heads");
      const before = await drawing(page, "block-heads");
      await page.focus("#map .chart");
      await page.keyboard.press("ArrowUp");
      assert.match(await verdict(page), /^L4H\d+ at 8 /u);
      assert.notEqual(await drawing(page, "block-heads"), before);
      await page.check('input[name="unit"][value="logit_diff"]', { force: true });
      assert.match(await hash(page), /^#unit=logits&head=L4H\d+&position=8$/u);
      await page.evaluate(() => (location.hash = "#head=L40H0"));
      await page.waitForFunction(() => document.querySelector(".notes").textContent.includes("L40H0"));
    }));

  it("marks where the prompts differ, and names both tokens", () =>
    visit("patch", {}, async (page) => {
      assert.equal(await page.locator(".token.touched").count(), 2);
      await see(page, "map");
      assert.match(await page.textContent("#map .chart"), /◆ ␣John.* \/ ␣Mary/u);
    }));

  it("chooses a place in the table, by its tokens, and back again", () =>
    visit("patchPairs", { fragment: "#block=2&position=9" }, async (page) => {
      await page.locator(".values .head-name").nth(1).click();
      const chosen = await page.textContent(".values tr.chosen .head-name");
      assert.ok((await verdict(page)).startsWith(chosen));
      assert.match(await page.textContent(".values thead"), /sd of share/u);
      await page.goBack();
      assert.match(await verdict(page), /^block 2 at 9 /u);
      await page.selectOption("#pair", "1");
      assert.match(await page.textContent(".prompt"), /of pair 2/u);
    }));

  it("has logits alone where clean and corrupted are equal", () =>
    visit("patchHeads", {}, async (page) => {
      assert.match(await page.textContent(".glance"), /there is no share/u);
      assert.equal(await page.locator('input[name="unit"]').count(), 0);
      await see(page, "map");
    }));
});

describe("followed words", () => {
  it("have two lines for each pair, of the chosen head", () =>
    visit("tests", { fragment: "#head=L3H5" }, async (page) => {
      await see(page, "followed");
      const before = await drawing(page, "followed");
      assert.match(await page.textContent("#followed .chart"), /L3H5 silenced/u);
      await page.selectOption("#head", { label: "L9H3" });
      assert.notEqual(await drawing(page, "followed"), before);
      assert.equal((await page.textContent("#followed .forest-text")).match(/after the last block/gu).length, 2);
    }));

  it("are none where none were followed", () =>
    visit("sweep", {}, async (page) => assert.equal(await page.locator("#followed").count(), 0)));
});
