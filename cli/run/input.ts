import * as z from "zod/mini";
import { terminateInput } from "../../functions/terminate/input.ts";
import { parseJson } from "../../shared/base/json.ts";
import { problemsText } from "../../shared/base/validation-problems.ts";
import { OptionsError } from "../options-error.ts";

/** The options of the command that say what is drained. */
export type DrainOptions = {
  readonly group?: readonly string[];
  readonly groupTag?: string;
  readonly hook?: readonly string[];
  readonly cluster?: readonly string[];
  readonly queue?: string;
  readonly dryRun?: true;
  readonly input?: string;
};

/** Terminate's input. */
export type Input = z.infer<typeof terminateInput>;

/** What the queue in memory is called in the log. */
const IN_MEMORY = "in-memory";
/** The name of the hook that the templates and the pages make. */
export const HOOK = "asg-drain-live";

/** Whether runs need a queue in this process, since there is none in SQS. */
export function needsMemory({ queue_name }: Input): boolean {
  return queue_name === IN_MEMORY;
}

/**
 * The input of each run. What options say is added to `--input`, which may have all of terminate's keys. Each run sweeps. Throws an
 * OptionsError that names each key that is wrong.
 */
export function inputOf(options: DrainOptions): Input {
  const given = givenOf(options.input);
  const { group = [], hook = [], cluster = [], groupTag, queue, dryRun } = options;
  const more = (key: string, names: readonly string[]) =>
    names.length === 0 ? {} : { [key]: [...listOf(given[key]), ...names] };
  const isKnown = ["lifecycle_hook_names", "lifecycle_hook_name", "lifecycle_topic_arns"].some(
    (key) => key in given,
  );
  const hooks = hook.length > 0 || isKnown ? hook : [HOOK];
  const input = {
    ...given,
    queue_name: queue ?? given.queue_name ?? IN_MEMORY,
    ...more("auto_scaling_groups", group),
    ...more("lifecycle_hook_names", hooks),
    ...more("cluster_names", cluster),
    ...(groupTag === undefined ? {} : { group_tag: groupTag }),
    ...(dryRun === undefined ? {} : { dry_run: dryRun }),
    sweep_minutes: 1,
  };
  const parsed = z.safeParse(terminateInput, input, { reportInput: true });
  if (!parsed.success) throw new OptionsError(problemsText(parsed.error, terminateInput));
  const { auto_scaling_groups: groups = [], group_tag } = parsed.data;
  if (groups.every((name) => name === "") && group_tag === undefined)
    throw new OptionsError(
      "expected --group, --group-tag or auto_scaling_groups in --input, found none of them",
    );
  return parsed.data;
}

function givenOf(json: string | undefined): Readonly<Record<string, unknown>> {
  if (json === undefined) return {};
  const value = parseJson(json);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new OptionsError(`--input: expected terminate's input as a JSON object, found ${json}`);
  return value as Record<string, unknown>;
}

// A value that is no list stays what it is, so that the schema can tell of it.
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
