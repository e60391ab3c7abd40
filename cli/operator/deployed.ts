import * as z from "zod/mini";
import { deregisterInput } from "../../functions/deregister/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { parseJson } from "../../shared/base/json.ts";
import { problemsText } from "../../shared/base/validation-problems.ts";
import type { LogLine, LogsPort } from "../aws/logs.ts";
import { OptionsError } from "../options-error.ts";
import { HOOK } from "../run/input.ts";

/** The functions' settings, as far as a command needs them. */
export type Settings = Partial<z.infer<typeof terminateInput>>;

/** Where settings come from: options, what the functions have logged, or nowhere, so that defaults stand for them. */
export type SettingsSource = "options" | "logs" | "defaults";

/** How the functions are deployed, as far as their logs tell. */
export type Deployed = {
  readonly settings: Settings;
  readonly source: SettingsSource;
  /** When terminate's newest run began, in milliseconds since 1970. Undefined where the logs tell none. */
  readonly lastRunAt: number | undefined;
};

/** The functions run each minute. A run that is this old may be their last. In milliseconds. */
const LOOKED_BACK_MS = 600_000;
/** How far back the logs are read where nobody knows when a termination began, and before its beginning. In milliseconds. */
const UNKNOWN_MS = 3_600_000;
const MARGIN_MS = 60_000;
const STARTED = '{ $.message = "run started" }';

/** The log group of a function of a deployment, as the template names it. */
function logGroupOf(deployment: string, name: "deregister" | "terminate"): string {
  return `/aws/lambda/${deployment}-${name}`;
}

/**
 * Reads how the functions are deployed: each run logs its input first. Terminate's own keys stand over deregister's, as in its runs.
 * Throws an AwsCallError where the logs cannot be read.
 *
 * @param now in milliseconds since 1970
 */
export async function readDeployed(logs: LogsPort, deployment: string, now: number): Promise<Deployed> {
  const [begun, ended] = await Promise.all(
    (["deregister", "terminate"] as const).map((name) =>
      logs.lines({ group: logGroupOf(deployment, name), pattern: STARTED, since: now - LOOKED_BACK_MS }),
    ),
  );
  return deployedBy(begun, ended);
}

/** What the logs say of one instance, and of how the functions do. */
export type LogsAbout = {
  readonly deployed: Deployed;
  /** The lines about the instance, and about calls that failed, the oldest first. */
  readonly lines: readonly LogLine[];
};

/**
 * Reads what the functions have logged of an instance since a time in milliseconds since 1970, or of the last hour, and how they are
 * deployed: a search a function. Undefined where there are no such log groups. Throws an AwsCallError where they cannot be read.
 */
export async function logsAbout(
  logs: LogsPort,
  deployment: string,
  {
    instanceId,
    since,
    now,
  }: { readonly instanceId: string; readonly since: number | undefined; readonly now: number },
): Promise<LogsAbout | undefined> {
  const pattern = `?"run started" ?"call failed" ?"${instanceId}"`;
  const from = Math.min(since ?? now - UNKNOWN_MS, now - LOOKED_BACK_MS) - MARGIN_MS;
  const [begun, ended] = await Promise.all(
    (["deregister", "terminate"] as const).map((name) =>
      logs.lines({ group: logGroupOf(deployment, name), pattern, since: from }),
    ),
  );
  if (begun === undefined && ended === undefined) return undefined;
  const lines = [...(begun ?? []), ...(ended ?? [])].sort((a, b) => (a.time < b.time ? -1 : 1));
  return { deployed: deployedBy(begun, ended), lines };
}

function deployedBy(begun: readonly LogLine[] = [], ended: readonly LogLine[] = []): Deployed {
  const isStart = ({ message }: LogLine) => message === "run started";
  const last = ended.findLast(isStart);
  const settings = {
    ...inputIn(begun.findLast(isStart), deregisterInput),
    ...inputIn(last, terminateInput),
  };
  return {
    settings,
    source: Object.keys(settings).length === 0 ? "defaults" : "logs",
    lastRunAt: last === undefined ? undefined : Date.parse(last.time),
  };
}

// The keys of the line that are keys of the input, each as it can be read. A list that was too long for its line is left out.
function inputIn(
  line: LogLine | undefined,
  schema: typeof deregisterInput | typeof terminateInput,
): Settings {
  const { shape } = schema._zod.def;
  const keys = Object.entries(line ?? {}).flatMap(([key, value]) => {
    const own = Object.hasOwn(shape, key) ? shape[key as keyof typeof shape] : undefined;
    const parsed = own && z.safeParse(own as z.core.$ZodType, value);
    return parsed?.success ? [[key, parsed.data]] : [];
  });
  return Object.fromEntries(keys);
}

/** Settings that options give: keys of terminate's input as JSON, and hooks and clusters by name. */
export type SettingsOptions = {
  readonly input?: string | undefined;
  readonly hook?: readonly string[] | undefined;
  readonly cluster?: readonly string[] | undefined;
};

/** The settings that count: what options give stands over what was read. Throws an OptionsError that names each key that is wrong. */
export function settingsInForce(
  read: Settings,
  { input, hook = [], cluster = [] }: SettingsOptions,
): Settings {
  const given = input === undefined ? {} : objectIn(input);
  const settings: Settings = {
    ...read,
    ...given,
    ...(hook.length > 0 ? { lifecycle_hook_names: [...hook] } : {}),
    ...(cluster.length > 0 ? { cluster_names: [...cluster] } : {}),
  };
  const named: Settings = knowsHooks(settings) ? settings : { ...settings, lifecycle_hook_names: [HOOK] };
  const { queue_name = "none", ...rest } = named;
  const parsed = z.safeParse(terminateInput, { ...rest, queue_name }, { reportInput: true });
  if (!parsed.success) throw new OptionsError(`--input: ${problemsText(parsed.error, terminateInput)}`);
  return parsed.data;
}

function knowsHooks(settings: Settings): boolean {
  const {
    lifecycle_queue_name,
    lifecycle_hook_name,
    lifecycle_hook_names = [],
    lifecycle_topic_arns = [],
  } = settings;
  const one = lifecycle_queue_name ?? lifecycle_hook_name;
  return one !== undefined || lifecycle_hook_names.length + lifecycle_topic_arns.length > 0;
}

function objectIn(json: string): object {
  const value = parseJson(json);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new OptionsError(`--input: expected keys of terminate's input as a JSON object, found ${json}`);
  return value;
}
