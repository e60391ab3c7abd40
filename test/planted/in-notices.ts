import type { autoScalingPort } from "../../shared/aws/autoscaling.ts";
import { AwsCallError } from "../../shared/base/errors.ts";
import { Run } from "../../shared/run/run.ts";
import { stubClient } from "../unit/shared/aws/client.ts";
import { untouchableRun } from "../unit/shared/fake-ports.ts";
import { hook, MINUTE, OURS, SINCE } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn } from "./bug.ts";
import { asking } from "./clients.ts";

type Client = Parameters<typeof autoScalingPort>[0];

const notice = (instanceId: string) =>
  ({
    instanceId,
    notice: "rebalance",
    at: SINCE,
    denials: 0,
    waitsFor: undefined,
    wholeSince: undefined,
  }) as const;
const inService = (instanceId: string) => ({ instanceId, state: "InService", isHealthy: true });
const VIEW = {
  capacity: {
    name: "fleet",
    desired: 3,
    warmup: 0,
    rebalancesItself: false,
    suspended: [],
    instances: ["i-1", "i-2", "i-3"].map(inService),
  },
  hooks: [hook()],
  started: 0,
  unhealthy: new Set<string>(),
};
const POLICY = { atOnce: 1, last: false, ours: OURS };

/** Bugs in what is done about the notices of EC2 and AWS Health. */
export const IN_NOTICES: readonly Bug[] = [
  bugIn("noticePolicyOf", {
    what: "a maintenance follows the policy of a rebalance recommendation",
    harm: "instances in service are replaced that nobody wanted replaced",
    plant: (noticePolicyOf) => (keys) => noticePolicyOf({ ...keys, on_maintenance: keys.on_rebalance }),
    use: (noticePolicyOf) => noticePolicyOf({ on_maintenance: "replace" }),
    foundBy: { scenarios: "notices", test: "on_rebalance says nothing of a maintenance" },
  }),
  bugIn("decideReplacements", {
    what: "each notice is decided by itself: a whole group is replaced at once",
    harm: "the whole group goes at once",
    plant: (decideReplacements) => (notices, view, policy, now) =>
      notices.flatMap((each) => decideReplacements([each], { ...view, started: 0 }, policy, now)),
    use: (decideReplacements) =>
      decideReplacements([notice("i-1"), notice("i-2")], VIEW, POLICY, SINCE).map(({ kind }) => kind),
    foundBy: {
      scenarios: "replacements",
      test: "a storm in several groups: in each one after the other, the lowest id first",
    },
  }),
  bugIn("decideReplacements", {
    what: "the next instance goes though load balancers do not send to its forerunner's replacement yet",
    harm: "several targets are out at once, and the others are overloaded",
    plant: (decideReplacements) => (notices, view, policy, now) =>
      decideReplacements(notices, { ...view, unhealthy: new Set() }, policy, now),
    use: (decideReplacements) =>
      decideReplacements([notice("i-1")], { ...VIEW, unhealthy: new Set(["i-2"]) }, POLICY, SINCE).map(
        ({ kind }) => kind,
      ),
    foundBy: {
      scenarios: "replacements",
      test: "targets that take five minutes to be healthy: the next waits for them, in addresses",
    },
  }),
  bugIn("decideReplacements", {
    what: "the last instance in service goes too",
    harm: "nothing serves until the next instance has started",
    plant: (decideReplacements) => (notices, view, policy, now) =>
      decideReplacements(notices, view, { ...policy, last: true }, now),
    use: (decideReplacements) => {
      const capacity = { ...VIEW.capacity, desired: 1, instances: [inService("i-1")] };
      return decideReplacements([notice("i-1")], { ...VIEW, capacity }, POLICY, SINCE).map(
        ({ kind }) => kind,
      );
    },
    foundBy: {
      scenarios: "replacements",
      test: "a maintenance of a group of one: told, and not done unless the input says so",
    },
  }),
  bugIn("autoScalingPort", {
    what: "an instance that is replaced lowers its group's desired capacity: nothing takes its place",
    harm: "the group shrinks by one with each notice",
    plant: (autoScalingPort) => (client, createCompletions) =>
      autoScalingPort(
        asking(client, (operation, input) =>
          operation === "TerminateInstanceInAutoScalingGroup"
            ? { ...input, ShouldDecrementDesiredCapacity: true }
            : input,
        ),
        createCompletions,
      ),
    use: async (autoScalingPort) => {
      const { client, sent } = stubClient<Client>(() => ({}));
      await autoScalingPort(client, () => client).replace("i-1");
      return sent();
    },
    foundBy: {
      scenarios: "notices",
      test: "on_rebalance: replaced through Auto Scaling, and the hook does the rest",
    },
  }),
  bugIn("mergeNotices", {
    what: "of several notices about an instance the youngest counts: the wait begins again with each",
    harm: "an instance waits for ever, until EC2 takes it",
    plant: (mergeNotices) => (notices) =>
      mergeNotices(notices).map((each) => ({
        ...each,
        at: Math.max(...notices.filter((one) => one.instanceId === each.instanceId).map(({ at }) => at)),
      })),
    use: (mergeNotices) => mergeNotices([notice("i-1"), { ...notice("i-1"), at: SINCE + MINUTE }])[0]?.at,
    foundBy: {
      unit: "shared/rules/replacements",
      test: "are one: the older counts, and a maintenance is certain",
    },
  }),
  bugIn("handleNotices", {
    what: "a Spot interruption notice whose group could not be read is deleted",
    harm: "the instance is interrupted without being drained",
    plant:
      (handleNotices) =>
      async (...given) => ({ ...(await handleNotices(...given)), undone: [] }),
    use: async (handleNotices) => {
      const { run } = untouchableRun();
      const policy = { "spot interruption": "drain", rebalance: "ignore", maintenance: "ignore" } as const;
      const options = { policy, lead: 0, replace: POLICY, keys: {} };
      const ports = {
        ...run.ports,
        autoScaling: {
          ...run.ports.autoScaling,
          describeInstances: async () => {
            throw new AwsCallError("autoscaling:DescribeAutoScalingInstances", "throttled", new Error("no"));
          },
        },
      };
      const arrived = { notice: "spot interruption", instanceId: "i-1", at: 0, messages: [] } as const;
      const handled = await handleNotices(
        new Run(ports, Number.POSITIVE_INFINITY),
        [arrived as never],
        options,
      );
      return handled.undone.length;
    },
    foundBy: {
      unit: "shared/reconcile/handle-notices",
      test: "a Spot interruption is kept for another try where Auto Scaling cannot be read",
    },
  }),
];
