import { groupBy } from "../../../shared/base/batches.ts";
import { oneLine, type Style } from "../status-text.ts";
import { TOPICS } from "./check.ts";
import type { CheckReport, DoctorReport } from "./report.ts";

type State = CheckReport["state"];
type Colour = Parameters<Style["paint"]>[0];

const MARKS: Readonly<Record<State, readonly [mark: string, colour: Colour, word: string]>> = {
  fine: ["✓", "green", "fine"],
  error: ["✗", "red", "error"],
  warning: ["!", "yellow", "warning"],
  "not checked": ["?", "dim", "not checked"],
};
/** The worst state of a topic is shown for it: the first of these that one of its checks has. */
const WORST: readonly State[] = ["error", "warning", "not checked", "fine"];

/** A report for people: a line a topic, with what is wrong under it. With `isVerbose`, each check has a line. */
export function doctorText(
  { deployment, region, checks, counts }: DoctorReport,
  style: Style,
  isVerbose: boolean,
): string {
  const { paint, width } = style;
  const sections = TOPICS.flatMap((topic) => {
    const own = checks.filter((each) => each.topic === topic);
    return own.length === 0 ? [] : [sectionText(topic, own, style, isVerbose)];
  });
  return `${[
    ...wrapped(`${deployment}, ${region}: ${answerText(counts)}`, width, 2, 0).map((line) =>
      paint("bold", line),
    ),
    "",
    ...sections.flat(),
    "",
    ...wrapped(`${checks.length} checks: ${countsText(counts)}`, width, 2, 0),
  ].join("\n")}\n`;
}

function answerText({ error, warning, not_checked }: DoctorReport["counts"]): string {
  if (error > 0)
    return `${numbered(error, "error")}${warning > 0 ? `, ${numbered(warning, "warning")}` : ""}`;
  if (warning > 0) return numbered(warning, "warning");
  return not_checked > 0 ? `nothing wrong was found, ${not_checked} not checked` : "all is fine";
}

function countsText({ fine, error, warning, not_checked }: DoctorReport["counts"]): string {
  return [
    `${fine} fine`,
    ...(error > 0 ? [numbered(error, "error")] : []),
    ...(warning > 0 ? [numbered(warning, "warning")] : []),
    ...(not_checked > 0 ? [`${not_checked} not checked`] : []),
  ].join(", ");
}

function numbered(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function sectionText(topic: string, own: readonly CheckReport[], style: Style, isVerbose: boolean): string[] {
  const worst = WORST.find((state) => own.some((each) => each.state === state)) ?? "fine";
  const [mark, colour] = MARKS[worst];
  const fine = own.filter(({ state }) => state === "fine").length;
  const told = own.filter(({ state }) => isVerbose || state === "error" || state === "warning");
  const unchecked = isVerbose ? [] : own.filter(({ state }) => state === "not checked");
  return [
    `${style.paint(colour, mark)} ${topic.padEnd(12)} ${fine} of ${own.length} fine`,
    ...told.flatMap((each) => checkText(each, style)),
    ...uncheckedText(unchecked, style),
  ];
}

function checkText({ id, title, state, why, findings, because }: CheckReport, style: Style): string[] {
  const [mark, colour, word] = MARKS[state];
  const head = `  ${style.paint(colour, mark)} ${style.paint(colour, word)} ${id}: `;
  // The colours take no room.
  const length = `  ${mark} ${word} ${id}: `.length;
  const line = (text: string, indent: number) => wrapped(text, style.width, indent).join("\n");
  if (findings.length === 0) {
    const text = because === null ? title : `${title}? ${because}`;
    return [withHead(head, text, length, style.width)];
  }
  return findings.flatMap(({ what, mend }, i) => [
    i === 0 ? withHead(head, what, length, style.width) : line(what, 6),
    ...(i === 0 ? [labelled("Why:", why, style.width)] : []),
    labelled("Mend:", mend, style.width),
  ]);
}

// The first line begins after the head, and those after it under the mark.
function withHead(head: string, text: string, length: number, width: number): string {
  const [first = "", ...rest] = wrapped(text, width, 6, length);
  return [`${head}${first.slice(length)}`, ...rest].join("\n");
}

function labelled(label: string, text: string, width: number): string {
  // A command stays on one line, so that it can be copied.
  if (/^(aws|npx|sudo) /.test(text)) return `      ${label.padEnd(6)}${text}`;
  const [first = "", ...rest] = wrapped(text, width, 12);
  return [`      ${label.padEnd(6)}${first.trimStart()}`, ...rest].join("\n");
}

function uncheckedText(checks: readonly CheckReport[], { paint, width }: Style): string[] {
  const byReason = groupBy(checks, ({ because }) => oneLine(because ?? ""));
  const [mark, colour, word] = MARKS["not checked"];
  return [...byReason].map(([reason, alike]) => {
    const ids = alike.map(({ id }) => id).join(", ");
    const text = wrapped(`${ids}: ${reason}`, width, 6, 4 + word.length + 1);
    const [first = "", ...rest] = text;
    return [`  ${paint(colour, mark)} ${paint(colour, word)} ${first.trimStart()}`, ...rest].join("\n");
  });
}

/** A text in lines of at most so many characters, all but the first indented. A word that is longer stands alone. */
export function wrapped(text: string, width: number, indent: number, firstIndent = indent): string[] {
  const lines: string[] = [];
  let line = " ".repeat(firstIndent);
  let isEmpty = true;
  for (const word of text.trim().split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${" ".repeat(indent)}${word}`;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
    isEmpty = false;
  }
  return [...lines, line];
}
