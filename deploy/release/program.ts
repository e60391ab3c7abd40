// Makes bin/asg-drain.mjs, the program of the npm package: `npm pack` runs it first. All that it imports is in it, because nobody who installs
// the package has the project's development dependencies, and Node reads no TypeScript of a package.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** What is not written as modules asks for Node's own by `require`. */
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

await build({
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
});
