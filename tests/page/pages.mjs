// Pages to open: of data that no model made (every kind, on any machine), and of the tool's own.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// Where web/ is built, with its packages and with the generator of made data.
const web = process.env.TACET_WEB
  ? new URL(`${pathToFileURL(process.env.TACET_WEB)}/`)
  : new URL("../../web/", import.meta.url);
export const requireWeb = createRequire(new URL("package.json", web));

const dataMark = '"%TACET_PAGE_DATA%"';
const titleMark = "%TACET_PAGE_TITLE%";

/** A prompt that would be a page of its own if anything took it for HTML. */
export const hostileText = [
  '<img src=x onerror="window.ran=1"><script>window.ran=2</script>',
  "</script><script>window.ran=3</script><!--<svg onload=window.ran=4>",
  "{{7*7}} ${window.ran=5} {a|b} %TACET_PAGE_DATA% &amp;",
  "\u0000\u001b[31m\u202egnp.exe\u2066 \u2028 שלום",
].join(" ");

/** The part of it that mini's 128 positions hold, and that a command line can. */
const toolHostileText =
  "</script><script>window.ran=3</script><img src=x onerror=window.ran=1> &amp; {a|b} \u001b[31m\u202egnp.exe \u2028";

/** The generators of web/test, as JavaScript. */
async function generators(folder) {
  const { build } = requireWeb("esbuild");
  const outfile = join(folder, "made_data.mjs");
  const paths = ["made_data", "made_neighbours"].map((name) => fileURLToPath(new URL(`test/${name}.ts`, web)));
  await build({
    stdin: { contents: paths.map((path) => `export * from ${JSON.stringify(path)};`).join("\n"), resolveDir: folder },
    bundle: true,
    format: "esm",
    outfile,
    logLevel: "error",
  });
  return import(pathToFileURL(outfile));
}

