import { FORMER_KEYS } from "../shared/base/log.ts";
import type { TerminationRecord } from "../simulator/judge/records.ts";
import type { StoryLine } from "../simulator/kernel/story.ts";
import type { Played } from "../simulator/scenario/play.ts";
import { clock } from "./clock-text.ts";
import { lossText } from "./loss-text.ts";
import { lambdaSeconds } from "./report.ts";

const QUIET = new Set([
  "run started",
  "nothing to do",
  "run finished",
  "passed on",
  "handed over",
  "test notification deleted",
]);
const SHOWN_BY_COLUMN = ["time", "level", "message", "function", "instance_id"];
// The same in each line, or in the line twice under a former name.
const UNSHOWN = new Set([
  ...SHOWN_BY_COLUMN,
  "request_id",
  "version",
  "formerly",
  ...Object.values(FORMER_KEYS),
]);
// Each line about a drain has these. Its instance tells them.
const TOLD_BY_INSTANCE = new Set(["auto_scaling_group", "lifecycle_hook_name"]);
// These are sentences, and need no name before them.
const SENTENCES = new Set(["waiting_for", "reason"]);

/** One log line of a function, for people to read. Empty for lines that do not matter while watching. */
export function progressText(line: string, startedAt: number): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const { time, level, message, function: name, instance_id } = fields;
  if (level === "INFO" && QUIET.has(String(message))) return "";
  const details = Object.entries(fields)
    .filter(([key]) => !(UNSHOWN.has(key) || (instance_id !== undefined && TOLD_BY_INSTANCE.has(key))))
    .map(([key, value]) => (SENTENCES.has(key) ? valueText(value) : `${key}=${valueText(value)}`))
    .join("  ");
  const columns = [
    clock(Date.parse(String(time)), startedAt),
    String(name).padEnd(10),
    String(instance_id ?? "").padEnd(19),
    `${level === "INFO" ? "" : `${level}: `}${message}${details && `: ${details}`}`,
  ];
  return `${columns.join("  ")}\n`;
}

function valueText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What a story is made of. */
type StorySource = Pick<Played, "simulation" | "startedAt" | "terminations">;

/** The story of each termination, from the simulated world itself. */
export function storyText(played: StorySource): string {
  return played.terminations.map((each) => oneStory(played, each)).join("");
}

/** How the terminations went, in a table, and what it cost. */
export function summaryText(played: Played): string {
  const { terminations, violations, calls, startedAt } = played;
  const rows = terminations.map((each) => [
    each.instanceId,
    clock(each.askedAt, startedAt),
    each.readyAt === undefined ? "never" : clock(each.readyAt, startedAt),
    each.completedAt === undefined ? "never" : clock(each.completedAt, startedAt),
    each.completedAt === undefined || each.readyAt === undefined
      ? ""
      : `${((each.completedAt - each.readyAt) / 1000).toFixed(1)} s`,
    each.reason || "still pending",
  ]);
  const total = [...calls.values()].reduce((sum, count) => sum + count, 0);
  return [
    "",
    table([["instance", "asked", "ready", "completed", "later by", "how"], ...rows]),
    "",
    `${total} calls to AWS, ${lambdaSeconds(played).toFixed(0)} s of Lambda`,
    violations.length === 0
      ? "No violations: no promise was broken."
      : `VIOLATIONS\n${violations.map((each) => `  ${clock(each.at, startedAt)}  ${each.instanceId}  ${each.rule}: ${each.what}`).join("\n")}`,
    lossText(played),
    "",
  ].join("\n");
}

function oneStory({ simulation, startedAt }: StorySource, termination: TerminationRecord): string {
  const lines = simulation.world.story.lines
    .filter((line) => line.at >= termination.askedAt && concerns(line, termination.instanceId))
    .map((line) => `  ${clock(line.at, startedAt)}  ${sentence(line)}`);
  return `\n${termination.instanceId} of ${termination.group}\n${merged(lines).join("\n")}\n`;
}

function concerns(line: StoryLine, instanceId: string): boolean {
  return "instanceId" in line ? line.instanceId === instanceId : line.id === instanceId;
}

function sentence(line: StoryLine): string {
  switch (line.kind) {
    case "instance":
      return line.state === "gone" ? "has left the group" : `is ${line.state}`;
    case "instance-ended":
      return line.how === "stopped" ? "EC2 stops the instance" : "EC2 ends the instance";
    case "action-started":
      return `the hook ${line.hook} holds it`;
    case "action-seen":
      return `${line.by} sees that the hook ${line.hook} holds it`;
    case "action-ended":
      return line.how === "call"
        ? `${line.by} completes the hook ${line.hook}: ${line.result}`
        : `the hook ${line.hook} ends by ${line.how}: ${line.result}`;
    case "termination-asked":
      return `${line.by} asks Auto Scaling to terminate it`;
    case "message-forged":
      return "somebody sends a message about it";
    case "message-lost":
      return "a message about it is lost";
    case "task-stop":
      return `${line.by} stops a task`;
    case "container-instance":
      return `${line.status === "DRAINING" ? `set DRAINING by ${line.by}` : `is ${line.status}`} in the cluster ${line.cluster}`;
    case "interruption":
      return "EC2 sends a notice: it will take the instance back";
    case "notice":
      return line.notice === "rebalance"
        ? "EC2 recommends to rebalance it"
        : "EC2 schedules a change of the instance";
    case "addresses":
      return `has the addresses ${line.interfaces.flatMap((each) => [...each.addresses, ...each.prefixes]).join(", ") || "of nobody"}`;
    case "agent":
      return `its ECS agent is ${line.connected ? "connected again" : "disconnected"}`;
    case "task":
      return `task of ${line.service ?? "no service"} ${line.status}${unseen(line)}`;
    case "target-healthy":
      return `healthy in ${line.targetGroup} (port ${line.port})`;
    case "target":
    case "classic": {
      const name = line.kind === "target" ? `${line.targetGroup} (port ${line.port})` : line.loadBalancer;
      return {
        registered: `registered with ${name} by ${line.by}`,
        draining: `taken out of ${name} by ${line.by}, drains`,
        gone: `gone from ${name}`,
      }[line.state];
    }
    default:
      return line satisfies never;
  }
}

// While the agent is disconnected, or after it is gone, what ECS shows of a task may differ from its containers.
function unseen({ status, gone }: Extract<StoryLine, { kind: "task" }>): string {
  if (gone === (status === "STOPPED")) return "";
  return gone ? ", though its containers have ended" : ", though its containers go on";
}

// Equal lines in a row become one with their number, as when all tasks of a service stop.
function merged(lines: readonly string[]): string[] {
  const result: { line: string; times: number }[] = [];
  for (const line of lines) {
    const last = result.at(-1);
    if (last?.line === line) last.times += 1;
    else result.push({ line, times: 1 });
  }
  return result.map(({ line, times }) => (times === 1 ? line : `${line} (${times} times)`));
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
