import { readFileSync } from "node:fs";
import { blockSchema, groupSchema, lifecycleEventsSchema } from "../../deploy/block/schema.ts";
import { keysTable } from "./tables.ts";

/** The block of thirty groups in eight clusters, as the page has it. A test packages it. */
export const THIRTY_GROUPS = readFileSync("examples/blocks/thirty-groups.yml", "utf8");

/** The page on the deployment: the block of serverless.yml, and what is checked before anything is deployed. */
export function deploymentPage(): string {
  return `# Deployment

<!-- Made from the block's schema by \`npm run docs\`. -->

You edit the block at the top of [serverless.yml](../serverless.yml), and run \`npx serverless deploy\`. This page has the keys of the
block, and says what is checked before anything is deployed. For CloudFormation by itself, CDK and Terraform, see
[Deploying without Serverless](other-tools.md).

## Thirty groups in ten minutes

One deployment serves all groups of an account and Region. This block has thirty groups in eight clusters. It is
[examples/blocks/thirty-groups.yml](../examples/blocks/thirty-groups.yml):

${THIRTY_GROUPS.replace(/^/gm, "    ").replace(/ +$/gm, "").trimEnd()}

1. Put it in the place of the block in serverless.yml, with your own names. What is below the line of dashes stays.
2. Check it. Nothing is sent to AWS, and no credentials are needed:

       npm ci && npx serverless package

3. Deploy it. The stack makes a hook for each group:

       npx serverless deploy

4. Terminate one instance of a group, and read what the functions would do: lines with \`dry run\` in the log. In a dry run nobody prolongs
   the hook, and the instance waits for the hook's whole timeout.
5. Set \`dry_run\` to false, and deploy again.
6. Check all that is deployed: \`npm run asg-drain -- doctor\` ([doctor.md](doctor.md)).

To add a group, add its line and deploy. The order of the lines means nothing: no hook is replaced by another order.

**With more groups**, a role's policies become too long: about 65 names are the most. Let the groups carry a tag, and name the tag
in place of the groups:

    group_tag: drain=yes

The functions may then act on all groups that carry the tag, and terminate sweeps them. Their hooks are yours to make, in the stack or
module that makes the group. For each you need the queue's ARN and the role's, which are this stack's outputs:

    aws autoscaling put-lifecycle-hook --auto-scaling-group-name GROUP --lifecycle-hook-name asg-drain-live \\
      --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 3600 --default-result CONTINUE \\
      --notification-target-arn QUEUE-ARN --role-arn ROLE-ARN

Who may tag a group then decides whether the functions may complete its lifecycle actions and terminate its instances.

## The keys of the block

${keysTable(blockSchema)}

One of \`auto_scaling_group_name\`, \`groups\`, \`group_tag\` and \`more_auto_scaling_groups\` is needed.

- A name in the block is used as it is. Only names that you leave out carry the stage.
- \`dry_run\` counts for each function whose own input does not say otherwise.
- terminate gets its queue, by what deregister knows our hooks, and the groups of the block to sweep, without your naming them. A
  \`terminate\` from before that names no hook, queue or topic gets the first alone, as long as the block has no \`groups\` and no \`group_tag\`.

### Topics and a rule

\`topics\` and \`lifecycle_events\` let messages in that hooks do not send to the queue themselves. [intake.md](intake.md) has the steps.

${keysTable(lifecycleEventsSchema)}

### The settings of a group

A group in \`groups\` is a name, or an object with these keys. What it does not name, it has of the functions' inputs. The drain's settings
travel in the hook's \`NotificationMetadata\` ([inputs.md](inputs.md#settings-of-a-hooks-own)):

${keysTable(groupSchema)}

Leave a group that has been in \`auto_scaling_group_name\` there. In \`groups\`, its hook would be another one of the same name, and
CloudFormation would delete the hook with the old one.

## A key of your own

With \`kms_key_arn\`, the four queues and the three log groups are encrypted with your KMS key, and the roles may use it. The key's own policy
must let these services use it too (\`kms:Decrypt\` and \`kms:GenerateDataKey*\`, and \`kms:Encrypt\` for the logs):

- \`logs.REGION.amazonaws.com\`, or the deployment fails.
- \`events.amazonaws.com\`, if the block asks for notices or \`lifecycle_events\`, or if a rule of yours sends to the queue. Otherwise, the
  events are lost.
- \`sns.amazonaws.com\`, if the block has \`topics\`, or if another topic sends to the queue. Otherwise, its messages are lost.

The key must stay usable for the four days that a message may wait. If you disable it, no message can be read. The instances then wait for
the sweep, and for the hook's own timeout.

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
| queues in \`terminate\` that are not those of \`deregister\`, or topics and hooks that lack some of its | | Leave them out in \`terminate\`. |
| stages in \`params\` that share a queue | | Leave the names of the queues out, or put \`\${sls:stage}\` into them. |
| \`--stage\` with another stage than the block's | | Set \`stage\` in the block, and leave the names of the queues out or change them. A second deployment must not share queues. |
| a function's input that EventBridge does not take | 8,192 characters | Name fewer load balancers and target groups: what has the instance is found, too. |
| an input that does not fit into Lambda's environment, with \`deregister_at_once\` | 4,096 bytes | The same, or set \`deregister_at_once\` to false. |
| settings of a group that do not fit into its hook's metadata | 1,023 characters | Name fewer load balancers and target groups. |
| a group in \`lifecycle_events\` that the block does not name | | Name it in \`more_auto_scaling_groups\` too. |
| a rule for lifecycle actions that EventBridge does not take | 2,048 characters | Name in \`lifecycle_events.groups\` only those that have such a hook. |
| a KMS key, a topic, or a topic of an alarm, in another Region | | Take one of the block's Region. |
| a role whose inline policies IAM does not take | 10,240 characters, about 65 groups | Use \`group_tag\` and \`cluster_tag\`. |

It warns, and goes on, if a hook's timeout is under 180 seconds, or if another stage than \`live\` has the queues' names that serverless.yml comes
with. The check is offline, so it does not know whether a group exists.

**Two deployments with queues of the same names** are refused where one file has both, as stages in its \`params\`. Stages that differ in
\`region\`, or in the \`profile\` of the provider, may share names. Of a stack that another file or tool has made, the check knows nothing. There CloudFormation refuses: a queue's
name must be unique, so it does not create the second (\`AlreadyExists\`), and rolls the new stack back. No function of that stack has run by
then, because the functions' roles need the queues. The first stack stays as it is.

## Names that change

To replace a queue is to lose its messages. To replace or delete a hook is to release what it holds: Auto Scaling completes its lifecycle
actions at once. So the stack has a policy that denies both, and a deployment that would do it fails and is rolled back. Nothing is lost.
Whoever deploys needs \`cloudformation:SetStackPolicy\`.

| you want to | do this |
| --- | --- |
| take a group out of the block, or delete it | Let its drains end, and then follow the steps below. |
| give a group to \`groups\` that is in \`auto_scaling_group_name\` | Leave it where it is. Both do the same. |
| give the queues other names, or the stage another one | Deploy a second stage beside the first, with queues of its own. Put its hook on the groups, wait until the first stage holds nothing, and remove that. An instance waits for both hooks meanwhile. |
| replace or delete all the same | Follow the steps below. |

1. See that nothing is held and no message waits, as \`serverless remove\` does ([below](#removing-it)).
2. Let the stack do it once. The next deployment without the key sets the policy again:

       aws cloudformation set-stack-policy --stack-name asg-drain-live --stack-policy-body \\
         '{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}'

3. Set \`replace_and_delete: true\` in the block, and deploy. A queue that is replaced stays beside the new one, with what is in it.
4. Remove the key, and deploy again.

## Removing it

    npx serverless remove

It refuses while an instance of a group of the block is in \`Terminating:Wait\`, or while one of the two queues has a message. It lists both.
Wait until the drains have ended. To remove all the same, set \`remove_while_held: true\`: the instances are then released with whatever
is on them.

It needs \`autoscaling:DescribeAutoScalingGroups\`, \`sqs:GetQueueUrl\` and \`sqs:GetQueueAttributes\`. Hooks of your own that notify the
queue are not the stack's. Delete them first: without the functions, they hold each instance for their whole timeout.

CloudFormation itself does not ask. Before you delete the stack by other means, ask both:

    aws autoscaling describe-auto-scaling-instances \\
      --query 'AutoScalingInstances[?ends_with(LifecycleState, \`Terminating:Wait\`)].[AutoScalingGroupName, InstanceId]'
    aws sqs get-queue-attributes --queue-url URL --attribute-names All \\
      --query 'Attributes.[ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible]'
`;
}
