import type * as z from "zod/mini";
import { safeParse } from "zod/mini";
import { problemsOf } from "../shared/base/validation-problems.ts";
import { type Check, checksOf } from "../simulator/scenario/names.ts";
import { readScenario, wrongScenario } from "../simulator/scenario/read.ts";
import type { Scenario } from "../simulator/scenario/schema.ts";
import { inputSchemaOf } from "./function-inputs.ts";

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
  const inputs = inputsOf(scenario);
  const problems = inputs.flatMap(problemsIn);
  if (problems.length > 0) throw wrongScenario(path, problems);
  for (const each of inputs.flatMap((input) => unknownNames(scenario, input)))
    process.stderr.write(`${path}: warning: ${each}. It is played all the same.\n`);
  return scenario;
}

/** A function's input, and where the file has it. */
type Given = {
  readonly name: "deregister" | "terminate" | "scale-tasks";
  readonly path: string;
  readonly input: Readonly<Record<string, unknown>>;
};

function inputsOf({ functions }: Scenario): Given[] {
  const { deregister, terminate, scale_tasks: scaleTasks } = functions ?? {};
  const given = [
    { name: "deregister", key: "deregister", scheduled: deregister },
    { name: "terminate", key: "terminate", scheduled: terminate },
    { name: "scale-tasks", key: "scale_tasks", scheduled: scaleTasks },
  ] as const;
  return given.flatMap(({ name, key, scheduled }) =>
    scheduled ? [{ name, path: `functions.${key}.input`, input: scheduled.input }] : [],
  );
}

function problemsIn({ name, path, input }: Given): string[] {
  const schema: z.core.$ZodType = inputSchemaOf(name, input);
  const parsed = safeParse(schema, input, { reportInput: true });
  return parsed.success ? [] : problemsOf(parsed.error, schema).map((each) => `${path}.${each}`);
}

function unknownNames(scenario: Scenario, { path, input }: Given): string[] {
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
