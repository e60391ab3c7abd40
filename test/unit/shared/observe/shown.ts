// AWS as one look shows it: ports that answer from what a test puts there, and keep what they were asked.
import type { GroupInstance, Hook } from "../../../../shared/aws/autoscaling.ts";
import type { InstanceState } from "../../../../shared/aws/ec2.ts";
import type { ContainerInstance, Service, Task, TaskProtection } from "../../../../shared/aws/ecs.ts";
import type { ClassicLoadBalancer } from "../../../../shared/aws/elb.ts";
import type { RegisteredTarget, TargetGroup } from "../../../../shared/aws/elbv2.ts";
import { AwsCallError, type FailureKind } from "../../../../shared/base/errors.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { type LoggedLine, untouchablePorts } from "../fake-ports.ts";
import { clusterInstanceOf, MINUTE, SINCE } from "../rules/builders.ts";

type Cluster = {
  readonly containerInstances: readonly ContainerInstance[];
  readonly tasks: readonly Task[];
  readonly services: readonly Service[];
  readonly protections: readonly TaskProtection[];
  readonly managesDraining: boolean;
};

/** What AWS shows. What is not named is not there. */
export type Shown = {
  /** Milliseconds after the termination's message; a minute where it does not matter. */
  readonly now?: number;
  readonly groupInstances?: Readonly<Record<string, GroupInstance>>;
  /** The terminating hooks of groups. */
  readonly hooks?: Readonly<Record<string, readonly Hook[]>>;
  /** The groups that keep what was abandoned. */
  readonly retaining?: readonly string[];
  readonly clusters?: Readonly<Record<string, Partial<Cluster>>>;
  /** The host ports that task definitions give by the network mode host. */
  readonly definitions?: Readonly<Record<string, readonly number[]>>;
  readonly targetGroups?: readonly (TargetGroup & { readonly targets?: readonly RegisteredTarget[] })[];
  readonly classic?: readonly (ClassicLoadBalancer & { readonly draining?: readonly string[] })[];
  readonly instances?: Readonly<Record<string, InstanceState>>;
  /** Calls that fail, by how what is asked begins: "ecs.services main". */
  readonly fails?: Readonly<Record<string, FailureKind | "fault of ours">>;
};

/** A container instance of the cluster main, by the number of its EC2 instance. */
export const containerInstance = (n: number, change: Partial<ContainerInstance> = {}): ContainerInstance =>
  clusterInstanceOf({ arn: `ci-${n}`, instanceId: `i-${n}`, ...change }).containerInstance;

