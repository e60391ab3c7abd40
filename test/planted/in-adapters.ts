import type { Target } from "../../shared/model/registration.ts";
import { sdkError, stubClient } from "../unit/shared/aws/client.ts";
import { type Bug, bugIn, outcomeOf } from "./bug.ts";
import { answering, asking } from "./clients.ts";

/** An instance, as a classic load balancer has it. */
const instance = (id: string): Target => ({ id, port: undefined });

/** Bugs in what is asked of AWS, and in how its answers are read. */
export const IN_ADAPTERS: readonly Bug[] = [
  bugIn("classicLoadBalancers", {
    what: "an instance that a classic load balancer shows InService is taken for drained",
    harm: "requests fail: the instance goes while it still serves",
    plant: (classicLoadBalancers) => (client) =>
      classicLoadBalancers(
        answering(client, async (operation, answer) => {
          const answered = await answer();
          if (operation !== "DescribeInstanceHealth") return answered;
          const { InstanceStates } = answered as { InstanceStates: { State: string }[] };
          const out = { State: "OutOfService", Description: "Instance is not currently registered." };
          return {
            InstanceStates: InstanceStates.map((each) =>
              each.State === "InService" ? { ...each, ...out } : each,
            ),
          };
        }),
      ),
    use: (classicLoadBalancers) =>
      classicLoadBalancers(
        stubClient<Parameters<typeof classicLoadBalancers>[0]>(() => ({
          InstanceStates: [{ InstanceId: "i-1", State: "InService" }],
        })).client,
      ).stillThere("elb", [instance("i-1")]),
    foundBy: { scenarios: "fleets", test: "classic load balancer only" },
  }),
  bugIn("classicLoadBalancers", {
    what: "one instance that a classic load balancer cannot know keeps the whole batch registered",
    harm: "the other instances of the batch go while traffic reaches them",
    plant: (classicLoadBalancers) => (client) =>
      classicLoadBalancers(
        answering(client, async (operation, answer) => {
          try {
            return await answer();
          } catch (error) {
            if (operation !== "DeregisterInstancesFromLoadBalancer") throw error;
            throw sdkError("ValidationError");
          }
        }),
      ),
    use: (classicLoadBalancers) =>
      outcomeOf(
        classicLoadBalancers(
          stubClient<Parameters<typeof classicLoadBalancers>[0]>((_, { Instances = [] }) =>
            Instances.length > 1 ? sdkError("InvalidInstance") : {},
          ).client,
        ).deregister("elb", [instance("i-1"), instance("i-2")]),
      ),
    foundBy: {
      scenarios: "one-of-many",
      test: "an instance that ends after it was observed, before its deregistration, fails the classic batch, and nobody else",
    },
  }),
  bugIn("targetGroups", {
    what: "ports are left out of DeregisterTargets, which then answers 200 and does nothing",
    harm: "the instance goes while the load balancer sends requests to it",
    plant: (targetGroups) => (client) =>
      targetGroups(
        asking(client, (operation, input) =>
          operation === "DeregisterTargets"
            ? { ...input, Targets: (input.Targets as { Id: string }[]).map(({ Id }) => ({ Id })) }
            : input,
        ),
      ),
    use: async (targetGroups) => {
      const { client, sent } = stubClient<Parameters<typeof targetGroups>[0]>(() => ({}));
      await targetGroups(client).deregister("arn:tg", [{ id: "i-1", port: 80 }]);
      return sent();
    },
    foundBy: { scenarios: "fleets", test: "target group only, with an instance registered at two ports" },
  }),
  bugIn("serviceScalePort", {
    what: "scale-tasks counts the instances that drain",
    harm: "more tasks than instances: they stay pending",
    plant: (serviceScalePort) => (client) =>
      serviceScalePort(
        asking(client, (operation, { status, ...input }) =>
          operation === "ListContainerInstances" ? input : { status, ...input },
        ),
      ),
    use: async (serviceScalePort) => {
      const { client, sent } = stubClient<Parameters<typeof serviceScalePort>[0]>(() => ({
        containerInstanceArns: [],
      }));
      await serviceScalePort(client).activeInstances("main");
      return sent();
    },
    foundBy: { scenarios: "scale-tasks", test: "instances that drain do not count" },
  }),
  bugIn("serviceScalePort", {
    what: "scale-tasks counts only the first page of a cluster's instances",
    harm: "too few tasks in a large cluster",
    plant: (serviceScalePort) => (client) =>
      serviceScalePort(
        answering(client, async (_, answer) => {
          const answered = await answer();
          return { ...(answered as object), nextToken: undefined };
        }),
      ),
    use: (serviceScalePort) =>
      serviceScalePort(
        stubClient<Parameters<typeof serviceScalePort>[0]>((_, { nextToken }) => ({
          containerInstanceArns: ["ci"],
          nextToken: nextToken === undefined ? "2" : undefined,
        })).client,
      ).activeInstances("main"),
    foundBy: {
      scenarios: "scale-tasks",
      test: "a cluster of more instances than a page of their list: all count",
    },
  }),
];
