import {
  clusterInstance,
  clusterInstanceOf,
  decided,
  MINUTE,
  observed,
  SECOND,
  SINCE,
  service,
  target,
  task,
  termination,
} from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn } from "./bug.ts";

/** A service's task that listens where a registration of ours points. */
const served = observed({
  clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
  registrations: [target()],
});
/** A silent agent, and the container instance as which the same instance has registered again. */
const twins = [
  clusterInstanceOf({ arn: "ci-old", status: "DRAINING", agentConnected: false }),
  clusterInstanceOf({ arn: "ci-new" }),
];

/** Bugs in what is concluded from clusters and load balancers, and in what is done there. */
export const IN_CLUSTERS: readonly Bug[] = [
  bugIn("liveTasks", {
    what: "a task counts as ended once its containers are told to stop",
    harm: "tasks are killed while they still write what they have left",
    plant: (liveTasks) => (on) =>
      liveTasks(on).filter(({ status }) => !["STOPPING", "DEPROVISIONING"].includes(status)),
    use: (liveTasks) => liveTasks(clusterInstance("DRAINING", task("STOPPING"))),
    foundBy: { scenarios: "long", test: "a task that takes four minutes to stop is waited for" },
  }),
  bugIn("liveTasks", {
    what: "tasks that have not started yet do not count: they are cut off while they start",
    harm: "tasks are killed while they start",
    plant: (liveTasks) => (on) =>
      liveTasks(on).filter(({ status }) => !["PROVISIONING", "PENDING", "ACTIVATING"].includes(status)),
    use: (liveTasks) => liveTasks(clusterInstance("DRAINING", task("PENDING"))),
    foundBy: {
      unit: "shared/rules/still-there",
      test: "tasks in each status of their lives, and first those in one that AWS adds",
    },
  }),
  bugIn("stepsFor", {
    what: "DRAINING does not wait until what points at a task is gone: open connections are cut",
    harm: "requests in flight are cut off",
    plant: (stepsFor) => (of, seen, now) => stepsFor({ ...of, interruptedAt: now }, seen, now),
    use: (stepsFor) => stepsFor(termination(), served, SINCE + MINUTE),
    foundBy: {
      scenarios: "field-reports",
      test: "a gateway in the mode host names no ports: its target has drained before it gets SIGTERM",
    },
  }),
  bugIn("stepsFor", {
    what: "what ECS takes out is taken out by us too, before the replacement tasks serve",
    harm: "the service has less capacity than it should",
    plant: (stepsFor) => (of, seen, now) =>
      stepsFor(
        of,
        {
          ...seen,
          registrations: seen.registrations.map((each) =>
            each.holder === undefined ? { ...each, managed: false } : each,
          ),
        },
        now,
      ),
    use: (stepsFor) =>
      stepsFor(termination(), observed({ registrations: [target({ managed: true })] }), SINCE + MINUTE),
    foundBy: {
      scenarios: "fleets",
      test: "ECS behind a managed and a static target group and a classic load balancer",
    },
  }),
  bugIn("decide", {
    what: "reads are believed at once after a step, though they lag",
    harm: "the instance goes before what was just taken out shows",
    plant: (decide) => (before, seen, now) =>
      decide({ ...before, memory: { ...before.memory, actedAt: undefined } }, seen, now),
    use: (decide) => {
      const memory = { actedAt: SINCE, containerInstances: [{ cluster: "main", arn: "ci-1" }] };
      const of = termination({ ...memory, registrations: [{ kind: "classic", id: "elb" }] });
      return decide(of, observed(), SINCE + SECOND).outcome.kind;
    },
    foundBy: { unit: "shared/rules/draining", test: "less than 10 s after the last step: not believed" },
  }),
  bugIn("decide", {
    what: "what could not be read is taken for gone",
    harm: "tasks are killed, and requests fail, during an outage",
    plant: (decide) => (before, seen, now) => {
      const { tasks, registrations, discovery, ...unread } = seen.unread;
      return decide(before, { ...seen, unread }, now);
    },
    use: (decide) =>
      decide(termination(), observed({ unread: { tasks: { call: "ecs:ListTasks", why: "denied" } } }), SINCE)
        .memory.unread,
    foundBy: { scenarios: "trouble", test: "ecs:* denied for five minutes in the middle of a drain" },
  }),
  bugIn("rememberSteps", {
    what: "a step that AWS refused is remembered as done",
    harm: "what was not done is not done again, and the drain hangs",
    plant: (rememberSteps) => (of, done, at) => rememberSteps(of, { ...done, steps: of.decision.steps }, at),
    use: (rememberSteps) => {
      const step = { kind: "drain", cluster: "main", containerInstance: "ci-1", again: false } as const;
      const of = decided(termination(), { steps: [step] });
      return rememberSteps(of, { steps: [], failed: true, logged: [] }, SINCE).drained;
    },
    foundBy: { unit: "shared/rules/after-pass", test: "when DRAINING took effect, and since when it drains" },
  }),
  bugIn("remember", {
    what: "an instance that EC2 is stopping counts as dead, while its tasks still end",
    harm: "tasks are killed that had time to stop",
    plant: (remember) => (of, seen, now) =>
      remember(of, seen.instance === "stopping" ? { ...seen, instance: "stopped" } : seen, now),
    use: (remember) => remember(termination(), observed({ instance: "stopping" }), SINCE).deadSince,
    foundBy: { unit: "shared/rules/dead-instance", test: "stopping: not dead, its tasks hold it" },
  }),
  bugIn("remember", {
    what: "an instance that EC2 does not know in one answer counts as dead at once",
    harm: "tasks of a living instance are forced out of ECS",
    plant: (remember) => (of, seen, now) =>
      remember(of, seen.instance === "unknown" ? { ...seen, instance: "terminated" } : seen, now),
    use: (remember) => remember(termination(), observed({ instance: "unknown" }), SINCE).deadSince,
    foundBy: { unit: "shared/rules/dead-instance", test: "unknown once: not dead" },
  }),
  bugIn("withTwinsApart", {
    what: "of an agent that has registered again, the old container instance counts too, and holds the drain",
    harm: "each drain lasts until its deadline",
    plant: () => (all) => ({ clusterInstances: all, silentTwins: [] }),
    use: (withTwinsApart) => withTwinsApart(twins).silentTwins.length,
    foundBy: {
      scenarios: "ghosts",
      test: "its agent has registered again before its termination: the old one holds nothing, and leaves the cluster after it",
    },
  }),
  bugIn("sameForm", {
    what: "IPv6 addresses are compared as they are written",
    harm: "requests reach an address that is gone",
    plant: () => (address) => address,
    use: (sameForm) => sameForm("2001:DB8:0::1"),
    foundBy: {
      unit: "shared/model/network-interface",
      test: "an address has one form, in which two are compared",
    },
  }),
  bugIn("decideScaling", {
    what: "scale-tasks goes down to min_task_count when a cluster has no ACTIVE instance",
    harm: "a service is scaled down during an outage of ECS",
    plant: (decideScaling) => (scaled, found, active) =>
      decideScaling(scaled, found && { ...found, runningCount: 0, pendingCount: 0 }, active),
    use: (decideScaling) =>
      decideScaling(
        { cluster: "main", service: "web", min_task_count: 1, n_count: 0 } as never,
        service("web"),
        0,
      ).kind,
    foundBy: {
      scenarios: "scale-tasks",
      test: "does nothing when the cluster shows no ACTIVE instance where the service has tasks",
    },
  }),
  bugIn("decideScaling", {
    what: "scale-tasks adds n_count where it should take it away",
    harm: "more tasks than instances: they stay pending",
    plant: (decideScaling) => (scaled, found, active) =>
      decideScaling({ ...scaled, n_count: -scaled.n_count }, found, active),
    use: (decideScaling) =>
      decideScaling(
        { cluster: "main", service: "web", min_task_count: 1, n_count: 2 } as never,
        service("web"),
        5,
      ),
    foundBy: { scenarios: "scale-tasks", test: "sets the count to the ACTIVE instances less n_count" },
  }),
];
