import { z } from "zod";
import { scenarioSchema } from "../../simulator/scenario/schema.ts";
import { asJsonSchema, type JsonSchema, kindText, markdownTable } from "./tables.ts";

/** The page on scenario files. */
export function scenariosPage(): string {
  const schema = asJsonSchema(z.toJSONSchema(scenarioSchema, { io: "input" }));
  return `# Scenario files

<!-- Made from the scenario schema by \`npm run docs\`. -->

A scenario file is YAML. It describes a world, what happens to it, and how the functions are scheduled.

    npm start -- --scenario FILE                     # the functions over it, in virtual time
    npm start --silent -- --scenario FILE --json     # the same, reported as one line of JSON
    npm run simulator -- --port 4566 --scenario FILE --speed 10

\`--silent\` keeps npm's banner out of stdout. [report.schema.json](report.schema.json) describes the line. The functions' log
goes to stderr. The exit status is

- 0 when nothing was violated,
- 1 when there was a violation,
- 2 when an option or the file is wrong.

\`npm start\` alone plays \`examples/fleet.yaml\`. A scenario ends when its terminations have ended, no instance is on its way to
its hooks, and the functions' queues are empty. It ends at \`ends_after_seconds\` at the latest. Its world is an hour old when it
starts: instances are in service, tasks run, targets are healthy. Times count from the start.

## What is judged

A drain is ready when both are so:

- The instance is in none of the load balancers and target groups that \`deregister\`'s input names, nor in those of a service
  with a task on it. The settings in the hook's \`metadata\` override the input ([inputs.md](inputs.md)).
- No task is left on it, in any cluster. A task counts until its containers have ended, whatever ECS shows of it.

These are violations:

- completing the lifecycle action before the drain is ready,
- setting an instance DRAINING while its task is still behind such a load balancer,
- taking out a target that a service registered,
- touching an instance that no hook holds,
- cancelling somebody else's hook,
- a drain that does not end in time,
- an instance that comes back and is not as it was.

The whole list, and what does not count, is in [simulation.md](dev/simulation.md).

## What is refused

A wrong file is refused as a whole, with a line for each wrong key, up to twenty. So is a file of more than 128 KiB.

- A name that one part of the file uses for another must exist. No two parts of a kind have the same name. The queues that the
  functions' inputs name must exist. A load balancer or cluster may be missing: that is trouble worth playing.
- Instance ids in the timeline must be in the groups' \`instance_ids\`, if all groups have some. After the timeline launches an
  instance, other ids are allowed: its id is drawn. An id that no instance ever had ends the run when its time comes.
- \`scale_in\` must not ask for more instances than the group has by then, after all that is scaled before.
- What AWS would not accept is refused with AWS's own error: in the world before the start, in the timeline when its time comes.
  The simulator on its own writes the latter to stderr, and goes on.

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
