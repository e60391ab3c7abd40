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
 * key that is wrong, of the file or of an input. An input may name what the file does not have, since what follows from that is worth
 * seeing: that is told on stderr.
 */
export function readScenarioFile(path: string): Scenario {
  const scenario = readScenario(path);
  const { deregister, terminate, scale_tasks: scaleTasks } = scenario.functions ?? {};
  const scaled = scaleTasks && "services" in scaleTasks.input ? scaleManyInput : scaleTasksInput;
  const inputs: [string, Input | undefined, z.core.$ZodType][] = [
    ["deregister", deregister?.input, deregisterInput],
    ["terminate", terminate?.input, terminateInput],
    ["scale_tasks", scaleTasks?.input, scaled],
  ];
  const given = inputs.map(([name, input = {}, schema]) => ({
    path: `functions.${name}.input`,
    input,
    parsed: name in (scenario.functions ?? {}) ? safeParse(schema, input, { reportInput: true }) : undefined,
    schema,
  }));
  const problems = given.flatMap(({ path: at, parsed, schema }) =>
    parsed?.success === false ? problemsOf(parsed.error, schema).map((each) => `${at}.${each}`) : [],
  );
  if (problems.length > 0) throw wrongScenario(path, problems);
  for (const each of given.flatMap((one) => unknownNames(scenario, one)))
    process.stderr.write(`${path}: warning: ${each}. It is played all the same.\n`);
  return scenario;
}

type Input = Readonly<Record<string, unknown>>;

function unknownNames(
  scenario: Scenario,
  { path, input }: { readonly path: string; readonly input: Input },
): string[] {
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
