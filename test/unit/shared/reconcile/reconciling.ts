// Plays one pass at one instance, with ports that show what a test says, and keep what was written.
import { expect } from "chai";
import type { AwsCallError } from "../../../../shared/base/errors.ts";
import type { Target } from "../../../../shared/model/registration.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import type { PassOptions, Reconciled } from "../../../../shared/reconcile/conclude.ts";
import { reconcile } from "../../../../shared/reconcile/reconcile.ts";
import { Run } from "../../../../shared/run/run.ts";
import { portOf } from "../fake-ports.ts";
import { type Shown, showing } from "../observe/shown.ts";
import { hook, MINUTE, OURS, SINCE, termination } from "../rules/builders.ts";

/** When the pass is. */
export const NOW = SINCE + MINUTE;
/** What is remembered of the target that was taken out. */
export const TAKEN = { kind: "target", id: "arn:static", port: 80 } as const;

/** What differs from a pass that may complete, in which every call that writes succeeds. */
type Change = {
  readonly shown?: Shown;
  readonly options?: Partial<PassOptions>;
  readonly refused?: AwsCallError;
  readonly completions?: (AwsCallError | "completed" | "no such action")[];
};

/** One pass at an instance that the hook holds; `asked` has the calls that write, and of the others those to Auto Scaling. */
export async function play(of: Termination, { shown = {}, options, refused, completions = [] }: Change = {}) {
  const held: Shown = {
    groupInstances: { "i-1": { group: "fleet", state: "Terminating:Wait" } },
    hooks: { fleet: [hook()] },
    ...target(),
  };
  const { ports: reading, asked, lines } = showing({ ...held, ...shown });
  const write = <T>(text: string, answer: T): T => {
    asked.push(text);
    if (refused !== undefined) throw refused;
    return answer;
  };
  const ports = {
    ...reading,
    autoScaling: {
      ...reading.autoScaling,
      heartbeat: async ({ instanceId }: { instanceId: string }) =>
        write(`heartbeat ${instanceId}`, "recorded" as const),
      complete: async ({ instanceId }: { instanceId: string }, result: string) => {
        asked.push(`complete ${instanceId} with ${result}`);
        const answer = completions.shift();
        if (typeof answer !== "string") throw answer ?? new Error("not to be called");
        return answer;
      },
    },
    ecs: {
      ...reading.ecs,
      setStatus: async (_: string, arns: readonly string[], status: string) =>
        write(`${status} ${arns}`, { done: arns, failed: [] }),
    },
    loadBalancers: new Map([
      ...reading.loadBalancers,
      [
        "target",
        {
          ...portOf(reading, "target"),
          deregister: async (arn: string, targets: readonly Target[]) =>
            write(`deregister ${targets.map(({ id }) => id)} from ${arn}`, { done: targets, failed: [] }),
        },
      ],
    ]),
  };
  const all = {
    mayComplete: true,
    dryRun: false,
    ours: OURS,
    keys: undefined,
    until: NOW + MINUTE,
    ...options,
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const reconciled = await reconcile(run, [of], all);
  expect(reconciled).to.have.lengthOf(1);
  const { before, ending, termination: after } = reconciled[0] as Reconciled;
  expect(before).to.equal(of);
  const isOfInterest = (each: string) => !/^(ecs|targetGroups|classic|ec2)\./.test(each);
  const waiting = lines.filter(([, phrase]) => phrase === "waiting").map(([, , fields]) => fields);
  return { after, asked: asked.filter(isOfInterest), ending, lines, memory: after.memory, run, waiting };
}

/** A target group with the instance in it; without a state it is empty. */
export const target = (state?: "registered" | "draining") => ({
  targetGroups: [
    {
      arn: "arn:static",
      name: "static",
      targetType: "instance",
      network: false,
      targets: state === undefined ? [] : [{ id: "i-1", port: 80, state, invalid: false }],
    },
  ],
});
/** A pass that shows it. */
export const registered = { shown: target("registered") };
/** A termination whose input names that target group alone. */
export const plain = (memory: Parameters<typeof termination>[0] = {}, told: Partial<Termination> = {}) =>
  termination(memory, { ...told, settings: { targetGroups: ["static"], clusterNames: [] } });
/** What each pass asks of Auto Scaling. */
export const reads = ["autoScaling.describeInstances i-1", "autoScaling.terminatingHooks fleet"];
