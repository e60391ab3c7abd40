// AWS as one pass shows it: ports that answer from what a test puts there, and keep what they were asked.
import type { InstanceNetwork } from "../../../../shared/aws/ec2.ts";
import type { LoadBalancerPort } from "../../../../shared/aws/load-balancer-port.ts";
import { AwsCallError, type FailureKind, OddAnswer } from "../../../../shared/base/errors.ts";
import type { GroupInstance, Hook } from "../../../../shared/model/hooks.ts";
import type { InstanceState } from "../../../../shared/model/instance-state.ts";
import type { NetworkInterface } from "../../../../shared/model/network-interface.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { ContainerInstance, Service, Task, TaskProtection } from "../../../../shared/model/tasks.ts";
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
  readonly tags: Readonly<Record<string, string>>;
};

/** A target group by what differs, and its targets; without targets it is gone once it was described. */
export type ShownTargetGroup = {
  readonly arn: string;
  readonly name: string;
  readonly targetType: string;
  readonly network: boolean;
  readonly vpc?: string;
  readonly targets?: readonly Omit<RegisteredTarget, "pointsAt">[];
  /** Whether it sends to its targets. */
  readonly health?: Readonly<Record<string, boolean>>;
};
/** A classic load balancer: what it lists, and what it drains. */
type ShownClassic = {
  readonly name: string;
  readonly instancePorts: readonly number[];
  readonly instanceIds: ReadonlySet<string>;
  readonly draining?: readonly string[];
  /** Whether it sends to its instances. */
  readonly health?: Readonly<Record<string, boolean>>;
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
  /** When the activities began that terminate instances of groups. */
  readonly terminating?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly clusters?: Readonly<Record<string, Partial<Cluster>>>;
  /** The host ports that task definitions give; "any" where they leave some of them open. */
  readonly definitions?: Readonly<Record<string, readonly (number | "any")[]>>;
  /** How long tasks of definitions may take to stop, and targets to drain, in milliseconds. */
  readonly stopTimeouts?: Readonly<Record<string, number>>;
  readonly drainLimits?: Readonly<Record<string, number>>;
  readonly targetGroups?: readonly ShownTargetGroup[];
  readonly classic?: readonly ShownClassic[];
  readonly instances?: Readonly<Record<string, InstanceState>>;
  /** The statuses of instances' Spot requests. */
  readonly spotStatuses?: Readonly<Record<string, string | OddAnswer>>;
  /** Where instances are in the network. */
  readonly networks?: Readonly<Record<string, InstanceNetwork>>;
  readonly interfaces?: readonly NetworkInterface[];
  /** Container instances and tasks that are listed and not described, by ARN, with the odd answer; without one, ECS says MISSING. */
  readonly hidden?: Readonly<Record<string, OddAnswer | "MISSING">>;
  /** Those of them that are listed once, and no more after that. */
  readonly forgotten?: readonly string[];
  /** Calls that fail, by how what is asked begins: "ecs.services main". */
  readonly fails?: Readonly<Record<string, FailureKind | "fault of ours">>;
};

/** A container instance of the cluster main, by the number of its EC2 instance. */
export const containerInstance = (n: number, change: Partial<ContainerInstance> = {}): ContainerInstance =>
  clusterInstanceOf({ arn: `ci-${n}`, instanceId: `i-${n}`, ...change }).containerInstance;

/** ECS's answer about what it does not know. */
const missing = (key: string, arn: string) =>
  new OddAnswer(`ecs:Describe${key[0]?.toUpperCase()}${key.slice(1)}`, key, "MISSING", {
    ids: [arn],
    isMissing: true,
  });

