import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import type { FunctionsCode } from "../../cli/in-process.ts";

export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** The functions' code of the version before this one, as `npm run keep-version` kept it. */
export const BEFORE = join(PROJECT, "test/versions/before.mjs.gz");

let loaded: Promise<FunctionsCode> | undefined;

/** The functions of the version before this one. Their packages are those that are installed. */
export function versionBefore(): Promise<FunctionsCode> {
  loaded ??= load();
  return loaded;
}

// Node finds the packages of a module by where its file is.
async function load(): Promise<FunctionsCode> {
  const text = gunzipSync(readFileSync(BEFORE));
  const name = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const folder = join(PROJECT, "node_modules/.cache/asg-drain");
  const file = join(folder, `${name}.mjs`);
  mkdirSync(folder, { recursive: true });
  // Several processes may do this at once: none may read half of it.
  const unfinished = join(folder, `${name}-${process.pid}.mjs`);
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
  return await import(pathToFileURL(file).href);
}
