import { z } from "zod";
import { roleIdOf } from "../kernel/account.ts";
import { clusterHappenings } from "./cluster-happenings.ts";
import { cluster, type service, serviceLoadBalancers, standaloneTasks, type task } from "./cluster-schema.ts";
import { callFaults, otherFaults } from "./fault-happenings.ts";
import { group, hook } from "./group-schema.ts";
import { instanceHappenings } from "./instance-happenings.ts";
import { loadBalancer, targetGroup } from "./load-balancer-schema.ts";
import { messageHappenings } from "./message-happenings.ts";
import { addresses, chance, instanceIds, name, named, port, seconds } from "./values.ts";

// The schema of scenario files. It says what is read and what is refused, and docs/scenarios.md is made from it.

const queue = z.strictObject({
  name,
  visibility_timeout_seconds: z
    .int()
    .min(0)
    .max(43_200)
    .default(30)
    .describe("How long a message that was received is hidden."),
  retention_seconds: z.int().min(60).max(1_209_600).default(345_600).describe("How long it keeps a message."),
  delay_seconds: z.int().min(0).max(900).default(0).describe("How long a message that was sent is hidden."),
  dead_letter_queue: name
    .optional()
    .describe("The queue, listed before this one, that redrive moves messages to."),
  max_receive_count: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe("After how many receives redrive moves a message."),
  policy: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      "Its policy, as IAM writes it: who may send to it. The hooks' role is `arn:aws:iam::123456789012:role/hook`, and a function's has the function's name.",
    ),
});

const eventRule = z.strictObject({
  name: z.string().min(1).default("rule").describe("Its name, which stands in its ARN."),
  queue: named("the queue"),
  of: z
    .enum(["notices", "terminating"])
    .default("notices")
    .describe(
      "What it matches: all notices about instances, or the events of all terminating lifecycle actions (EC2 Instance-terminate Lifecycle Action).",
    ),
  hooks: z.array(name).optional().describe("With `terminating`: only the events of hooks with these names."),
  groups: z.array(name).optional().describe("With `terminating`: only the events of these groups."),
});

const topic = z.strictObject({
  name,
  account: z
    .string()
    .regex(/^\d{12}$/, "expected the twelve digits of an account")
    .optional()
    .describe("The account that it is in; the functions' own when not given."),
  queues: z
    .array(
      z.strictObject({
        queue: named("the queue"),
        raw: z.boolean().default(false).describe("Whether it gets the bare message (raw message delivery)."),
      }),
    )
    .default([])
    .describe("The queues that are subscribed."),
});

const theGroup = named("the group");

const happenings = {
  ...instanceHappenings,
  ...messageHappenings,
  run_tasks: standaloneTasks.describe("Starts standalone tasks."),
  stop_tasks: z
    .strictObject({ cluster: named("the cluster"), family: named("their task definition's family") })
    .describe("Stops standalone tasks."),
  complete_actions: z
    .strictObject({
      group: theGroup,
      hook: named("the hook"),
      result: z.enum(["CONTINUE", "ABANDON"]).default("CONTINUE").describe("What with."),
    })
    .describe("Somebody completes another hook's pending actions."),
  put_hook: z
    .strictObject({ group: theGroup, hook: hook.describe("The hook, new or changed.") })
    .describe("Adds a lifecycle hook to a group, or changes it."),
  delete_hook: z
    .strictObject({ group: theGroup, hook: named("the hook") })
    .describe("Deletes a lifecycle hook. AWS then ends what it holds: a termination with CONTINUE."),
  change_input: z
    .strictObject({
      function: z.enum(["deregister", "terminate"]).describe("Which of the functions."),
      input: z
        .record(z.string(), z.unknown())
        .describe("The keys that change, with their new values. A key with `null` is taken out."),
    })
    .describe("Somebody deploys a function with another input. Its runs from then on have it."),
  update_service: z
    .strictObject({
      cluster: named("the cluster"),
      service: named("the service"),
      desired_count: z.int().min(0).optional().describe("As it was when not given."),
      minimum_healthy_percent: z.int().min(0).max(200).optional().describe("As it was when not given."),
      maximum_percent: z.int().min(0).max(400).optional().describe("As it was when not given."),
      redeploy: z.boolean().default(false).describe("Whether all its tasks are replaced."),
      load_balancers: serviceLoadBalancers
        .optional()
        .describe("Other load balancers than before, or none. New tasks with these replace the old ones."),
    })
    .describe("UpdateService."),
  register: z
    .strictObject({
      instance_ids: instanceIds.default([]),
      addresses: addresses.default([]).describe("For a target group of type ip, instead of instances."),
      target_group: named("a target group").optional(),
      port: port.optional().describe("With the target group; its own port when not given."),
      load_balancer: named("a classic load balancer").optional(),
    })
    .refine((each) => each.instance_ids.length > 0 !== each.addresses.length > 0, {
      error: "expected either instance_ids or addresses",
    })
    .describe("An operator registers instances, or addresses."),
  ...clusterHappenings,
  ...callFaults,
  ...otherFaults,
};

