// Runs `npm run package` once for all tests here, as in a fresh clone without credentials, and reads what came out of it.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";
import { inCopyOf, withBlock } from "../../deploy/release/package-with.ts";

export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

export const FUNCTIONS = ["deregister", "terminate", "scale-tasks"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** A CloudFormation resource. */
export type Resource = { readonly Type: string; readonly Properties: { readonly [key: string]: Json } };
export type Resources = Readonly<Record<string, Resource>>;

/** One of the packaged functions, as its template describes it. */
export type PackagedFunction = {
  readonly name: FunctionName;
  readonly zip: Uint8Array;
  readonly handler: string;
  readonly functionName: string;
  readonly timeoutSeconds: number;
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, Json>>;
  /** The scheduled event's input, parsed. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly roleId: string;
};

export type Package = {
  readonly resources: Resources;
  /** The template's text. */
  readonly text: string;
  /** The statements of the stack's policy. */
  readonly stackPolicy: Json;
  /** The tags of the stack, if it has any. */
  readonly stackTags: Json | undefined;
  readonly functions: Readonly<Record<FunctionName, PackagedFunction>>;
};

let packaged: Promise<Package> | undefined;

/** The package; made at the first call. */
export function thePackage(): Promise<Package> {
  packaged ??= runPackage().then(() => readPackage(PROJECT));
  return packaged;
}

/** Runs the package script, with nothing in its environment that says who or where one is. */
export async function runPackage(): Promise<void> {
  const { PATH = "", HOME = "" } = process.env;
  await promisify(execFile)("npm", ["run", "package"], { cwd: PROJECT, env: { PATH, HOME } });
}

/** The bytes of a function's zip. */
export async function readZip(name: FunctionName, folder = PROJECT): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(folder, ".serverless", `${name}.zip`)));
}

/** serverless.yml in three parts: the block that a user edits is the one in the middle. */
export async function readServerless(): Promise<{ before: string; block: string; after: string }> {
  const text = await readFile(join(PROJECT, "serverless.yml"), "utf8");
  const parts = /^(?<before>.*?^custom:\n)(?<block>.*?)(?<after>^ {2}# -+ nothing below.*)$/ms.exec(
    text,
  )?.groups;
  if (!parts) throw new Error("serverless.yml: expected a block between `custom:` and the line of dashes");
  return parts as { before: string; block: string; after: string };
}

/** The block that a user edits, as it is committed. */
export async function readBlock(): Promise<
  Readonly<Record<string, unknown> & { deregister: object; scale_tasks: object }>
> {
  return parse((await readServerless()).block, { merge: true });
}

/** Packages a copy of the project that differs from it in the block alone. */
export async function packageWith(block: Readonly<Record<string, unknown>>): Promise<Package> {
  return inCopyOf(PROJECT, await withBlock(PROJECT, block), async (folder, serverless) => {
    await serverless("package");
    return await readPackage(folder);
  });
}

/**
 * What is printed where a copy of the project with this block is not packaged. Throws if it is.
 *
 * @param more what stands in serverless.yml besides
 */
export async function refusalOf(block: Readonly<Record<string, unknown>>, more = ""): Promise<string> {
  return inCopyOf(PROJECT, `${await withBlock(PROJECT, block)}\n${more}`, async (folder, serverless) => {
    const printed = await serverless("package").then(
      () => undefined,
      ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`,
    );
    if (printed === undefined || existsSync(join(folder, ".serverless"))) throw new Error("it was packaged");
    return printed;
  });
}

/** The only resource of a type whose properties pass `which`. */
export function resourceOf(
  resources: Resources,
  type: string,
  which: (properties: Resource["Properties"]) => boolean = () => true,
): { readonly id: string; readonly properties: Resource["Properties"] } {
  const found = Object.entries(resources).filter(
    ([, resource]) => resource.Type === type && which(resource.Properties),
  );
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`expected one ${type}, found ${found.length}`);
  return { id: only[0], properties: only[1].Properties };
}

async function readPackage(folder: string): Promise<Package> {
  const file = join(folder, ".serverless", "cloudformation-template-update-stack.json");
  const text = await readFile(file, "utf8");
  const { Resources: resources } = JSON.parse(text) as { Resources: Resources };
  const functions = await Promise.all(FUNCTIONS.map((name) => readFunction(resources, name, folder)));
  const state = JSON.parse(await readFile(join(folder, ".serverless", "serverless-state.json"), "utf8"));
  return {
    resources,
    text,
    stackPolicy: state.service.provider.stackPolicy,
    stackTags: state.service.provider.stackTags,
    functions: Object.fromEntries(functions.map((each) => [each.name, each])) as Package["functions"],
  };
}

async function readFunction(
  resources: Resources,
  name: FunctionName,
  folder: string,
): Promise<PackagedFunction> {
  const { id, properties } = resourceOf(resources, "AWS::Lambda::Function", ({ Handler }) =>
    String(Handler).includes(`/${name}/`),
  );
  const target = targetsOf(resources).find(({ Arn }) => JSON.stringify(Arn).includes(`"${id}"`));
  const { Variables } = properties.Environment as { Variables: Record<string, Json> };
  const role = /^\$\{(\w+)\.Arn\}$/.exec((properties.Role as { "Fn::Sub": string })["Fn::Sub"])?.[1];
  return {
    name,
    zip: await readZip(name, folder),
    handler: properties.Handler as string,
    functionName: properties.FunctionName as string,
    timeoutSeconds: properties.Timeout as number,
    memorySize: properties.MemorySize as number,
    environment: Variables,
    input: JSON.parse(target?.Input ?? "null"),
    roleId: role as string,
  };
}

function targetsOf(resources: Resources): { Arn: Json; Input: string }[] {
  return Object.values(resources)
    .filter(({ Type }) => Type === "AWS::Events::Rule")
    .flatMap(({ Properties }) => Properties.Targets as unknown as { Arn: Json; Input: string }[]);
}
