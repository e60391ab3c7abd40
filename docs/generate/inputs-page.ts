import * as z from "zod/mini";
import { deregisterInput } from "../../functions/deregister/input.ts";
import { scaleManyInput, scaleTasksInput } from "../../functions/scale-tasks/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { asJsonSchema, kindText, markdownTable } from "./tables.ts";

/** The page on the functions' inputs. */
export function inputsPage(): string {
  return `# Inputs

<!-- Made from the functions' schemas by \`npm run docs\`. -->

Each function is configured by the \`input\` of the scheduled event that invokes it. An input with a wrong key is refused
before anything is called: the log's line \`input refused\` names every key that is wrong, what was expected and what was
found, and the invocation fails.

With \`deregister_at_once\` in serverless.yml, the lifecycle queue's messages invoke deregister too. Such an event brings no
input: the same JSON then stands in the environment's variable \`INPUT\`, where the deployment puts it. Lambda takes 4 KB of
environment, so an input longer than that can only be scheduled.

## deregister

${inputTable(deregisterInput)}

## terminate

What a drain is told travels in its message, so terminate needs its queue alone for those. With \`auto_scaling_groups\` or
\`group_tag\` it also sweeps: it looks for instances that our hook holds and that no message stands for, because it was lost
or there never was one. All other keys but \`dry_run\` are for these, and for messages that carry no settings, as those that
the original pair had in flight. It takes all of deregister's keys, so that both can be given the same. Dry run does not
travel: the switch of the function that reads a message decides, so what was only looked at is drained once dry run is off.

${inputTable(terminateInput)}

## scale-tasks

Keeps a service at one task for each ACTIVE instance of its cluster but \`n_count\`, and never below \`min_task_count\`:

${inputTable(scaleTasksInput)}

Or the same for several services:

${inputTable(scaleManyInput)}

    {"services": [{"cluster_name": "web", "service_name": "edge", "min_task_count": 2, "n_count": 1}]}

## Settings of a hook's own

A lifecycle hook can carry settings for its group in its \`NotificationMetadata\`, as a JSON object with the keys that
deregister and terminate share, except \`dry_run\`. They replace those of deregister's input, so that one deployment serves
many groups:

    {"cluster_name": "payments", "drain_timeout_seconds": 14400}

\`elb_name\` and \`elb_names\` are replaced together, and so are \`cluster_name\` and \`cluster_names\`. Metadata without any
of these keys is left alone, and \`dry_run\` or an \`on_...\` key in it is warned of and has no effect. A wrong value makes the message unreadable: it goes to the dead-letter queue with the reason.
`;
}

function inputTable(schema: z.core.$ZodType): string {
  const { properties = {}, required = [] } = asJsonSchema(z.toJSONSchema(schema, { io: "input" }));
  return markdownTable(
    ["key", "needed", "value", "meaning"],
    Object.entries(properties).map(([key, each]) => [
      `\`${key}\``,
      required.includes(key) ? "yes" : "",
      kindText(each),
      each.description ?? "",
    ]),
  );
}
