import { z } from "zod";
import { instanceHappenings } from "./instance-happenings.ts";
import { messageHappenings } from "./message-happenings.ts";
import { chance, instanceId, instanceIds, name, port, seconds } from "./values.ts";

// One schema for scenario files: what is read, what is refused, and what docs/scenarios.md says come from here.

const actions = z
  .array(z.string().regex(/^[\w*-]+(:[\w*]+)?$/, "expected an action such as ecs:ListTasks, ecs:* or *"))
  .min(1)
  .describe("Actions such as `ecs:ListTasks`; `*` stands for any part of a name.");
const queue = z.strictObject({
  name,
  visibility_timeout_seconds: z.int().min(0).max(43_200).default(30),
  retention_seconds: z.int().min(60).max(1_209_600).default(345_600),
  delay_seconds: z.int().min(0).max(900).default(0),
  dead_letter_queue: name
    .optional()
    .describe("The queue, listed before this one, that redrive moves messages to."),
  max_receive_count: z.int().min(1).max(1000).default(10),
});

const targetGroup = z.strictObject({
  name,
  port: port.default(80),
  protocol: z.string().default("HTTP"),
  target_type: z.enum(["instance", "ip"]).default("instance"),
  deregistration_delay_seconds: z.int().min(0).max(3600).default(300),
  healthy_after_seconds: seconds.default(10).describe("From a target's registration to its being healthy."),
  in_use: z
    .boolean()
    .default(true)
    .describe("Whether a load balancer forwards to it; else its targets are `unused`."),
});

const loadBalancer = z.strictObject({
  name,
  listeners: z
    .array(z.strictObject({ port, instance_port: port, protocol: z.string().default("HTTP") }))
    .min(1),
  connection_draining_seconds: z
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .describe("0 means that connection draining is off."),
  requests_finish_after_seconds: seconds
    .optional()
    .describe(
      "Classic draining ends early when the requests in flight have finished; without this it takes its full time.",
    ),
});

const task = z.strictObject({
  container: name.default("main"),
  network_mode: z.enum(["bridge", "host", "awsvpc", "none"]).default("bridge"),
  ports: z
    .array(z.strictObject({ container_port: port, host_port: z.int().min(0).max(65_535).default(0) }))
    .default([])
    .describe("A host port of 0 is drawn from the dynamic range."),
  start_seconds: seconds.default(2).describe("From placement to running."),
  stop_seconds: seconds.default(2).describe("From SIGTERM to the container's exit."),
  stop_timeout_seconds: seconds.default(30).describe("From SIGTERM to SIGKILL."),
  run_seconds: seconds.optional().describe("After how long it ends by itself; without it, never."),
});

const service = z.strictObject({
  name,
  scheduling_strategy: z.enum(["REPLICA", "DAEMON"]).default("REPLICA"),
  desired_count: z.int().min(0).default(1),
  minimum_healthy_percent: z
    .int()
    .min(0)
    .max(200)
    .optional()
    .describe("100 for replicas and 0 for daemons when not given."),
  maximum_percent: z
    .int()
    .min(0)
    .max(400)
    .optional()
    .describe("200 for replicas and 100 for daemons when not given."),
  load_balancers: z
    .array(
      z
        .strictObject({ target_group: name.optional(), load_balancer: name.optional(), container_port: port })
        .refine((each) => (each.target_group === undefined) !== (each.load_balancer === undefined), {
          error: "expected either target_group or load_balancer",
        }),
    )
    .default([]),
  task: task.prefault({}),
  scaling: z
    .strictObject({ min: z.int().min(0), max: z.int().min(0) })
    .refine(({ min, max }) => min <= max, { error: "expected a max of at least min" })
    .optional()
    .describe(
      "Its bounds as a scalable target of Application Auto Scaling; no policy, so nothing scales it.",
    ),
});

const standaloneTasks = z.strictObject({
  cluster: name,
  family: name.default("standalone"),
  count: z.int().min(1).default(1),
  instance_ids: instanceIds
    .optional()
    .describe("One task on each of these; without it, `count` tasks where there is room."),
  started_by: z.string().optional(),
  group: z.string().optional(),
  task: task.prefault({}),
});

const hook = z.strictObject({
  name,
  transition: z.enum(["terminating", "launching"]).default("terminating"),
  queue: name.optional().describe("The queue that it notifies."),
  heartbeat_timeout_seconds: z.int().min(30).max(7200).default(3600),
  default_result: z.enum(["CONTINUE", "ABANDON"]).default("ABANDON"),
  metadata: z.string().optional().describe("The hook's NotificationMetadata."),
});

