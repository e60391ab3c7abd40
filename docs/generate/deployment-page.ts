import { blockSchema } from "../../deploy/block/schema.ts";
import { keysTable } from "./tables.ts";

/** The page on the deployment: the block of serverless.yml, and what is checked before anything is deployed. */
export function deploymentPage(): string {
  return `# Deployment

<!-- Made from the block's schema by \`npm run docs\`. -->

You edit the block at the top of [serverless.yml](../serverless.yml), and run \`npx serverless deploy\`. This page has the keys of the
block, and says what is checked before anything is deployed.

## The keys of the block

${keysTable(blockSchema)}

- A name in the block is used as it is. Only names that you leave out carry the stage.
- \`dry_run\` counts for each function whose own input does not say otherwise.
- terminate gets its queue, and the groups of the block to sweep, without your naming them. It sweeps if it knows our hook: by
  \`lifecycle_queue_name\`, \`lifecycle_hook_names\` or \`lifecycle_topic_arns\`.

## What is checked

Each command of \`serverless\` first reads the whole block by the schemas of the functions themselves. A wrong block is refused
before anything is packaged, deployed or removed. Everything that is wrong is told at once, each with its key, what was expected and what was
found:

    - serverless.yml: custom.deregister.drain_timeout_secnds: unknown key; did you mean drain_timeout_seconds?
    - serverless.yml: custom.heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found 29

Beside unknown keys and wrong values, this is refused:

| what | limit | what to do instead |
| --- | --- | --- |
| a group or a cluster that is named twice | | Name it once. |
| queues with the same name, a FIFO queue, or a queue whose dead letters' queue has too long a name | 67 characters | Take other names, or leave the names out. |
| queues in \`terminate\` that are not those of \`deregister\` | | Leave them out in \`terminate\`. |
| \`--stage\` with another stage than the block's | | Set \`stage\` in the block, and leave the names of the queues out or change them. A second deployment must not share queues. |
| a function's input that EventBridge does not take | 8,192 characters | Name fewer load balancers and target groups: what has the instance is found, too. |
| an input that does not fit into Lambda's environment, with \`deregister_at_once\` | 4,096 bytes | The same, or set \`deregister_at_once\` to false. |
| a role whose inline policies IAM does not take | 10,240 characters, about 65 groups | Name fewer groups and clusters, or use \`cluster_tag\`. |

The check is offline. It does not know whether a group exists, or whether another stack has queues of the same names.
`;
}
