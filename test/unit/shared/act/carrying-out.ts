// Carries steps out with ports that answer what a test says, and keep what they were asked.
import { carryOut } from "../../../../shared/act/carry-out.ts";
import type { LoadBalancerPort } from "../../../../shared/aws/load-balancer-port.ts";
import type { BatchResult } from "../../../../shared/base/batches.ts";
import { AwsCallError, type FailureKind } from "../../../../shared/base/errors.ts";
import type { Decided, Step } from "../../../../shared/model/decision.ts";
import type { Registration } from "../../../../shared/model/registration.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { portOf, untouchablePorts } from "../fake-ports.ts";
import { decided, target, termination } from "../rules/builders.ts";

/** What each line about an instance's drain says. */
export const about = (instanceId = "i-1") => ({
  instance_id: instanceId,
  auto_scaling_group: "fleet",
  lifecycle_hook_name: "drain",
});

/** A step that sets a container instance DRAINING. */
export const drain = (containerInstance: string, again = false): Step => ({
  kind: "drain",
  cluster: "main",
  containerInstance,
  again,
});
/** A step that takes an instance, by its number, out of a target group. */
export const deregister = (instance: number, change: Partial<Registration> = {}): Step => ({
  kind: "deregister",
  why: "ours",
  registration: target({ id: "arn:tg", target: `i-${instance}`, port: 80, ...change }),
});
/** The steps of so many instances: i-1, i-2 and so on. */
export const plan = (count: number, stepsOf: (n: number) => Step[]): Decided[] =>
  Array.from({ length: count }, (_, i) =>
    decided(termination({}, { instanceId: `i-${i + 1}` }), { steps: stepsOf(i + 1) }, i),
  );
/** A call that AWS fails. */
export const failure = (kind: FailureKind) => new AwsCallError("aws:Call", kind, new Error("refused"));

/** What is answered to each call; one that is not expected fails the test. */
export type Outside = {
  setStatus?: (arns: readonly string[], status: string) => BatchResult<string>;
  deregisterTargets?: (ids: readonly string[]) => void;
  deregisterClassic?: (ids: readonly string[]) => BatchResult<string>;
  stopTask?: (tasks: readonly string[]) => void;
  leaveCluster?: (containerInstances: readonly string[]) => void;
  registerTargets?: (ids: readonly string[]) => void;
  registerClassic?: (ids: readonly string[]) => void;
};

/** Carries the steps out. `asked` is what each call named; `those` are the instances with a step that took effect, or failed. */
export async function play(planned: readonly Decided[], outside: Outside) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: string[][] = [];
  const ask = <T, A extends unknown[]>(
    ids: readonly string[],
    answer: ((ids: readonly string[], ...more: A) => T) | undefined,
    ...more: A
  ): T => {
    asked.push([...ids]);
    if (!answer) throw new Error("not to be called");
    return answer(ids, ...more);
  };
  const textOf = ({ id, port }: { id: string; port?: number | undefined }) => `${id}:${port}`;
  const idOf = (targets: readonly { id: string }[]) => targets.map(({ id }) => id);
  const ports: Ports = {
    ...untouchable,
    ecs: {
      ...untouchable.ecs,
      setStatus: async (_, arns, status) => ask(arns, outside.setStatus, status),
      stopTask: async (_, arn) => ask([arn], outside.stopTask),
      deregister: async (_, arn, force) => ask([force ? `${arn} by force` : arn], outside.leaveCluster),
    },
    loadBalancers: new Map<string, LoadBalancerPort>([
      [
        "target",
        {
          ...portOf(untouchable, "target"),
          deregister: async (_, targets) => {
            ask(targets.map(textOf), outside.deregisterTargets);
            return { done: targets, failed: [] };
          },
          register: async (_, targets) => ask(targets.map(textOf), outside.registerTargets),
        },
      ],
      [
        "classic",
        {
          ...portOf(untouchable, "classic"),
          deregister: async (_, targets) => {
            const idsOf = (some: readonly string[]) => targets.filter(({ id }) => some.includes(id));
            const { done, failed } = ask(idOf(targets), outside.deregisterClassic);
            return {
              done: idsOf(done),
              failed: failed.flatMap((each) => idsOf([each.item]).map((item) => ({ ...each, item }))),
            };
          },
          register: async (_, targets) => ask(idOf(targets), outside.registerClassic),
        },
      ],
    ]),
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const carried = await carryOut(run, planned);
  const those = (which: Step["kind"] | "failed") =>
    carried
      .filter(({ done: { steps, failed } }) =>
        which === "failed" ? failed : steps.some(({ kind }) => kind === which),
      )
      .map(({ termination: { instanceId } }) => instanceId);
  return { asked, carried, lines, run, those };
}

/** All of it is done, except that a call with one of these is refused as a whole. */
export const refusing =
  (bad: string, kind: FailureKind = "wrong") =>
  (ids: readonly string[]): BatchResult<string> => {
    if (ids.includes(bad)) throw failure(kind);
    return { done: ids, failed: [] };
  };
/** Numbered names. */
export const numbers = (from: number, to: number, prefix = "") =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);
