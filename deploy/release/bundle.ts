import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** What is not written as modules asks for Node's own by `require`. */
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** The folder of the package that a file is in. */
const PACKAGE = /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/;

/**
 * Makes bin/asg-drain.mjs, the program of the npm package, with all that it imports in it. Nobody who installs the package has the
 * project's development dependencies, and Node reads no TypeScript of a package. Gives the folders of the packages that are in it.
 */
export async function bundleProgram(): Promise<readonly string[]> {
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
  const folders = Object.keys(metafile.inputs).flatMap((path) => PACKAGE.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/** Makes the file by which the construct checks its settings, with the schemas in it: whoever installs the construct has no zod. */
export async function bundleSchemas(file: string): Promise<void> {
  await build({
    absWorkingDir: PROJECT,
    entryPoints: ["deploy/release/construct.ts"],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.20",
    minify: true,
    legalComments: "eof",
  });
}
