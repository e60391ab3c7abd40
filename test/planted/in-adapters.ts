import { sdkError, stubClient } from "../unit/shared/aws/client.ts";
import { type Bug, bugIn, outcomeOf } from "./bug.ts";
import { answering, asking } from "./clients.ts";

/** Bugs in what is asked of AWS, and in how its answers are read. */
export const IN_ADAPTERS: readonly Bug[] = [
  bugIn("classicPort", {
    what: "what a classic load balancer shows InService is taken for no longer draining",
    plant: (classicPort) => (client) =>
      classicPort(
        answering(client, async (operation, answer) => {
          const answered = await answer();
          if (operation !== "DescribeInstanceHealth") return answered;
          const { InstanceStates } = answered as { InstanceStates: { State: string }[] };
          return { InstanceStates: InstanceStates.filter(({ State }) => State !== "InService") };
        }),
      ),
    use: (classicPort) =>
      classicPort(
        stubClient<Parameters<typeof classicPort>[0]>(() => ({
          InstanceStates: [{ InstanceId: "i-1", State: "InService" }],
        })).client,
      ).draining("elb", ["i-1"]),
    foundBy: { scenarios: "fleets", test: "classic load balancer only" },
  }),
  bugIn("classicPort", {
    what: "one instance that a classic load balancer cannot know keeps the whole batch registered",
    plant: (classicPort) => (client) =>
      classicPort(
        answering(client, async (operation, answer) => {
          try {
            return await answer();
          } catch (error) {
            if (operation !== "DeregisterInstancesFromLoadBalancer") throw error;
            throw sdkError("ValidationError");
          }
        }),
      ),
    use: (classicPort) =>
      outcomeOf(
        classicPort(
          stubClient<Parameters<typeof classicPort>[0]>((_, { Instances = [] }) =>
            Instances.length > 1 ? sdkError("InvalidInstance") : {},
          ).client,
        ).deregister("elb", ["i-1", "i-2"]),
      ),
    foundBy: {
      scenarios: "one-of-many",
      test: "an instance that ends between the look and its deregistration fails the classic batch, and nobody else",
    },
  }),
  bugIn("targetGroupPort", {
    what: "ports are left out of DeregisterTargets, which then answers 200 and does nothing",
    plant: (targetGroupPort) => (client) =>
      targetGroupPort(
        asking(client, (operation, input) =>
          operation === "DeregisterTargets"
            ? { ...input, Targets: (input.Targets as { Id: string }[]).map(({ Id }) => ({ Id })) }
            : input,
        ),
      ),
    use: async (targetGroupPort) => {
      const { client, sent } = stubClient<Parameters<typeof targetGroupPort>[0]>(() => ({}));
      await targetGroupPort(client).deregister("arn:tg", [{ id: "i-1", port: 80 }]);
      return sent();
    },
    foundBy: { scenarios: "fleets", test: "target group only, with an instance registered at two ports" },
  }),
  bugIn("serviceScalePort", {
    what: "scale-tasks counts the instances that drain",
    plant: (serviceScalePort) => (client) =>
      serviceScalePort(
        asking(client, (operation, { status, ...input }) =>
          operation === "ListContainerInstances" ? input : { status, ...input },
        ),
      ),
    use: async (serviceScalePort) => {
      const { client, sent } = stubClient<Parameters<typeof serviceScalePort>[0]>(() => ({}));
      await serviceScalePort(client).activeInstances("main");
      return sent();
    },
    foundBy: { scenarios: "scale-tasks", test: "instances that drain do not count" },
  }),
  bugIn("serviceScalePort", {
    what: "scale-tasks counts the first page of a cluster's instances alone",
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
