// Makes bin/: asg-drain.mjs, the program of the npm package: `npm pack` runs it first. All that it imports is in it, because nobody who installs
// the package has the project's development dependencies, and Node reads no TypeScript of a package. Beside it are the licences of what is in it.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** What is not written as modules asks for Node's own by `require`. */
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** The folder of the package that a file is in. */
const PACKAGE = /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/;

const { metafile } = await build({
  absWorkingDir: PROJECT,
  entryPoints: ["cli/asg-drain.ts"],
  outfile: "bin/asg-drain.mjs",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.20",
  minify: true,
  // Names are in errors and in what is printed of them.
  keepNames: true,
  legalComments: "eof",
  banner: { js: REQUIRE },
  metafile: true,
});
const folders = new Set(Object.keys(metafile.inputs).flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
const licences = await Promise.all([...folders].sort().map(licenceOf));
await writeFile(join(PROJECT, "bin", "LICENSES.txt"), licences.join("\n"));

async function licenceOf(folder: string): Promise<string> {
  const about = JSON.parse(await readFile(join(PROJECT, folder, "package.json"), "utf8"));
  const names = (await readdir(join(PROJECT, folder))).filter((name) => /^(licen[cs]e|notice)/i.test(name));
  const texts = await Promise.all(names.sort().map((name) => readFile(join(PROJECT, folder, name), "utf8")));
  return [`${about.name} ${about.version}: ${about.license}`, ...texts.map((text) => text.trim()), ""].join(
    "\n\n",
  );
}
