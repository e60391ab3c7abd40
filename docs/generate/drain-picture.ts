import { inProcess } from "../../cli/in-process.ts";
import type { StoryLine } from "../../simulator/kernel/story.ts";
import { type Played, playScenario } from "../../simulator/scenario/play.ts";
import { readScenario } from "../../simulator/scenario/read.ts";

/** A stretch of a row, in milliseconds since 1970. */
type Bar = {
  readonly from: number;
  readonly to: number;
  readonly style: "serving" | "draining" | "stopping";
};
type Row = { readonly name: string; readonly bars: Bar[] };

const WIDTH = 900;
const LEFT = 190;
const RIGHT = 24;
const TOP = 56;
const ROW = 26;
const COLOURS = { serving: "#4c9f70", draining: "#e0a030", stopping: "#c8553d" };

/** A drain as a picture: what was on the first instance of the default scenario, and when it left, as SVG. */
export async function drainPicture(): Promise<string> {
  const scenario = readScenario("examples/fleet.yaml");
  const played = await playScenario(scenario, { invoke: inProcess(() => {}) });
  const termination = played.terminations[0];
  if (termination?.completedAt === undefined) throw new Error("the default scenario completes no drain");
  const { askedAt, completedAt, instanceId } = termination;
  const from = askedAt - 5_000;
  const to = completedAt + 8_000;
  const lines = played.simulation.world.story.lines.filter(
    (line) => concerns(line, instanceId) && line.at <= completedAt,
  );
  const rows = rowsOf(played, lines, from, to);
  const x = (at: number) => LEFT + ((Math.max(at, from) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const height = TOP + rows.length * ROW + 50;
  const marks = [
    { at: askedAt, text: "hook holds it" },
    ...lines.flatMap((line) =>
      line.kind === "container-instance" && line.status === "DRAINING"
        ? [{ at: line.at, text: "DRAINING" }]
        : [],
    ),
    { at: completedAt, text: "CONTINUE" },
  ];
  const bottom = TOP + rows.length * ROW + 6;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    "<title>A drain: what was on an instance, and when it left</title>",
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...rows.flatMap((row, i) => [
      `<text x="${LEFT - 10}" y="${TOP + i * ROW + 15}" text-anchor="end" fill="#333333">${row.name}</text>`,
      ...row.bars.map((bar) => {
        const width = Math.max(1, x(bar.to) - x(bar.from));
        return `<rect x="${x(bar.from).toFixed(1)}" y="${TOP + i * ROW + 3}" width="${width.toFixed(1)}" height="${ROW - 8}" rx="3" fill="${COLOURS[bar.style]}"/>`;
      }),
    ]),
    ...marks.flatMap(({ at, text }) => [
      `<line x1="${x(at).toFixed(1)}" y1="${TOP - 12}" x2="${x(at).toFixed(1)}" y2="${bottom}" stroke="#333333" stroke-dasharray="3 3"/>`,
      `<text x="${x(at).toFixed(1)}" y="${TOP - 18}" text-anchor="middle" fill="#333333">${text}</text>`,
    ]),
    ...ticks(from, to, askedAt).map(
      ({ at, text }) =>
        `<text x="${x(at).toFixed(1)}" y="${bottom + 14}" text-anchor="middle" fill="#777777">${text}</text>`,
    ),
    ...(["serving", "draining", "stopping"] as const).flatMap((style, i) => [
      `<rect x="${LEFT + i * 110}" y="${height - 18}" width="12" height="12" rx="2" fill="${COLOURS[style]}"/>`,
      `<text x="${LEFT + i * 110 + 18}" y="${height - 8}" fill="#333333">${style}</text>`,
    ]),
    "</svg>",
    "",
  ].join("\n");
}

function rowsOf(played: Played, lines: readonly StoryLine[], from: number, to: number): Row[] {
  const rows = new Map<
    string,
    { name: string; changes: { at: number; style: Bar["style"] | undefined }[] }
  >();
  const note = (key: string, name: string, at: number, style: Bar["style"] | undefined) => {
    const row = rows.get(key) ?? { name, changes: [] };
    rows.set(key, row);
    row.changes.push({ at, style });
  };
  for (const line of lines) {
    if (line.kind === "target")
      note(
        `0 ${line.targetGroup} ${line.port}`,
        `target in ${line.targetGroup}`,
        line.at,
        registrationStyle(line.state),
      );
    if (line.kind === "classic")
      note(
        `0 ${line.loadBalancer}`,
        `classic ELB ${line.loadBalancer}`,
        line.at,
        registrationStyle(line.state),
      );
    if (line.kind === "task")
      note(`1 ${line.service} ${line.arn}`, `task of ${line.service}`, line.at, taskStyle(line.status));
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { name, changes }]) => ({
      name,
      bars: changes.flatMap(({ at, style }, i): Bar[] => {
        const end = changes[i + 1]?.at ?? Math.min(to, played.endedAt);
        return style === undefined || end <= from ? [] : [{ from: at, to: end, style }];
      }),
    }))
    .filter(({ bars }) => bars.length > 0);
}

function registrationStyle(state: "registered" | "draining" | "gone"): Bar["style"] | undefined {
  return { registered: "serving" as const, draining: "draining" as const, gone: undefined }[state];
}

function taskStyle(status: string): Bar["style"] | undefined {
  if (status === "STOPPED") return undefined;
  if (status === "DEACTIVATING") return "draining";
  return status === "STOPPING" || status === "DEPROVISIONING" ? "stopping" : "serving";
}

function ticks(from: number, to: number, zero: number): { at: number; text: string }[] {
  const result: { at: number; text: string }[] = [];
  for (let at = zero; at <= to; at += 30_000)
    if (at >= from) result.push({ at, text: `${(at - zero) / 1000} s` });
  return result;
}

function concerns(line: StoryLine, instanceId: string): boolean {
  return "instanceId" in line ? line.instanceId === instanceId : line.id === instanceId;
}
