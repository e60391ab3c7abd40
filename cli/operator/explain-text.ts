import type { Explanation } from "./explain.ts";
import { cut, durationText, oneLine, type Style } from "./status-text.ts";

/** How many lines of an instance's story are shown. */
const STORY = 12;

const MARKS = {
  stuck: ["red", "✗"],
  draining: ["yellow", "●"],
  ready: ["green", "✓"],
  "nobody drains it": ["dim", "–"],
} as const;

/** An explanation for people: the cause in at most five lines, then what the logs tell. */
export function explanationText(explained: Explanation, { width, paint }: Style): string {
  const { cause, deadline, story, not_read, state } = explained;
  const rule = cause.rule === null ? "" : ` (rule ${cause.rule.number}, ${cause.rule.link})`;
  const [colour, mark] = MARKS[state];
  const shown = story.slice(-STORY);
  return `${[
    `${paint(colour, mark)} ${explained.instance_id}: ${cause.what}${rule}.`,
    ...(cause.ecs_says === null ? [] : [`ECS:       "${oneLine(cause.ecs_says)}"`]),
    ...(cause.free_by === null ? [] : [`Free it:   ${cause.free_by}`, `Then:      ${cause.effect}.`]),
    ...(deadline === null ? [] : [`Deadline:  ${deadlineText(deadline)}.`]),
    ...(shown.length === 0 ? [] : ["", paint("bold", "Its story, from the logs:")]),
    ...shown.map((line) =>
      cut(`  ${line.at.slice(11, 19)}  ${line.function.padEnd(10)}  ${oneLine(line.what)}`, width),
    ),
    ...(not_read.length === 0 ? [] : [""]),
    ...not_read.map(({ call, why }) => cut(`Not read:  ${call} (${oneLine(why)})`, width)),
  ].join("\n")}\n`;
}

function deadlineText({ at, left_seconds: left, what }: NonNullable<Explanation["deadline"]>): string {
  const when = left === 0 ? "is over" : `in ${durationText(left)}`;
  return `${at.slice(11, 19)} UTC, ${when}: ${what}`;
}
