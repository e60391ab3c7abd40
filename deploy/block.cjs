// Loads deploy/block/, which is TypeScript as the functions' schemas are. Node 20 does not load TypeScript by itself, so esbuild
// makes one file of it, in memory.
const Module = require("node:module");
const { join } = require("node:path");
const { buildSync } = require("esbuild");

const { outputFiles } = buildSync({
  entryPoints: [join(__dirname, "block", "main.ts")],
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  write: false,
  logLevel: "silent",
});
const made = new Module(join(__dirname, "block", "main.cjs"), module);
made._compile(outputFiles[0].text, made.id);

/** @type {typeof import("./block/main.ts")} */
module.exports = made.exports;
