import { readFileSync } from "node:fs";
import { parseJson } from "../../shared/base/json.ts";
import { problemsText } from "../../shared/base/validation-problems.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { ScenarioError } from "../../simulator/scenario/read.ts";
import { inProcess } from "../in-process.ts";
import { reportSchema } from "../report.ts";
import { readScenarioFile } from "../scenario-file.ts";
import { type DrainLine, isDrainLine, runOfLogs } from "./from-logs.ts";
import { runOfReport } from "./from-report.ts";
import { runOfPlayed } from "./from-story.ts";
import type { Run } from "./model.ts";

const EXPECTED =
  "expected a scenario (YAML), the report of `asg-drain start --json`, or log lines of the functions, one JSON object a line";

/**
 * Makes of a file what the page shows. A scenario is played. Throws a ScenarioError that names the file and what was expected where it
 * is none of the three, or a wrong scenario.
 */
export async function readSource(path: string): Promise<Run> {
  const text = readText(path);
  const values = valuesIn(text);
  const log = values.flatMap(linesIn);
  if (log.length > 0) return runOfLogs(log, path);
  const [value, ...more] = values;
  if (more.length === 0 && isObject(value) && "terminations" in value)
    return runOfReport(checked(value, path), path);
  if (values.length > 0 && !(isObject(value) && more.length === 0))
    throw new ScenarioError(`${path}: ${EXPECTED}, found JSON of another kind`);
  return await played(path);
}

async function played(path: string): Promise<Run> {
  const scenario = readScenarioFile(path);
  const lines: DrainLine[] = [];
  const outcome = await playScenario(scenario, {
    invoke: inProcess((line) => lines.push(JSON.parse(line) as DrainLine)),
  });
  return runOfPlayed(outcome, lines, path);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ScenarioError(`${path}: ${EXPECTED}, found no such file (${code})`, { cause });
  }
}

/** The JSON in a file: one value, several, or one a line. `aws logs tail` puts a time and a stream's name before each. Empty where there is none. */
function valuesIn(text: string): unknown[] {
  const whole = parseJson(text);
  if (whole !== undefined) return [whole];
  // What the AWS CLI printed of several log groups, one after the other.
  const several = text.split(/(?<=^\})\s*(?=^\{)/m).map(parseJson);
  if (several.length > 1 && several.every((each) => each !== undefined)) return several;
  return text.split("\n").flatMap((line) => {
    const begin = line.indexOf("{");
    const value = begin < 0 ? undefined : parseJson(line.slice(begin));
    return value === undefined ? [] : [value];
  });
}

// The lines of the functions in a value: itself, or the messages of what FilterLogEvents and GetLogEvents answer.
function linesIn(value: unknown): DrainLine[] {
  if (isDrainLine(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(linesIn);
  if (!isObject(value) || !Array.isArray(value.events)) return [];
  return value.events.flatMap((event: unknown) => {
    const message =
      isObject(event) && typeof event.message === "string" ? parseJson(event.message) : undefined;
    return isDrainLine(message) ? [message] : [];
  });
}

function checked(value: object, path: string) {
  const { data, error } = reportSchema.safeParse(value);
  if (error) throw new ScenarioError(`${path}: ${problemsText(error, reportSchema)}`);
  if (data.terminations.length === 0)
    throw new ScenarioError(
      `${path}: terminations: expected at least one, found none: there is nothing to show`,
    );
  return data;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
