// Keeps the functions' code of a commit, so that this version can be played beside it: in an upgrade, or while it is rolled back.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { build } from "esbuild";
import { endUsage } from "../../cli/usage.ts";
import { BEFORE, PROJECT } from "./before.ts";

const [ref = "HEAD"] = new Command("npm run keep-version --")
  .description("Keeps the functions' code of a commit as that of the version before this one.")
  .argument("[ref]", "the commit, or the tag of a release", "HEAD")
  .exitOverride(endUsage)
  .parse().args;

const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: PROJECT });
const commit = git("rev-parse", "--short", `${ref}^{commit}`).toString().trim();
const folder = mkdtempSync(join(tmpdir(), "version-"));
try {
  const sources = ["cli", "functions", "shared", "simulator", "package.json", "tsconfig.json"];
  execFileSync("tar", ["-x", "-C", folder], { input: git("archive", commit, ...sources) });
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  const { outputFiles } = await build({
    entryPoints: [join(folder, "cli/code.ts")],
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