/** JSON as the tool writes it into the page: nothing in it means anything to HTML. */
export function escapedJson(data) {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0).toString(16).padStart(4, "0")}`,
  );
}

function escapedHtml(text) {
  return text.replace(/&/gu, "&amp;").replace(/</gu, "&lt;").replace(/>/gu, "&gt;").replace(/"/gu, "&quot;");
}

/** The template with data and title in it. */
export function filledTemplate(template, data, title) {
  for (const mark of [dataMark, titleMark]) {
    if (template.split(mark).length !== 2) throw new Error(`the template does not hold ${mark} once`);
  }
  const [head, rest] = template.split(titleMark);
  const [middle, tail] = rest.split(dataMark);
  return head + escapedHtml(title) + middle + escapedJson(data) + tail;
}

function manyPrompts(n) {
  return Array.from({ length: n }, (_, at) => `Prompt ${at} tells of a cat that sat on mat ${at} and ate a pie.`);
}

/** Pages of made data: their addresses by name. */
export async function madePages(templatePath) {
  const folder = mkdtempSync(join(tmpdir(), "tacet-page-"));
  const { madeData, madePatch, madePredict } = await generators(folder);
  const template = readFileSync(templatePath, "utf8");
  const hostile = madeData({ layers: 4, heads: 3, prompts: [hostileText, "two of them"], pairs: 2, leftOut: ["<b>left</b>"] });
  hostile.model.id = "../<i>model</i>\u202e";
  hostile.title = "<script>window.ran=6</script>";
  hostile.prompts[0].id = "</option><b>";
  const requests = {
    sweep: madeData({ layers: 24, heads: 16, pairs: 10, joint: ["L3H5+L20H2"], leftOut: ["Of 385 interventions, 10 have matrices of pairs."] }),
    study: madeData({ layers: 12, heads: 12, pairs: 3, study: true, seed: 7 }),
    prompts: madeData({ layers: 12, heads: 12, prompts: manyPrompts(5), pairs: 2, seed: 5 }),
    tests: madeData({ layers: 12, heads: 12, prompts: manyPrompts(8), pairs: 2, seed: 5, beside: ["dyadic", "token-swap"], noise: 0.0003, followed: 2 }),
    one: oneHead(madeData({ layers: 6, heads: 4, pairs: 24, seed: 9 }), "L3H1"),
    large: madeData({ layers: 24, heads: 16, prompts: manyPrompts(100), large: true, seed: 11, leftOut: ["Left out: t."] }),
    hostile,
    predict: madePredict({ layers: 12, heads: 12, modes: ["zero", "mean"], others: 1, seed: 3 }),
    predictOne: hostilePredict(madePredict({ layers: 4, heads: 3, specs: ["L1H0+L3H2"], prompt: hostileText, contrast: false })),
    patch: madePatch({ layers: 12, heads: 12, by: "head,position", seed: 3 }),
    patchHeads: madePatch({ layers: 6, heads: 4, by: "head", equal: true }),
    patchPairs: madePatch({ layers: 12, heads: 12, by: "block,position", pairs: 3, direction: "noise" }),
  };
  const pages = {};
  for (const [name, data] of Object.entries(requests)) {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, filledTemplate(template, data, data.title || "tacet"));
    pages[name] = path;
  }
  return pages;
}

function hostilePredict(data) {
  data.title = "<script>window.ran=6</script>";
  data.targets[0].token = { id: 4486, text: "</script><script>window.ran=7</script>" };
  data.texts[2].text = "<img src=x onerror=window.ran=8>\u202e";
  return data;
}

/** The document of `silence`: one intervention alone. */
function oneHead(data, spec) {
  const prompt = data.prompts[0];
  const at = data.interventions.findIndex((entry) => entry.spec === spec);
  const rows = (index) => data.model.n_layer - data.interventions[index].cut_layer + 1;
  const before = prompt.present.slice(0, at).reduce((sum, index) => sum + rows(index), 0);
  const cut = (text, from, to, size) => {
    const bytes = Buffer.from(text, "base64").subarray(from * size, to * size);
    return bytes.toString("base64");
  };
  const part = (columns, from, to) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, text]) => [name, text === null ? null : cut(text, from, to, name === "code" ? 1 : 4)]),
    );
  prompt.summary = part(prompt.summary, at, at + 1);
  prompt.ripple = part(prompt.ripple, at, at + 1);
  prompt.cells = part(prompt.cells, before, before + rows(at));
  prompt.present = [0];
  prompt.pairs.silenced = prompt.pairs.silenced.filter((entry) => entry.intervention === at).map((entry) => ({ ...entry, intervention: 0 }));
  data.interventions = [data.interventions[at]];
  return data;
}

/** Pages that the tool itself writes, from its embedded model. */
export function toolPages(tool) {
  const folder = mkdtempSync(join(tmpdir(), "tacet-tool-page-"));
  const run = (...parts) => execFileSync(tool, [...parts, "--quiet"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const at = (name) => join(folder, name);
  run("silence", "I asked my pizza for a joke.", "--heads", "L3H5", "--pair", "pizza,joke", "--report", at("silence.html"));
  run("sweep", "I asked my pizza for a joke.", "Tacet is what a score says.", "--test", "paired,token-swap", "--db", at("sweep.db"), "--report", at("sweep.html"));
  run("silence", "--heads", "L3H5", "--report", at("hostile.html"), toolHostileText);
  run("study", "I asked my pizza for a joke.", "--out", at("study"));
  run("report", "--db", at("sweep.db"), "--out", at("report.html"));
  run("predict", "I asked my pizza for a", "--target", " joke", "--contrast", " pizza", "--report", at("predict.html"));
  run("patch", "--clean", "I like Mary", "--corrupt", "I like John", "--target", ".", "--contrast", ",", "--by", "head,position", "--report", at("patch.html"));
  return {
    toolSilence: at("silence.html"),
    toolSweep: at("sweep.html"),
    toolHostile: at("hostile.html"),
    toolStudy: join(at("study"), "report.html"),
    toolReport: at("report.html"),
    toolPredict: at("predict.html"),
    toolPatch: at("patch.html"),
  };
}
