import { z } from "zod";
import { wrongDependency } from "../services/ecs/containers.ts";
import { addresses, instanceIds, name, named, port, seconds } from "./values.ts";

// The clusters of a scenario file, with their services and tasks.

const ports = z
  .array(
    z.strictObject({
      container_port: port.describe("Where the container listens."),
      host_port: z.int().min(0).max(65_535).default(0).describe("0 draws one from the dynamic range."),
    }),
  )
  .default([])
  .describe("Its port mappings.");

// What each container of a task has.
const container = {
  ports,
  start_seconds: seconds
    .default(2)
    .describe("From placement to running; from when those run that it depends on."),
  stop_seconds: seconds.default(2).describe("From SIGTERM to the container's exit."),
  stop_timeout_seconds: seconds.default(30).describe("From SIGTERM to SIGKILL."),
  run_seconds: seconds.optional().describe("After how long it ends by itself; without it, never."),
  depends_on: z
    .array(name)
    .default([])
    .describe("The containers that start before it. They get SIGTERM after it has exited."),
};

export const task = z
  .strictObject({
    container: named("its first container").default("main"),
    network_mode: z.enum(["bridge", "host", "awsvpc", "none"]).default("bridge").describe("As ECS knows it."),
    ...container,
    sidecars: z
      .array(
        z.strictObject({
          name,
          essential: z.boolean().default(true).describe("Whether the task ends when it does."),
          ...container,
        }),
      )
      .default([])
      .describe("Its other containers. The first one is always essential."),
    cpu: z.int().min(0).default(0).describe("The CPU units that it reserves."),
    memory: z.int().min(0).default(0).describe("The MiB that it reserves."),
    never_stops: z
      .boolean()
      .default(false)
      .describe("Whether it outlasts SIGKILL, as when Docker hangs: it never leaves STOPPING."),
    protected_seconds: seconds
      .optional()
      .describe("How long a service's task protects itself from being scaled in, from when it runs."),
    deleted_seconds: seconds
      .optional()
      .describe("How long after it is STOPPED ECS shows it as DELETED; without it, never."),
  })
  .refine(
    ({ container: first, depends_on, sidecars }) =>
      wrongDependency([
        { name: first, dependsOn: depends_on },
        ...sidecars.map((each) => ({ name: each.name, dependsOn: each.depends_on })),
      ]) === undefined,
    { error: "expected containers that depend on others of the task, and not on each other" },
  );

/** What a service registers its tasks with, in a scenario file. */
export const serviceLoadBalancers = z.array(
  z
    .strictObject({
      target_group: named("a target group; either this or load_balancer").optional(),
      alternate_target_group: named("the second target group of a blue/green deployment").optional(),
      load_balancer: named("a classic load balancer").optional(),
      container_port: port.describe("The container port whose host port is registered."),
    })
    .refine((each) => (each.target_group === undefined) !== (each.load_balancer === undefined), {
      error: "expected either target_group or load_balancer",
    })
    .refine((each) => each.alternate_target_group === undefined || each.target_group !== undefined, {
      error: "expected a target_group beside alternate_target_group",
    }),
);

export const service = z.strictObject({
  name,
  scheduling_strategy: z
    .enum(["REPLICA", "DAEMON"])
    .default("REPLICA")
    .describe("A daemon runs on each instance."),
  desired_count: z.int().min(0).default(1).describe("How many tasks it keeps running. A daemon ignores it."),
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
  load_balancers: serviceLoadBalancers.default([]).describe("What it registers its tasks with."),
  deployment: z
    .enum(["rolling", "blue_green", "code_deploy", "external"])
    .default("rolling")
    .describe(
      "How `redeploy` replaces its tasks. `rolling`: ECS, one after the other. `blue_green`: ECS, beside the old ones in the alternate target group. `code_deploy` and `external`: the same with task sets.",
    ),
  launch_type: z
    .enum(["EC2", "FARGATE"])
    .default("EC2")
    .describe("Fargate's tasks run on no instance, and need the network mode awsvpc."),
  placement_constraints: z
    .array(
      z
        .strictObject({
          type: z.enum(["distinctInstance", "memberOf"]).describe("As ECS knows it."),
          expression: z
            .string()
            .optional()
            .describe("With memberOf: comparisons such as `attribute:role == web`, joined by `and`."),
        })
        .refine(({ type, expression }) => (type === "memberOf") === (expression !== undefined), {
          error: "expected an expression with memberOf alone",
        }),
    )
    .default([])
    .describe("Where its tasks may be placed."),
  bake_seconds: seconds
    .default(60)
    .describe("How long the old tasks stay after the traffic has left them; not with `rolling`."),
  task: task.prefault({}).describe("What its tasks are like."),
  scaling: z
    .strictObject({
      min: z.int().min(0).describe("The least desired count."),
      max: z.int().min(0).describe("The most."),
    })
    .refine(({ min, max }) => min <= max, { error: "expected a max of at least min" })
    .optional()
    .describe(
      "Its bounds as a scalable target of Application Auto Scaling; no policy, so nothing scales it.",
    ),
});

export const cluster = z.strictObject({
  name,
  tags: z.record(z.string(), z.string()).default({}).describe("Its tags, value by key."),
  services: z.array(service).default([]).describe("Its services."),
  addresses: addresses
    .optional()
    .describe(
      "All addresses for its tasks of network mode awsvpc. A task takes the first free one, so addresses are soon reused.",
    ),
  trunking: z
    .boolean()
    .default(false)
    .describe(
      "Whether these tasks' network interfaces are branches of a trunk: EC2 shows no instance for them.",
    ),
});

export const standaloneTasks = z.strictObject({
  cluster: named("the cluster"),
  family: named("their task definition's family").default("standalone"),
  count: z.int().min(1).default(1).describe("How many."),
  instance_ids: instanceIds
    .optional()
    .describe("One task on each of these; without it, `count` tasks where there is room."),
  started_by: z
    .string()
    .optional()
    .describe(
      "Who started them; `{instance_id}` and `{container_instance_id}` stand for those that it runs on.",
    ),
  group: z.string().optional().describe("Their task group; `family:` and the family when not given."),
  task: task.prefault({}).describe("What they are like."),
});
