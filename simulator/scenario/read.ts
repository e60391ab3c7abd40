import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { problemsOf } from "../../shared/problems.ts";
import { referenceProblems } from "./references.ts";
import { type Scenario, scenarioSchema } from "./schema.ts";

/** A scenario file that cannot be used; the message names every key that is wrong. */
export class ScenarioError extends Error {
  override name = "ScenarioError";
}

/** Reads a scenario file. Throws a ScenarioError when it is missing, no YAML, or wrong. */
export function readScenario(path: string): Scenario {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
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
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (cause) {
    if (cause instanceof YAMLParseError)
      throw new ScenarioError(`${name}: expected YAML: ${cause.message}`, { cause });
    throw cause;
  }
  return checkScenario(raw, name);
}

/** Checks a scenario that is there as an object. Throws a ScenarioError. */
export function checkScenario(raw: unknown, name: string): Scenario {
  const parsed = scenarioSchema.safeParse(raw, { reportInput: true });
  const problems = parsed.success ? referenceProblems(parsed.data) : problemsOf(parsed.error);
  if (!parsed.success || problems.length > 0) {
    throw new ScenarioError(
      `${name}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}\n  ${problems.join("\n  ")}`,
    );
  }
  return parsed.data;
}
