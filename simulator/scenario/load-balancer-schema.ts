import { z } from "zod";
import { addresses, name, named, port, seconds } from "./values.ts";

// The target groups and classic load balancers of a scenario file.

export const targetGroup = z.strictObject({
  name,
  port: port.default(80).describe("The port of targets that are registered without one."),
  protocol: z.string().default("HTTP").describe("As DescribeTargetGroups shows it."),
  target_type: z
    .enum(["instance", "ip", "alb", "lambda"])
    .default("instance")
    .describe("Whether its targets are instances, addresses, Application Load Balancers, or functions."),
  vpc: named("its VPC; without one, it is in the VPC of all that name none").optional(),
  deregistration_delay_seconds: z.int().min(0).max(3600).default(300).describe("How long a target drains."),
  healthy_after_seconds: seconds.default(10).describe("From a target's registration to its being healthy."),
  unhealthy: z
    .boolean()
    .default(false)
    .describe("Whether the health checks of its targets fail from the start: none is ever healthy."),
  in_use: z
    .boolean()
    .default(true)
    .describe("Whether a load balancer forwards to it. Otherwise its targets are `unused`."),
  unusable_addresses: addresses
    .optional()
    .describe(
      "Addresses that belong to a load balancer. As targets they are `unused` with `Target.IpUnusable`.",
    ),
});

export const loadBalancer = z.strictObject({
  name,
  listeners: z
    .array(
      z.strictObject({
        port: port.describe("Where clients connect."),
        instance_port: port.describe("Where the instances listen."),
        protocol: z.string().default("HTTP").describe("As DescribeLoadBalancers shows it."),
      }),
    )
    .min(1)
    .describe("What it forwards, and where to."),
  connection_draining_seconds: z
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .describe("0 means that connection draining is off."),
  requests_finish_after_seconds: seconds
    .optional()
    .describe(
      "Connection draining ends early when the requests in flight have finished. Without this it takes its full time.",
    ),
});
