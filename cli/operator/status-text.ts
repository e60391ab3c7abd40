import type { RegionStatus, TerminationStatus } from "./status.ts";

/** How text is written: for how wide a terminal, and whether with colours. */
export type Style = {
  readonly width: number;
  readonly paint: (format: "red" | "green" | "yellow" | "bold" | "dim", text: string) => string;
};

const MARKS = { draining: "●", ready: "✓", stuck: "✗" } as const;
const COLOURS = { draining: "yellow", ready: "green", stuck: "red" } as const;
const BAR = 17;

/** The status of a Region for people: the answer, a row for each termination, and what comes next. */
export function statusText(status: RegionStatus, { width, paint }: Style): string {
  const { terminations, region, at } = status;
  const stuck = terminations.filter(({ state }) => state === "stuck");
  const groups = new Set(terminations.map((each) => each.auto_scaling_group));
  const place = groups.size === 1 ? `${[...groups][0]}, ${region}` : region;
  const isUnread = status.groups === 0 && status.not_read.length > 0;
  const answer = isUnread ? "no group could be read" : countText(terminations.length, stuck.length);
  const title = `${place}: ${answer}`;
  const clock = `${at.slice(11, 19)} UTC`;
  const lines = [
    `${paint("bold", title)}${clock.padStart(Math.max(clock.length + 2, width - title.length))}`,
    ...(terminations.length > 0 ? ["", ...table(terminations, { width, paint })] : []),
    "",
    ...asides(status).map((line) => cut(line, width)),
    ...(stuck[0] ? [`Why:       asg-drain explain ${stuck[0].instance_id}`] : []),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function countText(count: number, stuck: number): string {
  if (count === 0) return "nothing is held by a hook of ours";
  const stalled = stuck === 0 ? "" : `, ${stuck} ${stuck === 1 ? "is" : "are"} stuck`;
  return `${count} terminating${stalled}`;
}

function table(all: readonly TerminationStatus[], { width, paint }: Style): string[] {
  const isOneGroup = new Set(all.map((each) => each.auto_scaling_group)).size === 1;
  const ofGroup = (cell: string) => (isOneGroup ? [] : [cell]);
  const head = ["", "INSTANCE", ...ofGroup("GROUP"), "AGE", "LEFT", "TIME USED", "WAITS FOR"];
  const rows = all.map((each) => [
    MARKS[each.state],
    each.instance_id,
    ...ofGroup(each.auto_scaling_group),
    durationText(each.age_seconds),
    durationText(each.left_seconds),
    bar(each),
    each.waiting_for.join(", ") || each.next.what,
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    cut(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
      width,
    );
  return [
    paint("dim", line(head)),
    ...rows.map((row, i) => {
      const mark = row[0] ?? "";
      const state = all[i]?.state ?? "draining";
      return `${paint(COLOURS[state], mark)}${line(row).slice(mark.length)}`;
    }),
  ];
}

function asides({ terminations, unknown_groups, not_read, settings_from }: RegionStatus): string[] {
  const next = terminations
    .filter((each) => each.next.at !== null)
    .sort((a, b) => ((a.next.at ?? "") < (b.next.at ?? "") ? -1 : 1))[0];
  const soon = terminations.find((each) => each.next.at === null);
  return [
    ...(next ? [`Next:      ${next.next.at?.slice(11, 19)}, ${next.instance_id}: ${next.next.what}`] : []),
    ...(soon ? [`Next run:  ${soon.instance_id}: ${soon.next.what}`] : []),
    ...(settings_from === "defaults" && terminations.length > 0
      ? ["Settings:  defaults, since no log of the functions was found (--deployment, --input)"]
      : []),
    ...unknown_groups.map((name) => `No group:  ${name}`),
    ...not_read.map(({ call, why }) => `Not read:  ${call} (${oneLine(why)})`),
  ];
}

function bar({ age_seconds: age, left_seconds: left }: TerminationStatus): string {
  if (age === null || left === null) return "";
  const used = Math.min(BAR, Math.round((age / Math.max(1, age + left)) * BAR));
  return `${"━".repeat(used)}${"─".repeat(BAR - used)}`;
}

/** A duration as people say it: in seconds below two minutes, and in hours from two hours on. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return "?";
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** A text of AWS's on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** A line that is no longer than so many characters. */
export function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
