import { AwsCallError } from "../../shared/base/errors.ts";
import type { RegisteredTarget } from "../../shared/model/registration.ts";
import { portOf } from "../unit/shared/fake-ports.ts";
import { type Bug, bugInPorts, failing, lyingLoadBalancers, outcomeOf } from "./bug.ts";

const TASKS_A_PAGE = 100;

const DRAINING: RegisteredTarget = {
  id: "i-1",
  port: undefined,
  state: "draining",
  invalid: false,
  pointsAt: [],
};
const isRegistered = ({ state }: RegisteredTarget) => state === "registered";

/** Bugs in what a function sees of ECS, of load balancers and of Auto Scaling. */
export const IN_PORTS: readonly Bug[] = [
  bugInPorts({
    what: "only tasks that ECS wants to run are listed: those that are stopping are left out",
    harm: "tasks are killed before they have stopped",
    lie: ({ ecs }) => ({ ecs: { ...ecs, listStoppingTasks: async () => [] } }),
    given: { ecs: { listStoppingTasks: async () => ["task-1"] } },
    use: ({ ecs }) => ecs.listStoppingTasks("main", ["ci-1"]),
    foundBy: {
      scenarios: "long",
      test: "a task that is already stopping at the first pass is waited for",
    },
  }),
  bugInPorts({
    what: "only the first page of a list of tasks is read",
    harm: "tasks beyond the hundredth are killed",
    lie: ({ ecs }) => ({
      ecs: {
        ...ecs,
        listTasksToRun: async (...of) => (await ecs.listTasksToRun(...of)).slice(0, TASKS_A_PAGE),
        listStoppingTasks: async (...of) => (await ecs.listStoppingTasks(...of)).slice(0, TASKS_A_PAGE),
      },
    }),
    given: { ecs: { listTasksToRun: async () => Array.from({ length: 101 }, (_, n) => `task-${n}`) } },
    use: ({ ecs }) => ecs.listTasksToRun("main", ["ci-1"]),
    foundBy: {
      scenarios: "fleets",
      test: "an instance with more tasks than a page of their list: the last of them is waited for",
    },
  }),
  bugInPorts({
    what: "the failures that UpdateContainerInstancesState answers with under HTTP 200 are ignored",
    harm: "tasks start on an instance that leaves, and are killed",
    lie: ({ ecs }) => ({
      ecs: {
        ...ecs,
        setStatus: async (cluster, arns, status) => {
          await ecs.setStatus(cluster, arns, status);
          return { done: arns, failed: [] };
        },
      },
    }),
    given: {
      ecs: { setStatus: async (_, [item = ""]) => ({ done: [], failed: [{ item, reason: "MISSING" }] }) },
    },
    use: ({ ecs }) => ecs.setStatus("main", ["ci-1"], "DRAINING"),
    foundBy: {
      scenarios: "one-of-many",
      test: "a container instance that is gone by the time it is to be set DRAINING needs no step, and fails nothing",
    },
  }),
  bugInPorts({
    what: "a cluster that could not be read is taken for one without tasks",
    harm: "tasks are killed during an outage of ECS",
    lie: ({ ecs }) => ({
      ecs: {
        ...ecs,
        findContainerInstances: (...of) => ecs.findContainerInstances(...of).catch(() => []),
        describeContainerInstances: (...of) => ecs.describeContainerInstances(...of).catch(() => []),
        describeTasks: (...of) => ecs.describeTasks(...of).catch(() => []),
        clusters: () => ecs.clusters().catch(() => []),
      },
    }),
    given: { ecs: { describeTasks: failing } },
    use: ({ ecs }) => outcomeOf(ecs.describeTasks("main", ["task-1"])),
    foundBy: { scenarios: "trouble", test: "ecs:* denied for five minutes in the middle of a drain" },
  }),
  bugInPorts({
    what: "a target that drains is taken for gone",
    harm: "requests in flight are cut off",
    lie: (ports) =>
      lyingLoadBalancers(ports, "target", ({ targets, stillThere }) => ({
        targets: async (...of) => (await targets(...of))?.filter(isRegistered),
        stillThere: async (...of) => (await stillThere(...of)).filter(isRegistered),
      })),
    given: { loadBalancers: { target: { targets: async () => [DRAINING] } } },
    use: (ports) => portOf(ports, "target").targets("arn:tg", ["i-1"]),
    foundBy: { scenarios: "fleets", test: "target group only, with an instance registered at two ports" },
  }),
  bugInPorts({
    what: "a target group that could not be read is taken for one without targets",
    harm: "requests fail during an outage of the load balancer's API",
    lie: (ports) =>
      lyingLoadBalancers(ports, "target", ({ describe, targets, stillThere, list, discoverTargets }) => ({
        describe: (nameOrArn) => describe(nameOrArn).catch(() => undefined),
        targets: (...of) => targets(...of).catch(() => []),
        stillThere: (...of) => stillThere(...of).catch(() => []),
        list: () => list().catch(() => []),
        discoverTargets: (...of) => discoverTargets(...of).catch(() => []),
      })),
    given: { loadBalancers: { target: { targets: failing } } },
    use: (ports) => outcomeOf(portOf(ports, "target").targets("arn:tg", ["i-1"])),
    foundBy: { scenarios: "trouble", test: "elbv2:* denied for five minutes in the middle of a drain" },
  }),
  bugInPorts({
    what: "one item that AWS refuses fails the batch that it is in",
    harm: "nobody's targets are taken out because of one",
    lie: (ports) =>
      lyingLoadBalancers(ports, "target", ({ deregister }) => ({
        deregister: async (...of) => {
          try {
            return await deregister(...of);
          } catch (error) {
            if (!(error instanceof AwsCallError)) throw error;
            throw new AwsCallError(error.action, "unavailable", error);
          }
        },
      })),
    given: { loadBalancers: { target: { deregister: failing } } },
    use: (ports) => outcomeOf(portOf(ports, "target").deregister("arn:tg", [])),
    foundBy: {
      scenarios: "one-of-many",
      test: "a target that its group refuses to take out is told of, and the others go without it",
    },
  }),
  bugInPorts({
    what: "an instance that its classic load balancer no longer lists is taken for gone, though it drains",
    harm: "requests in flight are cut off",
    lie: (ports) =>
      lyingLoadBalancers(ports, "classic", ({ targets }) => ({
        targets: async (...of) => (await targets(...of))?.filter(isRegistered),
        stillThere: async () => [],
      })),
    given: { loadBalancers: { classic: { targets: async () => [DRAINING] } } },
    use: (ports) => portOf(ports, "classic").targets("elb", ["i-1"]),
    foundBy: { scenarios: "fleets", test: "classic load balancer only" },
  }),
  bugInPorts({
    what: "a heartbeat that was refused is not remembered, and is sent again at every pass",
    harm: "calls are wasted, and others are throttled",
    lie: ({ autoScaling }) => ({
      autoScaling: {
        ...autoScaling,
        heartbeat: async (action) => {
          const answer = await autoScaling.heartbeat(action);
          if (answer === "recorded") return answer;
          throw new AwsCallError("autoscaling:RecordLifecycleActionHeartbeat", "wrong", new Error(answer));
        },
      },
    }),
    given: { autoScaling: { heartbeat: async () => "no such action" } },
    use: ({ autoScaling }) =>
      outcomeOf(
        autoScaling.heartbeat({ instanceId: "i-1", group: "fleet", hook: "drain", token: undefined }),
      ),
    foundBy: { scenarios: "heartbeats", test: "a heartbeat that is refused is not sent again at every pass" },
  }),
];
