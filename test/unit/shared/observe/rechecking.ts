// Plays rechecks as reconcile does: the rules say of whom to ask, and what comes of the answers.
import type { LoadBalancerPort } from "../../../../shared/aws/load-balancer-port.ts";
import type { RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { ContainerInstance, Task } from "../../../../shared/model/tasks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { recheckBlockers } from "../../../../shared/observe/recheck-blocker.ts";
import { afterRecheck, recheckOf } from "../../../../shared/rules/recheck.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { portOf, untouchablePorts } from "../fake-ports.ts";
import { termination } from "../rules/builders.ts";

/** What AWS answers; what is not expected to be asked fails the test. */
type Outside = {
  containerInstances?: () => ContainerInstance[];
  tasks?: () => Task[];
  /** What the target group has. */
  targets?: () => Omit<RegisteredTarget, "pointsAt">[];
  /** The instances that the classic load balancer drains. */
  draining?: () => string[];
  delay?: () => number | undefined;
};

export const NOW = 1_000_000;

/** A termination that waits for a blocker. */
export const waiting = (blocker: RecheckableBlocker, instanceId = "i-1", until = NOW + 1): Termination =>
  termination({ recheck: { blocker, until }, changedAt: NOW }, { instanceId });

/** A target of a group, which drains by default. */
export const inStatic = ({
  port = 8080,
  ...change
}: {
  target?: string;
  port?: number;
  state?: "registered" | "draining";
} = {}): RecheckableBlocker => ({
  kind: "registration",
  registration: { kind: "target", id: "arn:static", port },
  target: "i-1",
  state: "draining",
  ...change,
});
/** An instance that a classic load balancer drains. */
export const inElb = (target: string): RecheckableBlocker => ({
  kind: "registration",
  registration: { kind: "classic", id: "elb" },
  target,
  state: "draining",
});

/** Asks once. `after` has what each is remembered as, undefined where a pass is needed; `waits` the instances that wait on. */
export async function play(
  terminations: readonly Termination[],
  outside: Outside,
  until = Number.POSITIVE_INFINITY,
) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: string[] = [];
  const ask = <T>(what: string, answer: (() => T) | undefined): T => {
    asked.push(what);
    if (!answer) throw new Error(`${what} was asked for`);
    return answer();
  };
  const ports: Ports = {
    ...untouchable,
    now: () => NOW,
    ecs: {
      ...untouchable.ecs,
      describeContainerInstances: async (_, arns) => ask(arns.join(" "), outside.containerInstances),
      describeTasks: async (_, arns) => (arns.length === 0 ? [] : ask(arns.join(" "), outside.tasks)),
    },
    loadBalancers: new Map<string, LoadBalancerPort>([
      [
        "target",
        {
          ...portOf(untouchable, "target"),
          stillThere: async (arn) => ask(arn, outside.targets).map((each) => ({ ...each, pointsAt: [] })),
          deregistrationDelay: async (arn) => ask(`delay of ${arn}`, outside.delay),
        },
      ],
      [
        "classic",
        {
          ...portOf(untouchable, "classic"),
          stillThere: async (name, targets) =>
            ask(`${name} ${targets.map(({ id }) => id).join(" ")}`, outside.draining).map((id) => ({
              id,
              port: undefined,
              state: "draining",
              invalid: false,
              pointsAt: [],
            })),
          deregistrationDelay: async () => undefined,
        },
      ],
    ]),
  };
  const run = new Run(ports, until);
  const requests = terminations.flatMap((each, index) => recheckOf(each, index, NOW) ?? []);
  const rechecked = await recheckBlockers(run, requests);
  const after: (Termination | undefined)[] = terminations.map(() => undefined);
  for (const each of rechecked) after[each.index] = afterRecheck(each, NOW);
  const waits = rechecked.flatMap(({ index, before }) => (after[index] ? [before.instanceId] : []));
  return { asked, lines, run, rechecked, after, waits };
}
