import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { firstOf, problemsOf } from "../../shared/base/validation-problems.ts";
import { referenceProblems } from "./references.ts";
import { type Scenario, scenarioSchema } from "./schema.ts";

/** The longest file that is read, in characters. The time to parse YAML can grow with the square of the length. */
const LENGTH_LIMIT = 131_072;

/** A scenario file that cannot be used; the message names every key that is wrong. */
export class ScenarioError extends Error {
  override name = "ScenarioError";
}

/** Where `-` stands for standard input. */
const STANDARD_INPUT = 0;

/** Reads a scenario file, or standard input where the path is `-`. Throws a ScenarioError when it is missing, not YAML, or wrong. */
export function readScenario(path: string): Scenario {
  let text: string;
  try {
    text = readFileSync(path === "-" ? STANDARD_INPUT : path, "utf8");
  } catch (cause) {
    throw new ScenarioError(
      `${path}: expected a scenario file, found none (${(cause as NodeJS.ErrnoException).code})`,
      { cause },
    );
  }
  return parseScenario(text, path);
}

/** Reads a scenario from YAML text; `name` is what errors call it. Throws a ScenarioError. */
export function parseScenario(text: string, name: string): Scenario {
  if (text.length > LENGTH_LIMIT) {
    throw new ScenarioError(
      `${name}: expected a file of at most ${LENGTH_LIMIT} characters, found ${text.length}`,
    );
  }
  let raw: unknown;
  try {
    // No warnings on stderr: the schema refuses what they are about.
    raw = parse(text, { logLevel: "error" });
  } catch (cause) {
    // The parser throws more than YAMLParseErrors: for an alias without an anchor, a ReferenceError.
    throw new ScenarioError(`${name}: expected YAML: ${(cause as Error).message}`, { cause });
  }
  return checkScenario(raw, name);
}

/** Checks a scenario given as an object. Throws a ScenarioError. */
export function checkScenario(raw: unknown, name: string): Scenario {
  const parsed = parsedBy(raw, name);
  const problems = parsed.success ? referenceProblems(parsed.data) : problemsOf(parsed.error, scenarioSchema);
  if (!parsed.success || problems.length > 0) throw wrongScenario(name, problems);
  return parsed.data;
}

/** The error of a scenario that has problems, with the first of them. */
export function wrongScenario(name: string, problems: readonly string[]): ScenarioError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new ScenarioError(`${name}: ${count}\n  ${firstOf(problems).join("\n  ")}`);
}

// Zod compares the `length` of any value that has one. In an object, `length` may be an object, and zod throws.
function parsedBy(raw: unknown, name: string): ReturnType<typeof scenarioSchema.safeParse> {
  try {
    return scenarioSchema.safeParse(raw, { reportInput: true });
  } catch (cause) {
    throw new ScenarioError(`${name}: expected a scenario, found a length that is no number`, { cause });
  }
}
