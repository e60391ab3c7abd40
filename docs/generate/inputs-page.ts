import { deregisterInput } from "../../functions/deregister/input.ts";
import { scaleManyInput, scaleTasksInput } from "../../functions/scale-tasks/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { keysTable } from "./tables.ts";

/** The page on the functions' inputs. */
export function inputsPage(): string {
  return `# Inputs

<!-- Made from the functions' schemas by \`npm run docs\`. -->

You configure each function by the \`input\` of the scheduled event that invokes it. An input with a wrong key is refused
before anything is called. \`input refused\` in the log names every wrong key, what was expected and what was found. The
invocation fails.

With \`deregister_at_once\` in serverless.yml, the lifecycle queue's messages invoke deregister too. Such an event brings no
input. The deployment puts the same JSON into the environment's variable \`INPUT\`. Lambda takes 4 KB of environment, so a
longer input can only be scheduled.

Two other variables of the environment count:

| variable | of | meaning |
| --- | --- | --- |
| \`SENDER_ROLE_IDS\` | deregister, terminate | The ids of the roles that write what a drain remembers, such as \`AROA1EXAMPLE2EXAMPLE3\`, separated by commas. The template has both functions' roles, and those in \`more_sender_role_ids\`. terminate believes no other sender's memory ([rule 1](rules.md#1-only-in-a-wait-state)). deregister only checks the variable. A wrong one is refused as an input is. |
| \`DRYRUN\` | all | Any text switches dry run on. |

## deregister

${keysTable(deregisterInput)}

## terminate

Give terminate deregister's keys, as the template does. What its input does not name, it takes from deregister's, which travels in the
messages. Nothing counts in a message of another sender, and an instance that a sweep finds has no message ([rules.md](rules.md#18-which-settings-count)).

- If both name a key, deregister begins a drain by its own value, and terminate goes on with it and ends it by its own. A target
  group that only deregister's list has is taken out, and terminate does not wait for it, unless \`discover\` finds it.
- If an edit takes a key out of terminate's input, deregister's value counts from then on.
- With \`queue_name\` alone, terminate goes by what the message says, whoever sent it. It then takes no step for an instance that
  our hook does not hold.

With \`auto_scaling_groups\` or \`group_tag\` it also sweeps: it drains instances that our hook holds and that have no message,
because it was lost or there never was one. terminate takes all of deregister's keys, so you can give both the same input.

Dry run does not travel: the switch of the function that reads a message decides. So an instance of a dry run is drained once
dry run is off.

${keysTable(terminateInput)}

## scale-tasks

Keeps a service at one task per ACTIVE instance of its cluster, less \`n_count\`, and never below \`min_task_count\`:

${keysTable(scaleTasksInput)}

Or the same for several services:

${keysTable(scaleManyInput)}

    {"services": [{"cluster_name": "web", "service_name": "edge", "min_task_count": 2, "n_count": 1}]}

## Settings of a hook's own

A lifecycle hook can carry settings for its group in its \`NotificationMetadata\`. That is a JSON object with the keys that
deregister and terminate share, except \`dry_run\`. They replace those of both functions' inputs, so one deployment serves many
groups. For a group in \`groups\`, the deployment writes them there ([deployment.md](deployment.md#the-settings-of-a-group)):

    {"cluster_name": "payments", "drain_timeout_seconds": 14400}

- \`elb_name\` and \`elb_names\` are replaced together, and so are \`cluster_name\` and \`cluster_names\`.
- Metadata without any of these keys changes nothing. The log names keys that are no settings, with what they may have meant.
- \`dry_run\` or an \`on_...\` key in it has no effect, and the log warns.
- The functions read them from the hook itself, in each run. So an edit counts for the instances that are held at the time, within
  two minutes. What a message says of them is not read.
- A wrong value counts as not set. Until you correct it, no task is stopped, and an instance with nothing left waits, up to the
  drain's deadline. Each run fails with \`cannot be used\`, which says what is wrong.
`;
}
