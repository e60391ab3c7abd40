import * as z from "zod/mini";
import { deregisterInput } from "../../functions/deregister/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { problemsOf, quote } from "../../shared/base/validation-problems.ts";
import { METADATA, metadataOf } from "./hooks.ts";
import { groupNamesOf, groupsOf, inputsOf, MORE_HOOK_KEYS, queueNamesOf } from "./inputs.ts";
import { problemsOfIntake } from "./intake-problems.ts";
import { figure, isKeys, listed, twice } from "./lists.ts";
import { type Block, blockIn, blockSchema, rightValue } from "./schema.ts";

/** The name of a queue's dead letters is the queue's with this after it. */
const DEAD_LETTERS = "-dead-letters";
/** SQS's limit for the name of a queue, in characters. */
const QUEUE_NAME = 80;
/** How long the name of a queue may be that has one for its dead letters, in characters. */
export const QUEUE_NAME_LIMIT: number = QUEUE_NAME - DEAD_LETTERS.length;
/** EventBridge's limit for a target's input, in characters. */
export const INPUT = 8192;
/** Lambda's limit for a function's environment, in bytes of JSON. */
const ENVIRONMENT = 4096;
/** A role's id, as AWS makes it, in characters. */
const ROLE_ID = 21;

const FEWER =
  "name fewer load balancers and target groups: what has the instance is found without a name, too";

/** What the command line says besides. */
export type Options = { readonly stage?: string | undefined };

/**
 * All that is wrong with the block, one problem each: the key, what was expected, what was found, and what may have been meant.
 *
 * @param custom all of `custom` in serverless.yml
 */
export function problemsOfBlock(custom: unknown, options: Options = {}): string[] {
  const isObject = typeof custom === "object" && custom !== null && !Array.isArray(custom);
  const written = isObject ? blockIn(custom as Record<string, unknown>) : custom;
  const parsed = z.safeParse(blockSchema, written, { reportInput: true });
  const problems = parsed.success ? [] : problemsOf(parsed.error, blockSchema);
  if (!isObject) return named(problems);
  const block = rightBlock(written as Record<string, unknown>);
  return named([
    ...problems,
    ...problemsOfInputs(block),
    ...problemsOfQueues(block),
    ...problemsOfGroups(written as Record<string, unknown>),
    ...problemsOfMetadata(written as Record<string, unknown>),
    ...problemsOfIntake(written as Record<string, unknown>, block),
    ...problemsOfRegions(block),
    ...problemsOfLimits(block),
    ...problemsOfOptions(block, options),
  ]);
}