/** Ports that show it, and the run of one pass. `asked` has each call with what it named, `lines` what was logged. */
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
  const listings = new Set<string>();
  // What is forgotten is listed once: the list may be older than what is described.
  const listed = (call: string, arns: readonly string[]): string[] => {
    const gone = (arn: string) => shown.forgotten?.includes(arn) === true && listings.has(`${call} ${arn}`);
    const left = arns.filter((arn) => !gone(arn));
    for (const arn of left) listings.add(`${call} ${arn}`);
    return left;
  };
  const described = <T extends { readonly arn: string }>(
    key: string,
    all: readonly T[] | undefined,
    arns: readonly string[],
  ): (T | OddAnswer)[] =>
    arns.map((arn) => {
      const hidden = shown.hidden?.[arn] ?? "MISSING";
      const one = shown.hidden?.[arn] ? undefined : all?.find((each) => each.arn === arn);
      if (one) return one;
      return hidden instanceof OddAnswer ? hidden : missing(key, arn);
    });
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
      terminating: (group) =>
        ask(
          "autoScaling.terminating",
          [group],
          () => new Map(Object.entries(shown.terminating?.[group] ?? {})),
        ),
      retains: (group) =>
        ask("autoScaling.retains", [group], () => shown.retaining?.includes(group) === true),
    },
    ec2: {
      ...untouchable.ec2,
      spotStatuses: (ids) =>
        ask(
          "ec2.spotStatuses",
          ids,
          () => new Map(Object.entries(shown.spotStatuses ?? {}).filter(([id]) => ids.includes(id))),
        ),
      states: (ids) =>
        ask(
          "ec2.states",
          ids,
          () => new Map(Object.entries(shown.instances ?? {}).filter(([id]) => ids.includes(id))),
        ),
      networks: (ids) =>
        ask(
          "ec2.networks",
          ids,
          () => new Map(Object.entries(shown.networks ?? {}).filter(([id]) => ids.includes(id))),
        ),
      interfacesOf: (ids) =>
        askFor("ec2.interfacesOf", [], ids, () =>
          found(shown.interfaces, ({ instanceId = "" }) => ids.includes(instanceId)),
        ),
      interfacesWith: (addresses) =>
        askFor("ec2.interfacesWith", [], addresses, () =>
          found(shown.interfaces, (each) => addresses.some((one) => each.addresses.includes(one))),
        ),
    },
    ecs: {
      ...untouchable.ecs,
      findContainerInstances: (cluster, ids) =>
        askFor("ecs.findContainerInstances", [cluster], ids, () =>
          listed(
            "findContainerInstances",
            found(of(cluster).containerInstances, ({ instanceId }) => ids.includes(instanceId)).map(
              ({ arn }) => arn,
            ),
          ),
        ),
      describeContainerInstances: (cluster, arns) =>
        ask("ecs.describeContainerInstances", [cluster, ...arns], () =>
          described("containerInstances", of(cluster).containerInstances, arns),
        ),
      listTasksToRun: (cluster, arns) =>
        ask("ecs.listTasksToRun", [cluster, ...arns], () =>
          listed(
            "listTasksToRun",
            found(of(cluster).tasks, (task) => task.shouldRun && arns.includes(task.containerInstance)).map(
              ({ arn }) => arn,
            ),
          ),
        ),
      listStoppingTasks: (cluster, arns) =>
        ask("ecs.listStoppingTasks", [cluster, ...arns], () =>
          listed(
            "listStoppingTasks",
            found(of(cluster).tasks, (task) => !task.shouldRun && arns.includes(task.containerInstance)).map(
              ({ arn }) => arn,
            ),
          ),
        ),
      describeTasks: (cluster, arns) =>
        askFor("ecs.describeTasks", [cluster], arns, () => described("tasks", of(cluster).tasks, arns)),
      definition: (definition) =>
        ask("ecs.definition", [definition], () => {
          const all = shown.definitions?.[definition] ?? [];
          return {
            ports: all.filter((each) => each !== "any"),
            mayHaveOthers: all.includes("any"),
            stopTimeout: shown.stopTimeouts?.[definition] ?? 30_000,
          };
        }),
      services: (cluster, names) =>
        askFor("ecs.services", [cluster], names, () =>
          found(of(cluster).services, ({ name }) => names.includes(name)),
        ),
      protections: (cluster, tasks) =>
        askFor("ecs.protections", [cluster], tasks, () =>
          found(of(cluster).protections, ({ task }) => tasks.includes(task)),
        ),
      clusters: () =>
        ask("ecs.clusters", [], () =>
          Object.entries(shown.clusters ?? {}).map(([name, { containerInstances = [], tags = {} }]) => ({
            name,
            instances: containerInstances.length,
            tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
          })),
        ),
      managesDraining: (cluster) =>
        ask("ecs.managesDraining", [cluster], () => of(cluster).managesDraining === true),
    },
    loadBalancers: new Map<string, LoadBalancerPort>([
      ["target", shownTargetGroups(shown, ask)],
      ["classic", shownClassic(shown, ask)],
    ]),
  };
  return { ports, run: new Run(ports, Number.POSITIVE_INFINITY), asked, lines };
}

type Ask = <T>(call: string, ids: readonly string[], answer: () => T) => Promise<T>;

const notToBeCalled = async (): Promise<never> => {
  throw new Error("not to be called");
};

