import { z } from "zod";
import { scenarioSchema } from "../../simulator/scenario/schema.ts";
import { asJsonSchema, type JsonSchema, kindText, markdownTable } from "./tables.ts";

/** The page on scenario files. */
export function scenariosPage(): string {
  const schema = asJsonSchema(z.toJSONSchema(scenarioSchema, { io: "input" }));
  return `# Scenario files

<!-- Made from the scenario schema by \`npm run docs\`. -->

A scenario file is YAML: a world, what happens to it, and how the functions are scheduled over it.

    npm start -- --scenario FILE                     # the functions over it, in virtual time
    npm start --silent -- --scenario FILE --json     # the same, reported as one line of JSON
    npm run simulator -- --port 4566 --scenario FILE --speed 10

\`--silent\` keeps npm's banner out of stdout; the line is described by [report.schema.json](report.schema.json), and the
functions' log goes to stderr. The exit status is 0 when nothing was violated, 1 when something was completed, stopped or
pulled too early, and 2 when an option or the file is wrong.

\`examples/fleet.yaml\` is the one that \`npm start\` plays. A scenario ends when its terminations have ended, no
instance is on its way to its hooks and the functions' queues are empty, or at its \`ends_after_seconds\`. Its world is an
hour old when it starts: instances are in service, tasks run, targets are healthy. Times are counted from the start.

## What is judged

A drain is ready when its instance is in none of the load balancers and target groups that \`deregister\`'s input names, with
the settings in the hook's \`metadata\` over it ([inputs.md](inputs.md)), nor in those of a service with a task on it; and
when no task is left on it, in whatever cluster. A task counts until its containers have ended, whatever ECS shows of it.
Completing the lifecycle action before that is a violation. So is setting an instance DRAINING whose task is still behind
such a load balancer, pulling a target that a service registered, touching an instance that no hook holds, and cancelling
somebody else's hook. Drains must end in time, and what comes back must be as it was; the whole list, and what does not
count, is in [simulation.md](dev/simulation.md).

## What is refused

A wrong file is refused as a whole, with a line for each key that is wrong, up to twenty. So is one of more than 128 KiB.

- A name that one part of the file uses for another must be there, and no two parts of a kind have the same one. Of what the
  functions' inputs name, the queues must be there; a load balancer or cluster that is missing is trouble worth playing.
- Instance ids in the timeline must be those of the groups' \`instance_ids\`, if all groups have some, until the timeline
  launches an instance: its id is drawn, and may be meant. An id that no instance ever had ends the run when its time comes.
- \`scale_in\` must not ask for more than the group has by then, with all that is scaled before.
- What AWS would not take is refused with AWS's own error: of the world before the start, of the timeline when its time
  comes. The simulator on its own tells the latter on stderr, and goes on.

${section("The file", schema, "")}`;
}

// One table a structure; what is nested follows under its own heading.
function section(title: string, schema: JsonSchema, path: string): string {
  const { properties = {}, required = [] } = schema;
  const rows = Object.entries(properties).map(([key, each]) => [
    `\`${key}\``,
    required.includes(key) ? "needed" : defaultText(each),
    isStructure(each) ? "structure, below" : isList(each) ? "list, below" : kindText(each),
    each.description ?? "",
  ]);
  const nested = Object.entries(properties).flatMap(([key, each]) => {
    const inner = isStructure(each) ? each : isList(each) ? each.items : undefined;
    return inner
      ? [
          section(
            `\`${path}${key}${isList(each) ? "[]" : ""}\``,
            inner,
            `${path}${key}${isList(each) ? "[]" : ""}.`,
          ),
        ]
      : [];
  });
  return `## ${title}\n\n${markdownTable(["key", "default", "value", "meaning"], rows)}\n${nested.map((each) => `\n${each}`).join("")}`;
}

function isStructure(schema: JsonSchema): boolean {
  return schema.type === "object" && schema.properties !== undefined;
}

function isList(schema: JsonSchema): boolean {
  return schema.type === "array" && schema.items !== undefined && isStructure(schema.items);
}

function defaultText(schema: JsonSchema): string {
  return schema.default === undefined || isStructure(schema) ? "" : `\`${JSON.stringify(schema.default)}\``;
}
