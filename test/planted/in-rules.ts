import type { Termination } from "../../shared/model/termination.ts";
import {
  clusterInstance,
  hook,
  MINUTE,
  observed,
  SECOND,
  SINCE,
  service,
  task,
  termination,
} from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn } from "./bug.ts";

/** A termination that was seen everywhere, and of which nothing is left. */
const drained = (change: Parameters<typeof termination>[1] = {}): Termination =>
  termination(
    {
      containerInstances: [{ cluster: "main", arn: "ci-1" }],
      registrations: [{ kind: "classic", id: "elb" }],
      noContainerInstanceSince: SINCE,
      noRegistrationSince: SINCE,
    },
    change,
  );

/** Bugs in the rules. */
export const IN_RULES: readonly Bug[] = [
  bugIn("isHeartbeatDue", {
    what: "a heartbeat is due only after the hook's timer has run out",
    harm: "the hook ends in the middle of the drain, and tasks are killed",
    plant: (isHeartbeatDue) => (of, view, now, first) =>
      // Twice the margin of 130 s, so that it comes as much too late as it should come early.
      isHeartbeatDue(of, view, now - 260 * SECOND, first),
    use: (isHeartbeatDue) =>
      isHeartbeatDue(
        termination(),
        observed({ hooks: [hook({ heartbeatTimeout: 5 * MINUTE })] }),
        SINCE + 3 * MINUTE,
        false,
      ),
    foundBy: { scenarios: "heartbeats", test: "a hook of 300 s outlasts a drain of 1200 s" },
  }),
  bugIn("decide", {
    what: "with on_timeout abandon, a drain that is done before its deadline ends with ABANDON, and cancels the other hooks",
    harm: "the jobs of other hooks are cut off",
    plant: (decide) => (before, seen, now) => {
      const decision = decide(before, seen, now);
      const { outcome } = decision;
      return outcome.kind === "complete" && before.settings.onTimeout === "abandon"
        ? { ...decision, outcome: { ...outcome, result: "ABANDON" } }
        : decision;
    },
    use: (decide) =>
      decide(drained({ settings: { onTimeout: "abandon" } }), observed(), SINCE + MINUTE).outcome,
    foundBy: {
      scenarios: "deadlines",
      test: "abandon is for the deadline alone: a drain that is done before it cancels no other hook",
    },
  }),
  bugIn("tasksToStop", {
    what: "once nothing else is left, the tasks of any service are stopped, not only those of daemons",
    harm: "a service loses tasks before others stand in for them",
    plant: (tasksToStop) => (of, seen, now) =>
      tasksToStop(
        of,
        {
          ...seen,
          clusterInstances: seen.clusterInstances.map((each) => ({
            ...each,
            services: each.services.map((one) => ({ ...one, daemon: true })),
          })),
        },
        now,
      ),
    use: (tasksToStop) =>
      tasksToStop(
        termination({ drainingAt: SINCE }),
        observed({
          clusterInstances: [{ ...clusterInstance("DRAINING", task("RUNNING")), services: [service("web")] }],
        }),
        SINCE + MINUTE,
      ),
    foundBy: {
      scenarios: "stop-tasks",
      test: "what the instance itself started is stopped once nothing else is left",
    },
  }),
  bugIn("decideReturning", {
    what: "an instance that comes back is registered wherever it was seen, also where ECS took it out",
    harm: "requests reach tasks that ECS has moved away",
    plant: (decideReturning) => (of, seen, now, returns) =>
      decideReturning(
        { ...of, memory: { ...of.memory, plannedDeregistrations: of.memory.registrations } },
        seen,
        now,
        returns,
      ),
    use: (decideReturning) =>
      decideReturning(
        drained(),
        observed({ groupInstance: { group: "fleet", state: "InService" } }),
        SINCE + MINUTE,
        "root volume",
      ).steps,
    foundBy: {
      scenarios: "returning",
      test: "a new root volume: what ECS took out meanwhile, only ECS registers again",
    },
  }),
];