const healthOf = (found: Pick<ShownClassic, "health"> | undefined) =>
  found && new Map(Object.entries(found.health ?? {}));

function shownTargetGroups(shown: Shown, ask: Ask): LoadBalancerPort {
  const targets = (id: string) =>
    ask("targetGroups.targets", [id], () =>
      shown.targetGroups
        ?.find(({ arn }) => arn === id)
        ?.targets?.map((each) => ({ ...each, pointsAt: each.port === undefined ? [] : [each.port] })),
    );
  return {
    kind: "target",
    noun: "target group",
    targetTypes: ["instance", "ip"],
    describesByCall: true,
    canRecheckRegistered: true,
    namedIn: ({ targetGroups }) => targetGroups,
    describe: (nameOrArn) =>
      ask("targetGroups.describe", [nameOrArn], () => {
        const found = shown.targetGroups?.find(({ arn, name }) => [arn, name].includes(nameOrArn));
        if (!found) return undefined;
        const { arn: id, targets: _, health: __, ...rest } = found;
        return { kind: "target", id, ...rest };
      }),
    targets,
    describesBy: "elasticloadbalancing:DescribeTargetGroups",
    discoversEach: false,
    discoverTargets: (id) => targets(id),
    list: () =>
      ask("targetGroups.list", [], () =>
        (shown.targetGroups ?? []).map(({ arn: id, vpc, targets: _, health: __, ...rest }) => ({
          loadBalancer: { kind: "target", id, ...rest },
          vpc,
          registered: [],
        })),
      ),
    stillThere: async (id) => (await targets(id)) ?? [],
    health: (id) =>
      ask("targetGroups.health", [id], () => healthOf(shown.targetGroups?.find(({ arn }) => arn === id))),
    deregistrationDelay: notToBeCalled,
    drainLimit: (id) => ask("targetGroups.drainLimit", [id], () => shown.drainLimits?.[id]),
    register: notToBeCalled,
    deregister: notToBeCalled,
  };
}

function shownClassic(shown: Shown, ask: Ask): LoadBalancerPort {
  const of = (id: string) => shown.classic?.find(({ name }) => name === id);
  const targetOf = (id: string, state: RegisteredTarget["state"], pointsAt: readonly number[]) => ({
    id,
    port: undefined,
    state,
    invalid: false,
    pointsAt,
  });
  return {
    kind: "classic",
    noun: "classic load balancer",
    targetTypes: ["instance"],
    describesByCall: false,
    canRecheckRegistered: false,
    namedIn: ({ elbNames }) => elbNames,
    describe: async (name) => ({ kind: "classic", id: name, name, targetType: "instance", network: false }),
    // As the adapter asks: what the load balancer lists, and then whether it drains the others.
    async targets(name, instanceIds) {
      const found = await ask("classic.describe", [name], () => of(name));
      if (!found) return undefined;
      const { instanceIds: listed, instancePorts } = found;
      const unlisted = [...new Set(instanceIds)].filter((id) => !listed.has(id));
      const draining =
        unlisted.length === 0
          ? []
          : await ask("classic.draining", [name, ...unlisted], () =>
              unlisted.filter((id) => found.draining?.includes(id)),
            );
      return [
        ...[...listed].map((id) => targetOf(id, "registered", instancePorts)),
        ...draining.map((id) => targetOf(id, "draining", instancePorts)),
      ];
    },
    describesBy: "elasticloadbalancing:DescribeLoadBalancers",
    discoversEach: true,
    discoverTargets: (name, ids) =>
      ask("classic.draining", [name, ...ids], () =>
        ids.filter((id) => of(name)?.draining?.includes(id)).map((id) => targetOf(id, "draining", [])),
      ),
    list: () =>
      ask("classic.list", [], () =>
        (shown.classic ?? []).map(({ name, instanceIds }) => ({
          loadBalancer: { kind: "classic", id: name, name, targetType: "instance", network: false },
          vpc: undefined,
          registered: [...instanceIds],
        })),
      ),
    stillThere: (name, targets) =>
      ask("classic.draining", [name, ...targets.map(({ id }) => id)], () =>
        targets
          .filter(({ id }) => of(name)?.draining?.includes(id))
          .map(({ id }) => targetOf(id, "draining", [])),
      ),
    health: (name, ids) => ask("classic.health", [name, ...ids], () => healthOf(of(name))),
    deregistrationDelay: async () => undefined,
    drainLimit: (name) => ask("classic.drainLimit", [name], () => shown.drainLimits?.[name]),
    register: notToBeCalled,
    deregister: notToBeCalled,
  };
}
