// What npm makes for a release: packages, and the list of what the program is made of.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

/** The only lockfile that npm takes into a package. */
const LOCK = "npm-shrinkwrap.json";

/**
 * The package of the project, which npm can publish and from which Serverless deploys. Here the project is private, so that nobody publishes a
 * working copy. It has a lockfile, for `npm ci`.
 */
export async function projectPackage(project: string): Promise<{ name: string; bytes: Uint8Array }> {
  const { name, bytes } = await packed(project);
  return inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, name), bytes);
    await execute("tar", ["--extract", "--file", name], { cwd: folder });
    const root = join(folder, "package");
    const { private: _, ...about } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const { prepack: __, ...scripts } = about.scripts;
    const files = [...about.files, LOCK];
    await writeFile(join(root, "package.json"), `${JSON.stringify({ ...about, files, scripts }, null, 2)}\n`);
    await copyFile(join(project, "package-lock.json"), join(root, LOCK));
    return packed(root);
  });
}

/** What a bill of materials has, as far as it is read here. */
type Bill = {
  readonly metadata: { readonly component: { readonly "bom-ref": string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
};
type Component = {
  readonly "bom-ref": string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
};
type Dependency = { readonly ref: string; readonly dependsOn?: readonly string[] };

/**
 * The list of what runs in the functions. `cyclonedx-npm` makes it: `npm sbom --omit dev` leaves out whatever
 * a tool needs too.
 */
export function billOfFunctions(project: string): Promise<string> {
  return billOfMaterials(project, ["--omit", "dev"]);
}

/**
 * The list of what is in the program: of all that the project is made and tested with, that alone which is bundled.
 *
 * @param folders the folders of the packages in the bundle
 */
export async function billOfProgram(project: string, folders: readonly string[]): Promise<string> {
  const bill: Bill = JSON.parse(await billOfMaterials(project, ["--flatten-components"]));
  const components = bill.components
    .filter(({ properties = [] }) =>
      properties.some(({ name, value }) => name === "cdx:npm:package:path" && folders.includes(value)),
    )
    // It is what the project is developed with, and what whoever installs the program runs.
    .map(({ properties = [], ...each }) => ({
      ...each,
      properties: properties.filter(({ name }) => name !== "cdx:npm:package:development"),
    }));
  if (components.length !== folders.length)
    throw new Error(`${folders.length} packages are bundled, of which the bill has ${components.length}`);
  const refs = new Set([bill.metadata.component, ...components].map((each) => each["bom-ref"]));
  const dependencies = bill.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => {
      const kept = dependsOn.filter((each) => refs.has(each));
      return kept.length === 0 ? { ref } : { ref, dependsOn: kept };
    });
  return JSON.stringify({ ...bill, components, dependencies }, null, 2);
}

async function billOfMaterials(project: string, more: readonly string[]): Promise<string> {
  const tool = join(project, "deploy", "release", "sbom");
  const program = join(tool, "node_modules", ".bin", "cyclonedx-npm");
  if (!existsSync(program))
    await execute("npm", ["ci", "--omit=optional", "--ignore-scripts"], { cwd: tool });
  return inTemporaryFolder(async (to) => {
    const file = join(to, "bom.json");
    const options = ["--output-reproducible", "--no-validate", "--output-file", file];
    await execute(program, [...more, ...options], { cwd: project });
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
