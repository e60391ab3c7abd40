// Makes a release in release/: the templates, the functions' zips, the npm package, what changed, what it is made of, and the sums of all.
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { VERSION } from "../../shared/base/version.ts";
import { bundleProgram } from "./bundle.ts";
import { cdkPackage } from "./cdk.ts";
import { changesOf } from "./changes.ts";
import { type Files, json, nameInBucket, sums, text } from "./files.ts";
import { billOfFunctions, billOfProgram, projectPackage } from "./npm.ts";
import { packageWith, zipOf } from "./package-with.ts";
import { makeTemplates } from "./template.ts";
import { terraformModule } from "./terraform.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const FUNCTIONS = ["deregister", "terminate", "scale-tasks"];

const { PATH = "", HOME = "" } = process.env;
await promisify(execFile)("npm", ["run", "package"], { cwd: PROJECT, env: { PATH, HOME } });
const code = await codeFiles();
const files = { ...code, ...(await forTools(code)), ...(await otherFiles()) };
await write({ ...files, SHA256SUMS: text(sums(files)) });
process.stdout.write(`release/: asg-drain ${VERSION}, ${Object.keys(files).length} files\n`);

// The zips with the templates that name them.
async function codeFiles(): Promise<Files> {
  const zips = await Promise.all(
    FUNCTIONS.map(async (name) => ({ name, bytes: await readFile(zipOf(PROJECT, name)) })),
  );
  const names = Object.fromEntries(
    zips.map(({ name, bytes }) => [`${name}.zip`, nameInBucket(name, bytes, "zip")]),
  );
  const { template, core, task } = await makeTemplates((block) => packageWith(PROJECT, block), names);
  return {
    ...Object.fromEntries(zips.map(({ name, bytes }) => [nameInBucket(name, bytes, "zip"), bytes])),
    "template.json": json(template),
    [nameInBucket("core", json(core), "json")]: json(core),
    "task.json": json(task),
    "stack-policy.json": json({ Statement: await stackPolicy() }),
  };
}

// What CDK and Terraform need of it.
async function forTools(code: Files): Promise<Files> {
  const zips = Object.entries(code).filter(([name]) => name.endsWith(".zip"));
  const [template = "", core = new Uint8Array()] =
    Object.entries(code).find(([name]) => name.startsWith("core-")) ?? [];
  const policy = code["stack-policy.json"] as Uint8Array;
  const cdk = await cdkPackage(PROJECT, {
    ...Object.fromEntries(zips),
    "core.json": core,
    "stack-policy.json": policy,
  });
  return { [cdk.name]: cdk.bytes, ...(await terraformModule(PROJECT, { template, policy })) };
}

async function otherFiles(): Promise<Files> {
  const npm = await projectPackage(PROJECT);
  const changelog = await readFile(join(PROJECT, "CHANGELOG.md"), "utf8");
  return {
    [npm.name]: npm.bytes,
    "CHANGES.md": text(changesOf(changelog, VERSION)),
    "bom.json": text(await billOfFunctions(PROJECT)),
    "program-bom.json": text(await billOfProgram(PROJECT, await bundleProgram())),
  };
}

async function stackPolicy(): Promise<unknown> {
  const state = await readFile(join(PROJECT, ".serverless", "serverless-state.json"), "utf8");
  return JSON.parse(state).service.provider.stackPolicy;
}

async function write(all: Files): Promise<void> {
  const folder = join(PROJECT, "release");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(all)) await writeFile(join(folder, name), bytes);
}
