import { z } from "zod";
import { addresses, instanceId, instanceIds, name, named, port, prefix, seconds } from "./values.ts";

const networkInterface = z.strictObject({
  addresses: addresses.describe(
    "IPv4 or IPv6 addresses. The first IPv4 address of an instance is its own; the others are secondary.",
  ),
  prefixes: z.array(prefix).default([]).describe("Prefixes, such as `10.0.4.16/28`: all addresses in them."),
  vpc: named("its VPC; the group's when not given").optional(),
});

/** A lifecycle hook in a scenario file. */
export const hook = z
  .strictObject({
    name,
    transition: z
      .enum(["terminating", "launching"])
      .default("terminating")
      .describe("When it holds an instance."),
    queue: name.optional().describe("The queue that it notifies."),
    topic: name.optional().describe("The SNS topic that it notifies, instead of a queue."),
    heartbeat_timeout_seconds: z
      .int()
      .min(30)
      .max(7200)
      .default(3600)
      .describe("How long it holds without a heartbeat."),
    default_result: z
      .enum(["CONTINUE", "ABANDON"])
      .default("ABANDON")
      .describe("What its timeout ends it with."),
    metadata: z.string().optional().describe("Its NotificationMetadata: settings of its own."),
  })
  .refine(({ queue, topic }) => queue === undefined || topic === undefined, {
    error: "expected either a queue or a topic",
  });

/** An Auto Scaling group in a scenario file. */
export const group = z.strictObject({
  name,
  instances: z.int().min(0).default(1).describe("How many there are at the start."),
  instance_ids: instanceIds
    .optional()
    .describe("Their ids, in order of launch. Without this, ids are drawn."),
  max_size: z.int().min(0).default(1000).describe("The largest desired capacity that it can have."),
  vpc: named("its instances' VPC; without one, they are in the VPC of all that name none").optional(),
  network_interfaces: z
    .record(instanceId, z.array(networkInterface).min(1))
    .default({})
    .describe(
      "The network interfaces of its instances, by id. An instance without them has one, with an address that no other has: the first instance has 10.0.0.11, the next 10.0.0.12.",
    ),
  cluster: name.optional().describe("The ECS cluster that its instances join."),
  managed_draining: z
    .boolean()
    .default(false)
    .describe(
      "Whether the group is the cluster's capacity provider, with ECS's managed draining and its hook.",
    ),
  task_slots: z
    .int()
    .min(0)
    .optional()
    .describe("How many tasks have room on an instance; any number when not given."),
  cpu: z.int().min(0).optional().describe("CPU units of an instance for tasks; enough when not given."),
  memory: z.int().min(0).optional().describe("MiB of an instance for tasks; enough when not given."),
  attributes: z
    .record(z.string(), z.string())
    .default({})
    .describe("Attributes of its container instances, for placement constraints."),
  joins_after_seconds: seconds
    .default(0)
    .describe(
      "From InService to when the ECS agent joins the cluster, even if a hook holds the instance by then.",
    ),
  boot_seconds: seconds
    .default(30)
    .describe("From an instance's launch to its launch hooks. Without these, to InService."),
  target_groups: z
    .array(name)
    .default([])
    .describe("Target groups attached to the group. Auto Scaling itself takes instances out of these."),
  load_balancers: z.array(name).default([]).describe("Classic load balancers attached to the group."),
  registers_with: z
    .strictObject({
      target_groups: z
        .array(
          z.strictObject({ name, port: port.optional().describe("The target group's own when not given.") }),
        )
        .default([])
        .describe(
          "Target groups: of type instance, or of type ip, in which they register their own address.",
        ),
      load_balancers: z.array(name).default([]).describe("Classic load balancers."),
    })
    .prefault({})
    .describe(
      "Where its instances register themselves when they start for the first time, as a boot script does.",
    ),
  hooks: z.array(hook).default([]).describe("Its lifecycle hooks."),
  tags: z.record(z.string(), z.string()).default({}).describe("Its tags, value by key."),
  spot: z.boolean().default(false).describe("Whether its instances are Spot Instances."),
  capacity_rebalance: z
    .boolean()
    .default(false)
    .describe(
      "Its Capacity Rebalancing: it replaces instances that EC2 recommends to rebalance, launching first.",
    ),
  protect_new_instances: z
    .boolean()
    .default(false)
    .describe("Whether its instances are protected from scale-in."),
  on_abandon: z
    .enum(["terminate", "retain"])
    .default("terminate")
    .describe("What its lifecycle policy does with an instance whose hook ended with ABANDON."),
  warm_pool: z
    .strictObject({
      state: z
        .enum(["Stopped", "Running", "Hibernated"])
        .default("Stopped")
        .describe("What its instances are while they wait."),
      instance_ids: z.array(instanceId).default([]).describe("Those that wait in it at the start."),
      reuse_on_scale_in: z.boolean().default(true).describe("Whether scale-in returns instances to it."),
    })
    .optional()
    .describe(
      "Scale-out first takes instances from the pool. Scale-in returns them to it, through the terminating hooks.",
    ),
});