const timelineEntry = z
  .strictObject({
    at_seconds: seconds.describe("When, counted from the start of the scenario."),
    ...(Object.fromEntries(Object.entries(happenings).map(([key, schema]) => [key, schema.optional()])) as {
      [Key in keyof typeof happenings]: z.ZodOptional<(typeof happenings)[Key]>;
    }),
  })
  .refine((entry) => Object.keys(happenings).filter((key) => key in entry).length === 1, {
    error: `expected exactly one of ${Object.keys(happenings).join(", ")}`,
  });

const scheduled = (first: number, timeout: number) =>
  z.strictObject({
    input: z.record(z.string(), z.unknown()).describe("The scheduled event's input."),
    every_seconds: z.int().min(1).default(60).describe("From one invocation to the next."),
    first_after_seconds: seconds.default(first).describe("When the first one is."),
    late_by_seconds: seconds.default(0).describe("How late an invocation is at the most."),
    timeout_seconds: z.int().min(1).max(900).default(timeout).describe("When Lambda ends an invocation."),
    clock_skew_seconds: z.number().default(0).describe("How fast its clock is; slow where negative."),
  });

const senderRoleIds = {
  sender_role_ids: z
    .string()
    .default([roleIdOf("deregister"), roleIdOf("terminate")].join())
    .describe(
      "Its environment's variable SENDER_ROLE_IDS. The default has the roles of deregister and terminate. An empty text stands for a deployment without the variable.",
    ),
};

const eventSourceMapping = z.strictObject({
  maximum_concurrency: z.int().min(2).max(1000).default(2).describe("How many batches it handles at once."),
  input_variable: z
    .string()
    .optional()
    .describe("Its environment's variable INPUT; its `input` as JSON when not given."),
});

/** A scenario file: a world, what happens to it, and how the functions are scheduled over it. */
export const scenarioSchema = z.strictObject({
  name,
  description: z.string().default("").describe("For people."),
  seed: z.int().default(1).describe("The source of all randomness. The same seed gives the same run."),
  starts_at: z.iso
    .datetime({ error: "expected a time such as 2026-01-05T09:00:00Z" })
    .default("2026-01-05T09:00:00Z")
    .describe("The simulated time at the start."),
  ends_after_seconds: seconds
    .default(7200)
    .describe("When it ends at the latest. It ends earlier once all its terminations have ended."),
  throttling: z
    .boolean()
    .default(false)
    .describe("Whether calls are throttled by AWS's documented token buckets."),
  latency_milliseconds: z
    .tuple([seconds, seconds])
    .default([15, 60])
    .describe("How long a call takes at least and at most, when the functions run in process."),
  read_lag_seconds: seconds
    .default(0)
    .describe(
      "How far reads of ECS, the load balancers and Auto Scaling lag: a change shows after this time.",
    ),
  read_lag_varies: z
    .boolean()
    .default(false)
    .describe(
      "Whether each call lags by another time, up to `read_lag_seconds`. A read may then show less than one before it.",
    ),
  pages_of: z
    .int()
    .min(1)
    .optional()
    .describe(
      "How many items a page of a list has at the most, where AWS may answer with fewer than asked. As many as asked when not given.",
    ),
  short_poll_misses: chance.default(0).describe("How likely a short poll misses a message."),
  duplicates: chance
    .default(0)
    .describe("How likely a received message comes once more within its visibility timeout."),
  disorder: chance
    .default(0)
    .describe("How likely a receive takes messages in any order instead of the oldest first."),
  faults_end_after_seconds: seconds
    .optional()
    .describe(
      "When throttling, misses, duplicates and disorder end. From then on all is judged as undisturbed. Never when not given.",
    ),
  functions: z
    .strictObject({
      deregister: scheduled(20, 60)
        .extend({
          ...senderRoleIds,
          event_source_mapping: eventSourceMapping
            .optional()
            .describe("Lambda also polls the lifecycle queue, and invokes the function with its messages."),
        })
        .describe("Takes terminations in."),
      terminate: scheduled(40, 90).extend(senderRoleIds).describe("Completes their lifecycle actions."),
      scale_tasks: scheduled(50, 60)
        .optional()
        .describe("Keeps services at one task per instance, minus a few."),
    })
    .optional()
    .describe("The functions' schedules and inputs; needed by `npm start`, not by the simulator on its own."),
  queues: z.array(queue).default([]).describe("SQS queues."),
  event_rules: z
    .array(eventRule)
    .default([])
    .describe("EventBridge rules. Each sends the events that it matches to its queue."),
  topics: z.array(topic).default([]).describe("SNS topics, which hooks can notify."),
  target_groups: z.array(targetGroup).default([]).describe("Target groups."),
  load_balancers: z.array(loadBalancer).default([]).describe("Classic load balancers."),
  clusters: z.array(cluster).default([]).describe("ECS clusters."),
  auto_scaling_groups: z.array(group).default([]).describe("Auto Scaling groups, with their instances."),
  tasks: z.array(standaloneTasks).default([]).describe("Standalone tasks that run from the start."),
  timeline: z.array(timelineEntry).default([]).describe("What happens, one thing per entry."),
});

/** A scenario with all its defaults filled in. */
export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioHook = z.output<typeof hook>;
export type ScenarioGroup = z.output<typeof group>;
export type ScenarioTask = z.output<typeof task>;
export type ScenarioTasks = z.output<typeof standaloneTasks>;
export type ScenarioService = z.output<typeof service>;
export type TimelineEntry = z.output<typeof timelineEntry>;
/** A scenario as a file has it, with what has a default left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
