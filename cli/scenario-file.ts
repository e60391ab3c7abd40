import type * as z from "zod/mini";
import { safeParse } from "zod/mini";
import { deregisterInput } from "../functions/deregister/input.ts";
import { scaleManyInput, scaleTasksInput } from "../functions/scale-tasks/input.ts";
import { terminateInput } from "../functions/terminate/input.ts";
import { problemsOf } from "../shared/base/validation-problems.ts";
import { type Check, checksOf } from "../simulator/scenario/names.ts";
import { readScenario, wrongScenario } from "../simulator/scenario/read.ts";
import type { Scenario } from "../simulator/scenario/schema.ts";

/** The keys of an input that name something of the scenario, one or several. */
const NAMES = {
  loadBalancer: ["elb_name", "elb_names"],
  targetGroup: ["target_groups"],
  cluster: ["cluster_name", "cluster_names"],
  group: ["auto_scaling_groups"],
} as const;

/**
 * Reads a scenario file, or standard input where the path is `-`, with its functions' inputs. Throws a ScenarioError that names each
 * key that is wrong: of the file, of an input, or one that names what the file does not have.
 */
export function readScenarioFile(path: string): Scenario {
  const scenario = readScenario(path);
  const problems = inputProblems(scenario);
  if (problems.length > 0) throw wrongScenario(path, problems);
  return scenario;
}

function inputProblems(scenario: Scenario): string[] {
  const { deregister, terminate, scale_tasks: scaleTasks } = scenario.functions ?? {};
  const scaled = scaleTasks && "services" in scaleTasks.input ? scaleManyInput : scaleTasksInput;
  return [
    ...(deregister ? problemsIn(deregister.input, deregisterInput, "deregister", scenario) : []),
    ...(terminate ? problemsIn(terminate.input, terminateInput, "terminate", scenario) : []),
    ...(scaleTasks ? problemsIn(scaleTasks.input, scaled, "scale_tasks", scenario) : []),
  ];
}

function problemsIn(
  input: Readonly<Record<string, unknown>>,
  schema: z.core.$ZodType,
  name: string,
  scenario: Scenario,
): string[] {
  const path = `functions.${name}.input`;
  const parsed = safeParse(schema, input, { reportInput: true });
  if (!parsed.success) return problemsOf(parsed.error, schema).map((each) => `${path}.${each}`);
  const checks = checksOf(scenario);
  return Object.entries(NAMES).flatMap(([kind, keys]) =>
    keys.flatMap((key) =>
      namedBy(input[key]).flatMap((each) => checks[kind as keyof typeof NAMES](`${path}.${key}`, each)),
    ),
  );
}

// An ARN says more than a name, and a template makes an empty name of an empty place.
function namedBy(value: unknown): Parameters<Check>[1][] {
  const names = [value ?? []].flat().map(String);
  return names.filter((each) => each !== "" && !each.startsWith("arn:"));
}
