import { defineConfig } from "vite";

/** Two things are built: the page's template, and (with `--mode figure`) the script of the figures. */
export default defineConfig(async ({ mode }) =>
  mode === "figure" ? (await import("./vite.figure")).figureConfig() : (await import("./vite.page")).pageConfig(),
);
