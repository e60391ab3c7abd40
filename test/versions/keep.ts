// Keeps the functions' code of a commit, so that this version can be played beside it: in an upgrade, or while it is rolled back.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { build } from "esbuild";
import { endUsage } from "../../cli/usage.ts";
import { BEFORE, PROJECT } from "./before.ts";

/** What of the code is exported. It is that of this version, so that commits from before there was one can be kept. */
const ENTRY = "cli/code.ts";
/** More than the sources of a version are, in bytes. */
const SOURCES_LIMIT = 64 * 1024 * 1024;

const [ref = "HEAD"] = new Command("npm run keep-version --")
  .description("Keeps the functions' code of a commit as that of the version before this one.")
  .argument("[ref]", "the commit, or the tag of a release", "HEAD")
  .exitOverride(endUsage)
  .parse().args;

const git = (...words: readonly string[]) =>
  execFileSync("git", words, { cwd: PROJECT, maxBuffer: SOURCES_LIMIT });
const commit = git("rev-parse", "--short", `${ref}^{commit}`).toString().trim();
const folder = mkdtempSync(join(tmpdir(), "version-"));
try {
  const sources = ["cli", "functions", "shared", "package.json"];
  execFileSync("tar", ["-x", "-C", folder], { input: git("archive", commit, ...sources) });
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  const { outputFiles } = await build({
    stdin: {
      contents: readFileSync(join(PROJECT, ENTRY), "utf8"),
      resolveDir: join(folder, dirname(ENTRY)),
      loader: "ts",
    },
    absWorkingDir: folder,
    banner: { js: `// The functions at ${commit}.` },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    minify: true,
    write: false,
  });
  const [bundle] = outputFiles;
  if (!bundle) throw new Error("esbuild wrote no bundle");
  writeFileSync(BEFORE, gzipSync(bundle.contents, { level: 9 }));
  process.stdout.write(`kept the functions at ${commit}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
