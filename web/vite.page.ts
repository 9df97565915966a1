/**
 * Builds `dist/page.html`: one file with its script and its styles inside, and a policy that lets
 * exactly these run. The binary puts the data and the title into it.
 */
import { createHash } from "node:crypto";
import type { Plugin, UserConfig } from "vite";

/** Of a policy: what `text` must hash to. */
function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}

/** What the page may do: run this script, apply this style, show pictures that it made itself. */
function policyOf(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** Puts script and style into the page, and its policy on top. */
function oneFile(): Plugin {
  return {
    name: "tacet-one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      let html: string | null = null;
      let script = "";
      let style = "";
      for (const [name, item] of Object.entries(bundle)) {
        if (item.type === "chunk") script += item.code;
        else if (name.endsWith(".css")) style += String(item.source);
        else if (name.endsWith(".html")) html = String(item.source);
        delete bundle[name];
      }
      if (html === null || script === "" || style === "") {
        this.error("the page needs its HTML, one script and one style; one of them was not built");
      }
      // HTML reads every line's end as \n, and the policy hashes what HTML reads.
      script = script.replace(/\r\n?/gu, "\n");
      style = style.replace(/\r\n?/gu, "\n");
      // Neither may end its element, nor hold a mark that the binary looks for.
      for (const part of [script, style]) {
        if (/<\/(?:script|style)|<!--|%TACET_PAGE/iu.test(part)) this.error("the bundle holds </script, <!-- or a mark");
      }
      const head = html
        .replace(/\s*<script[^>]*\bsrc=[^>]*><\/script>/gu, "")
        .replace(/\s*<link[^>]*\brel="?stylesheet[^>]*>/gu, "");
      const source = head
        .replace(
          /<meta charset="utf-8">/u,
          (charset) => `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policyOf(script, style)}">`,
        )
        .replace("</head>", () => `  <style>${style}</style>\n  </head>`)
        .replace("</body>", () => `  <script>${script}</script>\n  </body>`);
      if (source.split('"%TACET_PAGE_DATA%"').length !== 2) this.error("the page's mark for the data is not there once");
      this.emitFile({ type: "asset", fileName: "page.html", source });
    },
  };
}

/** The page's build. */
export function pageConfig(): UserConfig {
  return {
    plugins: [oneFile()],
    build: {
      target: "es2022",
      emptyOutDir: false,
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      rollupOptions: { output: { format: "iife", inlineDynamicImports: true } },
    },
  };
}
