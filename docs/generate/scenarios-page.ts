import { readFileSync } from "node:fs";
import { z } from "zod";
import { scenarioSchema } from "../../simulator/scenario/schema.ts";
import { asJsonSchema, type JsonSchema, kindText, markdownTable } from "./tables.ts";

/** The page on scenario files. */
export function scenariosPage(): string {
  const schema = asJsonSchema(z.toJSONSchema(scenarioSchema, { io: "input" }));
  return `# Scenario files

<!-- Made from the scenario schema by \`npm run docs\`. -->

A scenario file is YAML; \`-\` stands for standard input. It describes a world, what happens to it, and how the functions are scheduled.

    npm start -- --scenario FILE                     # the functions over it, in virtual time
    npm start --silent -- --scenario FILE --json     # the same, reported as one line of JSON
    npm run simulator -- --port 4566 --scenario FILE --speed 10

\`--silent\` keeps npm's banner out of stdout. [report.schema.json](report.schema.json) describes the line. The functions' log
goes to stderr. The exit status is

- 0 when nothing was lost,
- 1 when there was a violation: a broken promise, or damage that nothing allows,
- 2 when an option or the file is wrong,
- 3 when there was damage that a setting or the file allows, such as a task at its deadline,
- 70 when the command itself failed.

\`npm start\` alone plays \`examples/fleet.yaml\`. A scenario ends when its terminations have ended, no instance is on its way to
its hooks, and the functions' queues are empty. It goes on while EC2 has scheduled a change for the next 15 minutes. It ends at
\`ends_after_seconds\` at the latest. The world is then played on, until 15 minutes after the last termination: what is left behind
shows only then. Calls and Lambda's seconds count up to the end. The
world is an hour old when a scenario starts: instances are in service, tasks run, targets are healthy. Times count from the start.

## What was lost

\`damage\` in the report is a list of what was lost. It is judged from the simulated world alone, as it was and went on: all load
balancers, tasks and instances, whether an input names them or not. Instances count whose group has a hook of ours.

| kind | what was lost |
| --- | --- |
| \`unserved\` | A load balancer sent to a target behind which nothing listened: its instance or task had ended, or the task got SIGTERM before the target had drained. Also an address in a named target group that nobody has. |
| \`cut\` | A task ran, or a target still drained, when its instance ended. |
| \`capacity\` | A service was under its own minimum. Or a target group or classic load balancer had none left that serves, or under half of those it had. Only what we took counts: instances that we had replaced, and what we took out or stopped while no hook held the instance. |
| \`left_behind\` | ECS still counts a container instance whose instance is gone, or a target of it is still registered. Or an instance in use stays DRAINING. |
| \`others\` | We completed another's hook or kept it alive, took out another's target, or had an instance replaced that nobody asked for. |
| \`late\` | A hook of ours held an instance for more than 45 s with nothing left on it. |

\`allowed_by\` names what allows it:

| allowed by | what that means |
| --- | --- |
| \`drain_timeout_seconds\` | It was on its way when the time was over. More time would have saved it. |
| \`on_timeout\` | The time was over, and it was not on its way. |
| \`stop_tasks\` | A standalone task that nothing ends. With \`all\` it is stopped in time. |
| \`settle_seconds\` | It came when nothing was left any more: a longer one would have seen it. With \`late\`: the wait itself. |
| \`discover: named\`, \`discover: warn\` | Nothing in the input names it. With \`warn\` it was found, and only warned about. |
| \`clusters\` | It is in a cluster that may not be changed: no setting names or tags it, or a name is wrong. With \`late\`: nothing can set it DRAINING there. |
| \`dry_run\`, \`on_rebalance\`, \`on_maintenance\`, \`replace_at_once\`, \`replace_last\`, \`deregister_container_instance\` | The input asks for it. |
| \`Spot interruption\` | EC2 took the instance back. |
| \`the hook's own timeout\`, \`another hook\` | It released the instance. |
| \`metadata\` | A value in the hook's metadata is wrong: the drain waited for it to be corrected. |
| \`managed draining\` | ECS set the instance DRAINING by itself, beside us. |
| \`a person's act\` | Somebody ended, registered or completed it. |
| \`an injected fault\` | The file lets something fail, come late or fall silent at that time. |
| \`the read lag\` | It was so new that no read could show it. |
| null | Nothing allows it. That is a violation. |

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

So is damage that nothing allows. The whole list, and what does not count, is in [simulation.md](dev/simulation.md).

## What is refused

A wrong file is refused as a whole, with a line for each wrong key, up to twenty. So is a file of more than 128 KiB.

- A name that one part of the file uses for another must exist. No two parts of a kind have the same name. What the functions' inputs
  name should exist too. A queue must. Of a load balancer, target group, cluster or group that does not exist, a warning tells on stderr: what
  follows from a wrong name is worth seeing.
- The functions' inputs are checked as the functions check them.
- Instance ids in the timeline must be in the groups' \`instance_ids\`, if all groups have some. After the timeline launches an
  instance, other ids are allowed: its id is drawn. An id that no instance ever had ends the run when its time comes.
- \`scale_in\` must not ask for more instances than the group has by then, after all that is scaled before.
- What AWS would not accept is refused with AWS's own error: in the world before the start, in the timeline when its time comes.
  The simulator on its own writes the latter to stderr, and goes on.

## A complete example

This is \`examples/fleet.yaml\`, which \`npm start\` plays. [Five more](examples.md) show drains that are not easy.

${indented(readFileSync("examples/fleet.yaml", "utf8"))}

${section("The file", schema, "")}`;
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
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
