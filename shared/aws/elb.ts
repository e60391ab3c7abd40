import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingClient,
  RegisterInstancesWithLoadBalancerCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import type { BatchResult } from "../base/batches.ts";
import { AwsCallError } from "../base/errors.ts";
import { call } from "./call.ts";

/** A classic load balancer: what is registered with it, and which instance ports its listeners point at. */
export type ClassicLoadBalancer = {
  readonly name: string;
  readonly instancePorts: readonly number[];
  /** The instances that it lists; one that drains is listed no more. */
  readonly instanceIds: ReadonlySet<string>;
};

/** What the drain needs of classic Elastic Load Balancing. All throw an AwsCallError. */
export type ClassicPort = {
  /** A load balancer by name; undefined when there is none of that name. */
  describe: (name: string) => Promise<ClassicLoadBalancer | undefined>;
  /** Those of the instances that the load balancer is still draining. */
  draining: (name: string, instanceIds: readonly string[]) => Promise<Set<string>>;
  /** Registers instances again. */
  register: (name: string, instanceIds: readonly string[]) => Promise<void>;
  /** Takes instances out. One that is not registered counts as done. */
  deregister: (name: string, instanceIds: readonly string[]) => Promise<BatchResult<string>>;
};

// One that drains says so in its description, whatever its state is.
const DRAINING = /deregistration currently in progress/i;
// Unknown, "A transient error occurred", tells nothing. InService is never said of an instance that is out: either it
// drains, or the list that had it no more lags. Both are taken for draining still.
const STILL_THERE: readonly (string | undefined)[] = ["Unknown", "InService"];
const INVALID_INSTANCE = /InvalidEndPoint|InvalidInstance/;

/** Classic Elastic Load Balancing through the SDK. */
export function classicPort(client: ElasticLoadBalancingClient): ClassicPort {
  const describeHealth = (name: string, instanceIds: readonly string[]) =>
    call("elasticloadbalancing:DescribeInstanceHealth", () =>
      client.send(
        new DescribeInstanceHealthCommand({
          LoadBalancerName: name,
          Instances: instanceIds.map((InstanceId) => ({ InstanceId })),
        }),
      ),
    );

  const deregisterAll = (name: string, instanceIds: readonly string[]) =>
    call("elasticloadbalancing:DeregisterInstancesFromLoadBalancer", () =>
      client.send(
        new DeregisterInstancesFromLoadBalancerCommand({
          LoadBalancerName: name,
          Instances: instanceIds.map((InstanceId) => ({ InstanceId })),
        }),
      ),
    );

  async function drainingOf(name: string, instanceIds: readonly string[]): Promise<Set<string>> {
    const { InstanceStates = [] } = await describeHealth(name, instanceIds);
    const still = InstanceStates.filter(
      (each) => STILL_THERE.includes(each.State) || DRAINING.test(each.Description ?? ""),
    );
    return new Set(still.map((each) => each.InstanceId as string));
  }

  return {
    async describe(name) {
      try {
        const { LoadBalancerDescriptions = [] } = await call(
          "elasticloadbalancing:DescribeLoadBalancers",
          () => client.send(new DescribeLoadBalancersCommand({ LoadBalancerNames: [name] })),
        );
        const found = LoadBalancerDescriptions[0];
        return (
          found && {
            name,
            instancePorts: (found.ListenerDescriptions ?? []).flatMap(
              (each) => each.Listener?.InstancePort ?? [],
            ),
            instanceIds: new Set((found.Instances ?? []).flatMap((each) => each.InstanceId ?? [])),
          }
        );
      } catch (error) {
        if (error instanceof AwsCallError && error.kind === "gone") return undefined;
        throw error;
      }
    },

    async draining(name, instanceIds) {
      try {
        return await drainingOf(name, instanceIds);
      } catch (error) {
        if (!isInvalidInstance(error)) throw error;
      }
      // One instance that the load balancer cannot know fails the whole call, so each is asked by itself.
      const still = new Set<string>();
      for (const id of instanceIds) {
        try {
          for (const each of await drainingOf(name, [id])) still.add(each);
        } catch (error) {
          if (!isInvalidInstance(error)) throw error;
        }
      }
      return still;
    },

    async register(name, instanceIds) {
      await call("elasticloadbalancing:RegisterInstancesWithLoadBalancer", () =>
        client.send(
          new RegisterInstancesWithLoadBalancerCommand({
            LoadBalancerName: name,
            Instances: instanceIds.map((InstanceId) => ({ InstanceId })),
          }),
        ),
      );
    },

    async deregister(name, instanceIds) {
      try {
        await deregisterAll(name, instanceIds);
        return { done: instanceIds, failed: [] };
      } catch (error) {
        if (!isInvalidInstance(error)) throw error;
      }
      // As above: nothing at all was taken out, for the sake of one.
      const done: string[] = [];
      const failed: { item: string; reason: string }[] = [];
      for (const id of instanceIds) {
        try {
          await deregisterAll(name, [id]);
          done.push(id);
        } catch (error) {
          if (isInvalidInstance(error)) done.push(id);
          else failed.push({ item: id, reason: (error as Error).message });
        }
      }
      return { done, failed };
    },
  };
}

function isInvalidInstance(error: unknown): boolean {
  return (
    error instanceof AwsCallError && error.cause instanceof Error && INVALID_INSTANCE.test(error.cause.name)
  );
}
