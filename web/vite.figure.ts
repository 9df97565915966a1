/**
 * Builds `dist/figure.js`: the charts for an engine that knows ES5 (Duktape), as one script.
 * esbuild cannot go below ES2015, so that TypeScript does it.
 */
import ts from "typescript";
import { type Plugin, transformWithEsbuild, type UserConfig } from "vite";

function es5Of(code: string, name: string, warn: (text: string) => void): string {
  const { outputText, diagnostics } = ts.transpileModule(code, {
    fileName: name,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.ESNext, allowJs: true, removeComments: true },
  });
  for (const { messageText } of diagnostics ?? []) warn(ts.flattenDiagnosticMessageText(messageText, "\n"));
  return outputText;
}

/** Lowers a bundle to ES5, then makes it small: at the end, since Vite would write it out in full. */
function lowered(): Plugin {
  return {
    name: "tacet-es5",
    async generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const code = es5Of(chunk.code, chunk.fileName, (text) => this.warn(text));
        const small = await transformWithEsbuild(code, chunk.fileName, {
          minifyWhitespace: true,
          minifyIdentifiers: true,
          // Would move expressions with `in` into the heads of loops, where Duktape refuses them.
          minifySyntax: false,
          target: "es5",
          legalComments: "none",
          charset: "ascii",
        });
        chunk.code = small.code;
      }
    },
  };
}

/** What Vite is to do for `--mode figure`. */
export function figureConfig(): UserConfig {
  return {
    // The engine has no `process`; ECharts asks it whether to check its input as it is developed.
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [lowered()],
    build: {
      // Nothing is lowered twice: what esbuild makes of a spread is more than the engine has.
      target: "es2022",
      minify: false,
      // The page is there already.
      emptyOutDir: false,
      lib: { entry: "src/figure.ts", formats: ["iife"], name: "tacet", fileName: () => "figure.js" },
    },
  };
}
