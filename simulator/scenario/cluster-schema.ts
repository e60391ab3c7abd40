import { z } from "zod";
import { addresses, instanceIds, name, port, seconds } from "./values.ts";

// The clusters of a scenario file, with their services and tasks.

export const task = z.strictObject({
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
  protected_seconds: seconds
    .optional()
    .describe("How long a service's task protects itself from being scaled in, from when it runs."),
});

export const service = z.strictObject({
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
});

export const cluster = z.strictObject({
  name,
  services: z.array(service).default([]),
  addresses: addresses
    .optional()
    .describe(
      "All addresses that its tasks of network mode awsvpc share: the first free one is taken, so one is soon reused.",
    ),
});

export const standaloneTasks = z.strictObject({
  cluster: name,
  family: name.default("standalone"),
  count: z.int().min(1).default(1),
  instance_ids: instanceIds
    .optional()
    .describe("One task on each of these; without it, `count` tasks where there is room."),
  started_by: z
    .string()
    .optional()
    .describe(
      "`{instance_id}` and `{container_instance_id}` stand for those of the instance that it runs on.",
    ),
  group: z.string().optional(),
  task: task.prefault({}),
});
