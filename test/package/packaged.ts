// Runs `npm run package` once for all tests here, as in a fresh clone without credentials, and reads what came out of it.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** How long packaging may take, in milliseconds: some seconds, more on a machine that does much else. */
export const PACKAGING_MS = 120_000;

export const FUNCTIONS = ["deregister", "terminate"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
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
  readonly environment: Readonly<Record<string, string>>;
  /** The scheduled event's input, parsed. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly roleId: string;
};

export type Package = {
  readonly resources: Resources;
  readonly functions: Readonly<Record<FunctionName, PackagedFunction>>;
};

let packaged: Promise<Package> | undefined;

/** The package; made at the first call. */
export function thePackage(): Promise<Package> {
  packaged ??= runPackage().then(readPackage);
  return packaged;
}

/** Runs the package script, with nothing in its environment that says who or where one is. */
export async function runPackage(): Promise<void> {
  const { PATH = "", HOME = "" } = process.env;
  await promisify(execFile)("npm", ["run", "package"], { cwd: PROJECT, env: { PATH, HOME } });
}

/** The bytes of a function's zip. */
export async function readZip(name: FunctionName): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(PROJECT, ".serverless", `${name}.zip`)));
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

async function readPackage(): Promise<Package> {
  const file = join(PROJECT, ".serverless", "cloudformation-template-update-stack.json");
  const { Resources: resources } = JSON.parse(await readFile(file, "utf8")) as { Resources: Resources };
  const [deregister, terminate] = await Promise.all(FUNCTIONS.map((name) => readFunction(resources, name)));
  return { resources, functions: { deregister, terminate } as Package["functions"] };
}

async function readFunction(resources: Resources, name: FunctionName): Promise<PackagedFunction> {
  const { id, properties } = resourceOf(resources, "AWS::Lambda::Function", ({ Handler }) =>
    String(Handler).includes(`/${name}/`),
  );
  const target = targetsOf(resources).find(({ Arn }) => JSON.stringify(Arn).includes(`"${id}"`));
  const { Variables } = properties.Environment as { Variables: Record<string, string> };
  const role = /^\$\{(\w+)\.Arn\}$/.exec((properties.Role as { "Fn::Sub": string })["Fn::Sub"])?.[1];
  return {
    name,
    zip: await readZip(name),
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
