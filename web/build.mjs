// Builds the styles and scripts of the pages into web/dist, which the executable embeds.
import { build } from "esbuild";
import { copyFile, rm } from "node:fs/promises";

const out = "web/dist";
await rm(out, { recursive: true, force: true });
await build({
  entryPoints: { heli: "web/src/heli.js" },
  outdir: out,
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  target: "es2022",
  chunkNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
});
// The worker that keeps a phone's pages is a script of its own.
await build({
  entryPoints: { worker: "web/src/worker.js" },
  outdir: out,
  bundle: true,
  minify: true,
  target: "es2022",
  logLevel: "warning",
});
await build({
  entryPoints: { heli: "web/styles/all.css" },
  outdir: out,
  bundle: true,
  minify: true,
  target: "chrome105",
  logLevel: "warning",
});
await copyFile("web/styles/mark.svg", `${out}/mark.svg`);