/** The block, as far as it is right. A key that is wrong has been told of, and an input would only repeat it. */
export function rightBlock(custom: Readonly<Record<string, unknown>>): Block {
  const written = blockIn(custom);
  const read = (key: string, value: unknown) => (isInput(key, value) ? value : rightValue(key, value));
  const entries = Object.entries(written).map(([key, value]) => [key, read(key, value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function isInput(key: string, value: unknown): boolean {
  return (key === "deregister" || key === "terminate") && isKeys(value);
}

// The same problem is told once, though terminate's input often repeats deregister's.
function problemsOfInputs(block: Block): string[] {
  const { deregister, terminate } = inputsOf(block);
  const ofDeregister = isKeys(block.deregister) ? problemsBy(deregisterInput, deregister) : [];
  const ofTerminate = isKeys(block.terminate ?? {}) ? problemsBy(terminateInput, terminate) : [];
  return [
    ...ofDeregister.map((problem) => `deregister.${problem}`),
    ...ofTerminate
      .filter((problem) => !ofDeregister.includes(problem))
      .map((problem) => `terminate.${problem}`),
  ];
}

function problemsBy(schema: z.core.$ZodType, input: unknown): string[] {
  const parsed = z.safeParse(schema, input, { reportInput: true });
  return parsed.success ? [] : problemsOf(parsed.error, schema);
}

function problemsOfQueues(block: Block): string[] {
  const { lifecycle, monitor } = queueNamesOf(block);
  const names = [
    ["deregister.lifecycle_queue_name", lifecycle, monitor],
    ["deregister.elb_monitor_queue_name", monitor, lifecycle],
  ] as const;
  const own = names.flatMap(([key, name, other]) => {
    if (typeof name !== "string") return [];
    if (name.length > QUEUE_NAME_LIMIT && name.length <= QUEUE_NAME)
      return [
        `${key}: expected at most ${QUEUE_NAME_LIMIT} characters, because SQS takes ${QUEUE_NAME} and the dead letters' queue has ${DEAD_LETTERS} after it, found ${name.length}`,
      ];
    return name === `${other}${DEAD_LETTERS}`
      ? [
          `${key}: expected another name than that of the dead letters of ${quote(other)}, found ${quote(name)}`,
        ]
      : [];
  });
  return [...own, ...problemsOfTerminatesQueues(block), ...problemsOfTerminatesHooks(block)];
}

// The roles may only use the stack's own queues.
function problemsOfTerminatesQueues(block: Block): string[] {
  if (block.deregister === undefined) return [];
  const { lifecycle, monitor } = queueNamesOf(block);
  const told = inputsOf(block).terminate;
  return (
    [
      ["queue_name", monitor, "elb_monitor_queue_name"],
      ["lifecycle_queue_name", lifecycle, "lifecycle_queue_name"],
    ] as const
  ).flatMap(([key, expected, from]) =>
    told[key] === undefined || told[key] === expected
      ? []
      : [`terminate.${key}: expected deregister's ${from}, ${quote(expected)}, found ${quote(told[key])}`],
  );
}

// Terminate would drop what deregister began for a hook that terminate does not know.
function problemsOfTerminatesHooks(block: Block): string[] {
  const { deregister, terminate } = inputsOf(block);
  return MORE_HOOK_KEYS.flatMap((key) => {
    const [began, known] = [deregister[key], terminate[key]];
    if (!Array.isArray(began) || !Array.isArray(known)) return [];
    const missing = began.filter((each) => !known.includes(each));
    return missing.length === 0
      ? []
      : [`terminate.${key}: expected all of deregister's, ${quote(missing[0])} too, found ${quote(known)}`];
  });
}

function problemsOfGroups(written: Readonly<Record<string, unknown>>): string[] {
  const groups: [key: string, name: unknown][] = [
    ["auto_scaling_group_name", written.auto_scaling_group_name],
    ...listed(written, "groups"),
    ...listed(written, "more_auto_scaling_groups"),
  ];
  const { group_tag, terminate } = written;
  const tag = isKeys(terminate) ? (terminate as Record<string, unknown>).group_tag : undefined;
  const hasNone =
    groups.every(([, name]) => name === undefined) && group_tag === undefined && tag === undefined;
  return [
    ...(hasNone ? ["auto_scaling_group_name: expected it, groups or group_tag, found nothing"] : []),
    ...twice(groups),
    ...twice(listed(written, "more_clusters")),
    ...(tag !== undefined && group_tag !== undefined && tag !== group_tag
      ? [`terminate.group_tag: expected the block's group_tag, ${quote(group_tag)}, found ${quote(tag)}`]
      : []),
  ];
}

function problemsOfMetadata({ groups }: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((each, index) => {
    const { length } = isKeys(each) ? metadataOf(each) : "";
    return length <= METADATA
      ? []
      : [
          `groups[${index}]: expected settings of at most ${figure(METADATA)} characters as JSON, which is all that a hook's metadata takes, found ${figure(length)}; ${FEWER}`,
        ];
  });
}

// A key encrypts, and an alarm tells, in its own Region alone. A hook notifies a topic of its group's Region.
function problemsOfRegions(block: Block): string[] {
  const { region, kms_key_arn, alarm_actions, ok_actions, topics } = block;
  if (region === undefined) return [];
  const arns: [key: string, arn: string][] = [
    ...(kms_key_arn === undefined ? [] : [["kms_key_arn", kms_key_arn] satisfies [string, string]]),
    ...(alarm_actions ?? []).map((arn, n): [string, string] => [`alarm_actions[${n}]`, arn]),
    ...(ok_actions ?? []).map((arn, n): [string, string] => [`ok_actions[${n}]`, arn]),
    ...(topics ?? []).map((arn, n): [string, string] => [`topics[${n}]`, arn]),
  ];
  return arns
    .filter(([, arn]) => ![region, ""].includes(arn.split(":")[3] ?? ""))
    .map(([key, arn]) => `${key}: expected an ARN in ${region}, found ${quote(arn)}`);
}

function problemsOfLimits(block: Block): string[] {
  const inputs = inputsOf(block);
  const long = Object.entries(inputs).flatMap(([key, input]) => {
    const { length } = JSON.stringify(input);
    return length <= INPUT
      ? []
      : [
          `${key}: expected an input of at most ${figure(INPUT)} characters as JSON, which is all that EventBridge takes, found ${figure(length)}; ${lessOf(block, key)}`,
        ];
  });
  return [...long, ...problemsOfEnvironment(block)];
}

function lessOf(block: Block, key: string): string {
  if (key === "scale_tasks") return "deploy a second stage for the other services";
  return key === "terminate" && groupNamesOf(block).length > 20
    ? "let groups carry group_tag in place of their names"
    : FEWER;
}

function problemsOfEnvironment(block: Block): string[] {
  if (block.deregister_at_once !== true) return [];
  const more = Array.isArray(block.more_sender_role_ids) ? block.more_sender_role_ids : [];
  const own = "A".repeat(ROLE_ID);
  const environment = {
    NODE_OPTIONS: "--enable-source-maps",
    SENDER_ROLE_IDS: [own, own, ...more].join(","),
    INPUT: JSON.stringify(inputsOf(block).deregister),
  };
  const size = Buffer.byteLength(JSON.stringify(environment));
  return size <= ENVIRONMENT
    ? []
    : [
        `deregister_at_once: expected deregister's input to fit into Lambda's environment of ${figure(ENVIRONMENT)} bytes, found ${figure(size)} bytes with it; name fewer load balancers and target groups, or set it to false`,
      ];
}

// The queues' and the group's names stay the block's, so another stage would share them.
function problemsOfOptions(block: Block, { stage }: Options): string[] {
  return stage === undefined || stage === block.stage
    ? []
    : [
        `stage: expected the stage of the command line, ${quote(stage)}, found ${quote(block.stage)}; set it here and leave out --stage, because a second deployment needs queues of its own too`,
      ];
}

function named(problems: readonly string[]): string[] {
  return problems.map((problem) =>
    problem.startsWith("(the whole)")
      ? problem.replace("(the whole)", "serverless.yml: custom")
      : `serverless.yml: custom.${problem}`,
  );
}

/** The names that serverless.yml has for its queues as it comes, and the stage that they are for. */
const AS_IT_COMES = { stage: "live", queues: ["asg-drain-lifecycle", "asg-drain-monitor"] };
/** Below this a hook can end between two runs that prolong it, in seconds. */
const SHORT_HOOK = 180;

/** What is not wrong, and may not be meant. */
export function warningsOfBlock(block: Block): string[] {
  const { lifecycle, monitor } = queueNamesOf(block);
  const { stage, auto_scaling_group_name, heartbeat_timeout_seconds, dry_run } = block;
  const groups = groupsOf(block);
  const isUsed =
    auto_scaling_group_name !== undefined ||
    groups.some((group) => group.heartbeat_timeout_seconds === undefined);
  const timeouts = [
    ...(isUsed ? [["", heartbeat_timeout_seconds] as const] : []),
    ...groups.map((group, n) => [`groups[${n}].`, group.heartbeat_timeout_seconds] as const),
  ];
  const short = timeouts.filter(([, timeout]) => timeout !== undefined && timeout < SHORT_HOOK);
  return named([
    ...[lifecycle, monitor]
      .filter((queue) => stage !== AS_IT_COMES.stage && AS_IT_COMES.queues.includes(String(queue)))
      .map(
        (queue) =>
          `deregister: ${quote(queue)} is the name of a queue of the stage ${AS_IT_COMES.stage}; if that is deployed here too, leave the name out`,
      ),
    ...(dry_run === true
      ? []
      : short.map(
          ([at, timeout]) =>
            `${at}heartbeat_timeout_seconds: ${timeout} is short, and the hook may end between two runs; set it to ${SHORT_HOOK} or more`,
        )),
  ]);
}