const group = z.strictObject({
  name,
  instances: z.int().min(0).default(1).describe("How many there are at the start."),
  instance_ids: instanceIds.optional().describe("Their ids, in order of launch; without it, ids are drawn."),
  max_size: z.int().min(0).default(1000),
  cluster: name.optional().describe("The ECS cluster that its instances join."),
  task_slots: z
    .int()
    .min(0)
    .optional()
    .describe("How many tasks have room on an instance; any number when not given."),
  boot_seconds: seconds.default(30),
  target_groups: z
    .array(name)
    .default([])
    .describe("Target groups attached to the group: Auto Scaling itself takes instances out of these."),
  load_balancers: z.array(name).default([]).describe("Classic load balancers attached to the group."),
  registers_with: z
    .strictObject({
      target_groups: z.array(z.strictObject({ name, port: port.optional() })).default([]),
      load_balancers: z.array(name).default([]),
    })
    .prefault({})
    .describe(
      "Where its instances register themselves when they start for the first time, as a boot script does.",
    ),
  hooks: z.array(hook).default([]),
  on_abandon: z.enum(["terminate", "retain"]).default("terminate"),
  warm_pool: z
    .strictObject({
      state: z.enum(["Stopped", "Running", "Hibernated"]).default("Stopped"),
      instance_ids: z.array(instanceId).default([]).describe("Those that wait in it at the start."),
      reuse_on_scale_in: z.boolean().default(true),
    })
    .optional()
    .describe("Scale-out takes from it first, and scale-in returns to it, through the terminating hooks."),
});

const forAWhile = { actions, for_seconds: seconds, probability: chance.default(1) };

const happenings = {
  ...instanceHappenings,
  ...messageHappenings,
  run_tasks: standaloneTasks,
  stop_tasks: z.strictObject({ cluster: name, family: name }).describe("Stops standalone tasks."),
  complete_actions: z
    .strictObject({ group: name, hook: name, result: z.enum(["CONTINUE", "ABANDON"]).default("CONTINUE") })
    .describe("Somebody completes another hook's pending actions."),
  put_hook: z.strictObject({ group: name, hook }),
  update_service: z.strictObject({
    cluster: name,
    service: name,
    desired_count: z.int().min(0).optional(),
    minimum_healthy_percent: z.int().min(0).max(200).optional(),
    maximum_percent: z.int().min(0).max(400).optional(),
    redeploy: z.boolean().default(false),
  }),
  register: z
    .strictObject({
      instance_ids: instanceIds,
      target_group: name.optional(),
      port: port.optional(),
      load_balancer: name.optional(),
    })
    .describe("An operator registers instances."),
  deny: z.strictObject(forAWhile).describe("IAM refuses the actions."),
  throttle: z.strictObject(forAWhile).describe("The actions are throttled."),
  fail: z.strictObject(forAWhile).describe("The actions fail with status 500."),
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

const scheduled = (first: number) =>
  z.strictObject({
    input: z.record(z.string(), z.unknown()).describe("The scheduled event's input."),
    every_seconds: z.int().min(1).default(60),
    first_after_seconds: seconds.default(first),
    timeout_seconds: z.int().min(1).max(900).default(90),
  });

/** A scenario file: a world, what happens to it, and how the functions are scheduled over it. */
export const scenarioSchema = z.strictObject({
  name,
  description: z.string().default(""),
  seed: z.int().default(1),
  starts_at: z.iso.datetime().default("2026-01-05T09:00:00Z"),
  ends_after_seconds: seconds
    .default(7200)
    .describe("When it ends at the latest; it ends as soon as all its terminations have."),
  throttling: z.boolean().default(false).describe("Whether AWS's documented token buckets hold."),
  latency_milliseconds: z
    .tuple([seconds, seconds])
    .default([15, 60])
    .describe("How long a call takes at least and at most, when the functions run in process."),
  short_poll_misses: chance.default(0).describe("How likely a short poll misses a message that is there."),
  duplicates: chance
    .default(0)
    .describe("How likely a message that is received comes once more within its visibility timeout."),
  disorder: chance
    .default(0)
    .describe("How likely a receive takes messages in any order instead of the oldest first."),
  functions: z
    .strictObject({ deregister: scheduled(20), terminate: scheduled(40) })
    .optional()
    .describe(
      "The two functions' schedules and inputs; needed by `npm start`, not by the simulator on its own.",
    ),
  queues: z.array(queue).default([]),
  event_rules: z
    .array(z.strictObject({ queue: name }))
    .default([])
    .describe("Rules of EventBridge: each sends all notices about instances to its queue."),
  target_groups: z.array(targetGroup).default([]),
  load_balancers: z.array(loadBalancer).default([]).describe("Classic load balancers."),
  clusters: z.array(z.strictObject({ name, services: z.array(service).default([]) })).default([]),
  auto_scaling_groups: z.array(group).default([]),
  tasks: z.array(standaloneTasks).default([]).describe("Standalone tasks that run from the start."),
  timeline: z.array(timelineEntry).default([]),
});

/** A scenario with all its defaults filled in. */
export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioHook = z.output<typeof hook>;
export type ScenarioGroup = z.output<typeof group>;
export type ScenarioTask = z.output<typeof task>;
export type ScenarioTasks = z.output<typeof standaloneTasks>;
export type ScenarioService = z.output<typeof service>;
export type TimelineEntry = z.output<typeof timelineEntry>;
