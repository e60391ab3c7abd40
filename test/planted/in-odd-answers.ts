import { apart, isRead, OddAnswer } from "../../shared/base/errors.ts";
import type { Ports } from "../../shared/run/ports.ts";
import { portOf } from "../unit/shared/fake-ports.ts";
import { type Bug, bugInPorts, lyingLoadBalancers, outcomeOf } from "./bug.ts";

const SCENARIOS = "odd-answers";
const finder = (action: string, at: number) => ({
  scenarios: SCENARIOS,
  test: `of ${action} from ${at} s on hold the drain, and it ends once they are whole again`,
});
const ODD = new OddAnswer("aws:Call", "list", undefined, { ids: ["it"], isMissing: true });

/** The answer, or something else if it is odd. */
async function unlessOdd<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof OddAnswer)) throw error;
    return otherwise;
  }
}

const odd = async (): Promise<never> => {
  throw ODD;
};

/** Bugs in what follows from an odd answer. */
export const IN_ODD_ANSWERS: readonly Bug[] = [
  bugInPorts({
    what: "a container instance that is listed and not described is taken for gone",
    harm: "tasks are killed",
    lie: ({ ecs }: Ports) => ({
      ecs: {
        ...ecs,
        describeContainerInstances: async (...of) => apart(await ecs.describeContainerInstances(...of)).read,
      },
    }),
    given: { ecs: { describeContainerInstances: async () => [ODD] } },
    use: ({ ecs }) => ecs.describeContainerInstances("main", ["it"]),
    foundBy: finder("ecs:DescribeContainerInstances", 100),
  }),
  bugInPorts({
    what: "a task that is listed and not described is taken for gone",
    harm: "tasks are killed",
    lie: ({ ecs }: Ports) => ({
      ecs: { ...ecs, describeTasks: async (...of) => apart(await ecs.describeTasks(...of)).read },
    }),
    given: { ecs: { describeTasks: async () => [ODD] } },
    use: ({ ecs }) => ecs.describeTasks("main", ["it"]),
    foundBy: finder("ecs:DescribeTasks", 100),
  }),
  bugInPorts({
    what: "a list of tasks that is missing is taken for one without tasks",
    harm: "tasks are killed",
    lie: ({ ecs }: Ports) => ({
      ecs: {
        ...ecs,
        listTasksToRun: (...of) => unlessOdd(ecs.listTasksToRun(...of), []),
        listStoppingTasks: (...of) => unlessOdd(ecs.listStoppingTasks(...of), []),
      },
    }),
    given: { ecs: { listTasksToRun: odd } },
    use: ({ ecs }) => outcomeOf(ecs.listTasksToRun("main", ["ci-1"])),
    foundBy: finder("ecs:ListTasks", 1),
  }),
  bugInPorts({
    what: "an instance in a lifecycle state that nobody knows is taken for one that is in no group",
    harm: "the drain is dropped, and the hook ends by itself",
    lie: ({ autoScaling }: Ports) => ({
      autoScaling: {
        ...autoScaling,
        describeInstances: async (ids) => {
          const all = await unlessOdd(autoScaling.describeInstances(ids), new Map());
          return new Map([...all].filter(([, each]) => isRead(each)));
        },
      },
    }),
    given: { autoScaling: { describeInstances: async () => new Map([["it", ODD]]) } },
    use: ({ autoScaling }) => autoScaling.describeInstances(["it"]),
    foundBy: finder("autoscaling:DescribeAutoScalingInstances", 100),
  }),
  bugInPorts({
    what: "a list of targets that is missing is taken for one without targets",
    harm: "requests in flight are cut off",
    lie: (ports) =>
      lyingLoadBalancers(ports, "target", ({ targets, discoverTargets, stillThere }) => ({
        targets: (...of) => unlessOdd(targets(...of), []),
        discoverTargets: (...of) => unlessOdd(discoverTargets(...of), []),
        stillThere: (...of) => unlessOdd(stillThere(...of), []),
      })),
    given: { loadBalancers: { target: { targets: odd } } },
    use: (ports) => outcomeOf(portOf(ports, "target").targets("arn:tg", ["i-1"])),
    foundBy: finder("elbv2:DescribeTargetHealth", 1),
  }),
];
