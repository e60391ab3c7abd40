import { execFile } from "node:child_process";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { inTemporaryFolder } from "./npm.ts";
import type { Template } from "./tree.ts";

/** What the package is made of, beside serverless.yml. */
const SOURCES = ["functions", "shared", "deploy", "node_modules", "package.json"];
/** Where the block that a user edits stands in serverless.yml. */
const BLOCK = /(?<=^custom:\n).*?(?=^ {2}# -+ nothing below)/ms;
/** What makes the zips, which are there already. */
const BUNDLERS = / {2}- (serverless-esbuild|\.\/deploy\/clear-build-folder\.cjs)\n/g;
const HANDLER = /^( {4})handler: functions\/([\w-]+)\/handler\.handler\n/gm;

type Block = Readonly<Record<string, unknown>>;
type Serverless = (...words: readonly string[]) => Promise<unknown>;

/**
 * Packages a copy of the project that differs from it in the block alone, and gives the template. Its zips are those of the package that
 * is there: no code depends on the block.
 */
export async function packageWith(project: string, block: Block): Promise<Template> {
  const text = (await withBlock(project, block))
    .replace(BUNDLERS, "")
    .replace(
      HANDLER,
      (line, indent, name) => `${line}${indent}package: { artifact: ${zipOf(project, name)} }\n`,
    );
  return inCopyOf(project, text, async (folder, serverless) => {
    await serverless("package");
    const file = join(folder, ".serverless", "cloudformation-template-update-stack.json");
    return JSON.parse(await readFile(file, "utf8"));
  });
}

/** The text of serverless.yml with another block. */
export async function withBlock(project: string, block: Block): Promise<string> {
  const text = await readFile(join(project, "serverless.yml"), "utf8");
  if (!BLOCK.test(text))
    throw new Error("serverless.yml: expected a block between `custom:` and the line of dashes");
  const lines = Object.entries(block).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  return text.replace(BLOCK, () => lines.join(""));
}

/**
 * Does something with Serverless in a copy of the project that has this text as its serverless.yml, with nothing in the environment that
 * says who or where one is.
 */
export function inCopyOf<T>(
  project: string,
  text: string,
  work: (folder: string, serverless: Serverless) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    for (const each of SOURCES) await symlink(join(project, each), join(folder, each));
    await writeFile(join(folder, "serverless.yml"), text);
    const { PATH = "", HOME = "" } = process.env;
    const program = join(project, "node_modules", ".bin", "serverless");
    return work(folder, (...words) =>
      promisify(execFile)(program, words, { cwd: folder, env: { PATH, HOME } }),
    );
  });
}

/** Where a function's zip is, once the project is packaged. */
export function zipOf(project: string, name: string): string {
  return join(project, ".serverless", `${name}.zip`);
}
