import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Template } from "./tree.ts";

/** What the package is made of, beside serverless.yml. */
const SOURCES = ["functions", "shared", "deploy", "node_modules", "package.json"];
/** Where the block that a user edits stands in serverless.yml. */
const BLOCK = /(?<=^custom:\n).*?(?=^ {2}# -+ nothing below)/ms;
/** What makes the zips, which are there already. */
const BUNDLERS = / {2}- (serverless-esbuild|\.\/deploy\/clear-build-folder\.cjs)\n/g;
const HANDLER = /^( {4})handler: functions\/([\w-]+)\/handler\.handler\n/gm;

/**
 * Packages a copy of the project that differs from it in the block alone, and gives the template. Its zips are those of the package that
 * is there: no code depends on the block.
 */
export async function packageWith(
  project: string,
  block: Readonly<Record<string, unknown>>,
): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), "release-"));
  try {
    for (const each of SOURCES) await symlink(join(project, each), join(folder, each));
    const text = await readFile(join(project, "serverless.yml"), "utf8");
    const lines = Object.entries(block).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
    const changed = text
      .replace(BLOCK, () => lines.join(""))
      .replace(BUNDLERS, "")
      .replace(
        HANDLER,
        (line, indent, name) => `${line}${indent}package: { artifact: ${zipOf(project, name)} }\n`,
      );
    await writeFile(join(folder, "serverless.yml"), changed);
    const { PATH = "", HOME = "" } = process.env;
    const serverless = join(project, "node_modules", ".bin", "serverless");
    await promisify(execFile)(serverless, ["package"], { cwd: folder, env: { PATH, HOME } });
    const file = join(folder, ".serverless", "cloudformation-template-update-stack.json");
    return JSON.parse(await readFile(file, "utf8"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Where a function's zip is, once the project is packaged. */
export function zipOf(project: string, name: string): string {
  return join(project, ".serverless", `${name}.zip`);
}