/** Ports that show it, and the run of one look. `asked` has each call with what it named, `lines` what was logged. */
export function showing(shown: Shown): {
  ports: Ports;
  run: Run;
  asked: string[];
  lines: LoggedLine[];
} {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: string[] = [];
  async function ask<T>(call: string, ids: readonly string[], answer: () => T): Promise<T> {
    const text = [call, ...ids].join(" ");
    asked.push(text);
    const [, failure] = Object.entries(shown.fails ?? {}).find(([begin]) => text.startsWith(begin)) ?? [];
    if (failure === "fault of ours") throw new Error("a fault");
    if (failure !== undefined) throw new AwsCallError(call, failure, new Error("refused"));
    return answer();
  }
  // What is asked for nothing calls nobody: the ports split their lists into calls.
  const askFor = async <T>(
    call: string,
    where: readonly string[],
    ids: readonly string[],
    answer: () => T[],
  ): Promise<T[]> => (ids.length === 0 ? [] : ask(call, [...where, ...ids], answer));
  const of = (cluster: string): Partial<Cluster> => shown.clusters?.[cluster] ?? {};
  const found = <T>(all: readonly T[] | undefined, isMeant: (each: T) => boolean): T[] =>
    (all ?? []).filter(isMeant);
  const now = () => SINCE + (shown.now ?? MINUTE);
  const ports: Ports = {
    ...untouchable,
    now,
    autoScaling: {
      ...untouchable.autoScaling,
      describeInstances: (ids) =>
        ask(
          "autoScaling.describeInstances",
          ids,
          () => new Map(Object.entries(shown.groupInstances ?? {}).filter(([id]) => ids.includes(id))),
        ),
      terminatingHooks: (group) =>
        ask("autoScaling.terminatingHooks", [group], () => [...(shown.hooks?.[group] ?? [])]),
      retains: (group) =>
        ask("autoScaling.retains", [group], () => shown.retaining?.includes(group) === true),
    },
    ec2: {
      states: (ids) =>
        ask(
          "ec2.states",
          ids,
          () => new Map(Object.entries(shown.instances ?? {}).filter(([id]) => ids.includes(id))),
        ),
    },
    ecs: {
      ...untouchable.ecs,
      findContainerInstances: (cluster, ids) =>
        askFor("ecs.findContainerInstances", [cluster], ids, () =>
          found(of(cluster).containerInstances, ({ instanceId }) => ids.includes(instanceId)).map(
            ({ arn }) => arn,
          ),
        ),
      describeContainerInstances: (cluster, arns) =>
        ask("ecs.describeContainerInstances", [cluster, ...arns], () =>
          found(of(cluster).containerInstances, ({ arn }) => arns.includes(arn)),
        ),
      listTasksToRun: (cluster, arns) =>
        ask("ecs.listWanted", [cluster, ...arns], () =>
          found(of(cluster).tasks, (task) => task.shouldRun && arns.includes(task.containerInstance)).map(
            ({ arn }) => arn,
          ),
        ),
      listStoppingTasks: (cluster, arns) =>
        ask("ecs.listUnwanted", [cluster, ...arns], () =>
          found(of(cluster).tasks, (task) => !task.shouldRun && arns.includes(task.containerInstance)).map(
            ({ arn }) => arn,
          ),
        ),
      listAllTasksToRun: (cluster) =>
        ask("ecs.listAllWanted", [cluster], () =>
          found(of(cluster).tasks, ({ shouldRun }) => shouldRun).map(({ arn }) => arn),
        ),
      describeTasks: (cluster, arns) =>
        askFor("ecs.describeTasks", [cluster], arns, () =>
          found(of(cluster).tasks, ({ arn }) => arns.includes(arn)),
        ),
      definedPorts: (definition) =>
        ask("ecs.definedPorts", [definition], () => shown.definitions?.[definition] ?? []),
      services: (cluster, names) =>
        askFor("ecs.services", [cluster], names, () =>
          found(of(cluster).services, ({ name }) => names.includes(name)),
        ),
      protections: (cluster, tasks) =>
        askFor("ecs.protections", [cluster], tasks, () =>
          found(of(cluster).protections, ({ task }) => tasks.includes(task)),
        ),
      managesDraining: (cluster) =>
        ask("ecs.managesDraining", [cluster], () => of(cluster).managesDraining === true),
    },
    targetGroups: {
      ...untouchable.targetGroups,
      describe: (nameOrArn) =>
        ask("targetGroups.describe", [nameOrArn], () => {
          const group = shown.targetGroups?.find(({ arn, name }) => [arn, name].includes(nameOrArn));
          if (!group) return undefined;
          const { targets: _, ...itself } = group;
          return itself;
        }),
      targets: (arn) =>
        ask("targetGroups.targets", [arn], () => {
          const targets = shown.targetGroups?.find((group) => group.arn === arn)?.targets;
          return targets && [...targets];
        }),
    },
    classic: {
      ...untouchable.classic,
      describe: (name) =>
        ask("classic.describe", [name], () => shown.classic?.find((each) => each.name === name)),
      draining: (name, ids) =>
        ask("classic.draining", [name, ...ids], () => {
          const draining = shown.classic?.find((each) => each.name === name)?.draining ?? [];
          return new Set(ids.filter((id) => draining.includes(id)));
        }),
    },
  };
  return { ports, run: new Run(ports, Number.POSITIVE_INFINITY), asked, lines };
}
