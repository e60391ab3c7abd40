// What npm makes for a release: packages, and the list of what the program is made of.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The package of a folder, with its name. */
export async function packed(folder: string): Promise<{ name: string; bytes: Uint8Array }> {
  return inTemporaryFolder(async (to) => {
    const { stdout } = await execute("npm", ["pack", "--json", "--pack-destination", to], { cwd: folder });
    const [{ filename }] = JSON.parse(stdout);
    return { name: filename, bytes: await readFile(join(to, filename)) };
  });
}

/**
 * The list of what runs in the functions. `cyclonedx-npm` makes it: `npm sbom --omit dev` leaves out whatever
 * a tool needs too.
 */
export async function billOfMaterials(project: string): Promise<string> {
  const tool = join(project, "deploy", "release", "sbom");
  const program = join(tool, "node_modules", ".bin", "cyclonedx-npm");
  if (!existsSync(program))
    await execute("npm", ["ci", "--omit=optional", "--ignore-scripts"], { cwd: tool });
  return inTemporaryFolder(async (to) => {
    const file = join(to, "bom.json");
    const options = ["--omit", "dev", "--output-reproducible", "--no-validate", "--output-file", file];
    await execute(program, options, { cwd: project });
    return readFile(file, "utf8");
  });
}

/** Does something in a folder that is gone afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "release-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
