import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
/** A value of the template that stands for another one of its block, or for what a file works out of that block. */
const OF_BLOCK = /^\$\{self:custom\.(?<path>[\w.]+)\}$/;
const OF_FILE = /^\$\{file\((?<file>[^)]+)\):(?<name>\w+)\}$/;

type Input = Readonly<Record<string, unknown>>;

/** What `serverless.yml` deploys, as far as it decides what a drain costs. */
export type Template = {
  readonly group: string;
  readonly hookTimeoutSeconds: number;
  readonly deregister: Input & {
    readonly lifecycle_queue_name: string;
    readonly elb_monitor_queue_name: string;
    readonly elb_name: string;
    readonly cluster_name: string;
  };
  readonly terminate: Input;
  readonly timeoutSeconds: { readonly deregister: number; readonly terminate: number };
  readonly visibilityTimeoutSeconds: number;
  readonly memoryMegabytes: number;
};

/** The template as it is, so that no figure rests on a copy of it. */
export const template: Template = await readTemplate();

async function readTemplate(): Promise<Template> {
  const { custom, provider, functions } = parse(readFileSync(`${PROJECT}/serverless.yml`, "utf8"), {
    merge: true,
    logLevel: "error",
  });
  return {
    group: custom.auto_scaling_group_name,
    hookTimeoutSeconds: custom.heartbeat_timeout_seconds,
    deregister: await resolve(inputOf(functions.deregister), custom),
    terminate: await resolve(inputOf(functions.terminate), custom),
    timeoutSeconds: { deregister: functions.deregister.timeout, terminate: functions.terminate.timeout },
    visibilityTimeoutSeconds: custom.queue.VisibilityTimeout,
    memoryMegabytes: provider.memorySize,
  };
}

function inputOf({ events }: { events: readonly { eventBridge?: { input: unknown } }[] }): unknown {
  return events.find(({ eventBridge }) => eventBridge !== undefined)?.eventBridge?.input;
}

// Serverless's variables, as far as the inputs use them. One of another kind stays as it is, and the functions refuse it.
async function resolve(value: unknown, block: unknown): Promise<never> {
  return (await resolved(value, block)) as never;
}

async function resolved(value: unknown, block: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((each) => resolved(each, block)));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(async ([key, each]) => [key, await resolved(each, block)]);
    return Object.fromEntries(await Promise.all(entries));
  }
  if (typeof value !== "string") return value;
  const { path } = OF_BLOCK.exec(value)?.groups ?? {};
  if (path !== undefined) return resolved(at(block, path.split(".")), block);
  const { file, name } = OF_FILE.exec(value)?.groups ?? {};
  if (file === undefined || name === undefined) return value;
  const exported = createRequire(import.meta.url)(`${PROJECT}/${file}`);
  return exported[name]({
    resolveConfigurationProperty: async ([, ...keys]: readonly string[]) => resolved(at(block, keys), block),
  });
}

function at(block: unknown, keys: readonly string[]): unknown {
  return keys.reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], block);
}
