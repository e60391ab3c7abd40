import type { Random } from "../../simulator/kernel/random.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { some, weighted } from "./draw.ts";
import { drainKeys, type Named } from "./policy.ts";

type Group = NonNullable<ScenarioInput["auto_scaling_groups"]>[number];
type Hook = NonNullable<Group["hooks"]>[number];
/** A network interface of an instance. */
export type Interface = NonNullable<Group["network_interfaces"]>[string][number];
type Cluster = NonNullable<ScenarioInput["clusters"]>[number];
type Service = NonNullable<Cluster["services"]>[number];
type TargetGroup = NonNullable<ScenarioInput["target_groups"]>[number];
type LoadBalancer = NonNullable<ScenarioInput["load_balancers"]>[number];

/** What a scenario has besides its functions and what happens to it. */
export type Place = {
  readonly [Part in
    | "target_groups"
    | "load_balancers"
    | "clusters"
    | "auto_scaling_groups"
    | "tasks"]: NonNullable<ScenarioInput[Part]>;
};

/** The host port that a static registration points at, where a task has it. */
const STATIC_PORT = 3001;
/** The target group of addresses that the inputs name. */
export const BY_ADDRESS = "addresses";
/** The hook that the functions serve. */
export const OUR_HOOK = "drain";

/** A world from a seed: small, so that it runs fast, and with any of the parts that a drain has to do with. */
export function worldOf(random: Random): Place {
  const place: Place = {
    target_groups: [],
    load_balancers: [],
    clusters: [],
    auto_scaling_groups: [],
    tasks: [],
  };
  if (random.chance(0.6)) place.target_groups.push(staticGroup(random));
  if (random.chance(0.45)) place.load_balancers.push(loadBalancer(random, "classic", [80, STATIC_PORT]));
  if (random.chance(0.15)) place.target_groups.push(targetGroup(random, "attached", 7000));
  const clusters = weighted(random, [
    [1, 0],
    [7, 1],
    [2, 2],
  ]);
  const groups = weighted(random, [
    [6, 1],
    [3, 2],
    [1, 3],
  ]);
  for (let i = 0; i < clusters; i++) place.clusters.push(cluster(random, i, place));
  const unnotified = random.chance(0.12) ? 0.7 : 0;
  for (let i = 0; i < groups; i++) place.auto_scaling_groups.push(group(random, i, place, unnotified));
  const populated = place.auto_scaling_groups.flatMap(({ cluster: name }) => name ?? []);
  if (populated.length > 0 && random.chance(0.4))
    place.tasks.push(standalone(random, random.pick(populated)));
  if (random.chance(0.35)) addAddresses(random, place);
  return place;
}

// A target group of addresses, in which instances register themselves, and others register what they like.
function addAddresses(random: Random, place: Place): void {
  place.target_groups.push({ ...targetGroup(random, BY_ADDRESS, STATIC_PORT), target_type: "ip" });
  place.auto_scaling_groups.forEach((group, index) => {
    const ids = [...(group.instance_ids ?? []), ...(group.warm_pool?.instance_ids ?? [])];
    if (random.chance(0.6)) {
      const own = ids.map((id, i) => [id, interfacesOf(random, index, i)] as const);
      group.network_interfaces = Object.fromEntries(own);
    }
    if (random.chance(0.6)) group.registers_with?.target_groups?.push({ name: BY_ADDRESS });
  });
}

function interfacesOf(random: Random, group: number, instance: number): Interface[] {
  const address = (n: number) => `10.8.${group}.${instance * 8 + n}`;
  return [
    {
      addresses: [address(1), ...(random.chance(0.5) ? [address(2)] : [])],
      ...some(random, 0.5, { prefixes: [`10.7.${group}.${instance * 16}/28`] }),
    },
    ...(random.chance(0.4) ? [{ addresses: [address(3)], ...some(random, 0.5, { vpc: "other" }) }] : []),
    ...(random.chance(0.2) ? [{ addresses: [`2001:db8:${group}::${instance + 1}`] }] : []),
  ];
}

/** Whether a hook of ours notifies no queue: only a sweep that knows its name finds what it holds. */
export function hasUnnotifiedHook({ auto_scaling_groups: groups }: Place): boolean {
  return groups.some(({ hooks = [] }) => hooks.some(({ name, queue }) => name === OUR_HOOK && !queue));
}

/** What of a world the functions' inputs can name. */
export function namesIn(place: Place): Named {
  return {
    targetGroups: place.target_groups.flatMap(({ name }) =>
      name === "static" || name === BY_ADDRESS ? [name] : [],
    ),
    loadBalancers: place.load_balancers.flatMap(({ name }) => (name === "classic" ? [name] : [])),
    clusters: place.clusters.map(({ name }) => name),
  };
}

function staticGroup(random: Random): TargetGroup {
  return { ...targetGroup(random, "static", STATIC_PORT), in_use: random.chance(0.9) };
}

function targetGroup(random: Random, name: string, port: number): TargetGroup {
  return {
    name,
    port,
    deregistration_delay_seconds: random.pick([0, 5, 15, 30, 60]),
    ...some(random, 0.3, { healthy_after_seconds: random.pick([1, 60, 300]) }),
    // A Network Load Balancer's.
    ...some(random, 0.15, { protocol: "TCP" }),
  };
}

function loadBalancer(
  random: Random,
  name: string,
  [port, instance_port]: readonly [number, number],
): LoadBalancer {
  return {
    name,
    listeners: [{ port, instance_port }],
    connection_draining_seconds: random.pick([0, 10, 30, 60]),
    ...some(random, 0.3, { requests_finish_after_seconds: 5 }),
  };
}

function cluster(random: Random, index: number, place: Place): Cluster {
  // Most of what can be different is so of services behind target groups.
  const first = random.chance(0.5) ? [random.pick(["web", "own"] as const)] : [];
  const others = random.shuffled([
    "web",
    "edge",
    "host",
    "own",
    "daemon",
    "elb",
    "worker",
    "fargate",
  ] as const);
  const kinds = [...new Set([...first, ...others])];
  const count = random.whole(1, 3);
  return {
    name: `c${index}`,
    services: kinds.slice(0, count).map((kind) => service(random, kind, `${kind}${index}`, place)),
    ...some(random, 0.2, { addresses: addressesOf(index) }),
  };
}

// Few, so that an address is soon another task's.
function addressesOf(index: number): string[] {
  return Array.from({ length: 12 }, (_, i) => `10.9.${index}.${i + 1}`);
}

type Kind = "web" | "edge" | "host" | "own" | "daemon" | "elb" | "worker" | "fargate";
type Task = NonNullable<Service["task"]>;

// Some have other containers too, which stop before or after the first.
function containersOf(random: Random): Pick<Task, "depends_on" | "sidecars" | "never_stops"> {
  if (random.chance(0.04)) return { never_stops: true };
  if (!random.chance(0.25)) return {};
  const isFirst = random.chance(0.5);
  const proxy = {
    name: "proxy",
    essential: random.chance(0.8),
    start_seconds: random.pick([0, 2]),
    stop_seconds: random.pick([1, 10, 40]),
    stop_timeout_seconds: random.pick([2, 30, 60]),
    ...some(random, 0.15, { run_seconds: random.whole(3500, 4300) }),
    depends_on: isFirst ? [] : ["main"],
  };
  return { depends_on: isFirst ? ["proxy"] : [], sidecars: [proxy] };
}

// Where the service's tasks may be placed.
function constraintsOf(random: Random): Pick<Service, "placement_constraints"> {
  return weighted<Pick<Service, "placement_constraints">>(random, [
    [10, {}],
    [1, { placement_constraints: [{ type: "distinctInstance" }] }],
    [
      1,
      {
        placement_constraints: [{ type: "memberOf", expression: "attribute:role == web" }],
      },
    ],
  ]);
}

function service(random: Random, kind: Kind, name: string, place: Place): Service {
  const base: Service = {
    name,
    desired_count: random.whole(1, 4),
    ...weighted<Partial<Service>>(random, [
      [5, {}],
      [3, { minimum_healthy_percent: 50 }],
      [1, { minimum_healthy_percent: 0, maximum_percent: 100 }],
    ]),
    ...constraintsOf(random),
  };
  const task = {
    start_seconds: random.pick([1, 2, 5]),
    stop_seconds: random.pick([1, 2, 5, 20, 40]),
    stop_timeout_seconds: random.pick([30, 30, 60]),
    cpu: 256,
    memory: 256,
    ...containersOf(random),
    ...some(random, 0.1, { protected_seconds: random.whole(30, 600) }),
    ...some(random, 0.15, { deleted_seconds: random.pick([0, 3, 30]) }),
    ...some(random, 0.1, { run_seconds: random.whole(3500, 4300) }),
  };
  const ports = [{ container_port: 3000 }];
  switch (kind) {
    case "web":
      return { ...base, ...behind(random, name, "instance", place), task: { ...task, ports } };
    case "edge":
      return {
        ...base,
        desired_count: random.whole(1, 3),
        minimum_healthy_percent: random.pick([0, 50]),
        maximum_percent: random.pick([100, 200]),
        task: { ...task, ports: [{ container_port: 1, host_port: STATIC_PORT }] },
      };
    case "host": {
      const isBehindItsOwn = random.chance(0.4);
      if (isBehindItsOwn) place.target_groups.push(targetGroup(random, name, 80));
      return {
        ...base,
        desired_count: random.whole(1, 3),
        minimum_healthy_percent: random.pick([0, 50]),
        maximum_percent: random.pick([100, 200]),
        ...(isBehindItsOwn ? { load_balancers: [{ target_group: name, container_port: STATIC_PORT }] } : {}),
        task: {
          ...task,
          network_mode: "host",
          // Without port mappings, nothing tells where it listens.
          ports: !isBehindItsOwn && random.chance(0.4) ? [] : [{ container_port: STATIC_PORT }],
        },
      };
    }
    case "own":
      return {
        ...base,
        ...behind(random, name, "ip", place),
        task: { ...task, network_mode: "awsvpc", ports },
      };
    case "daemon":
      return { name, scheduling_strategy: "DAEMON", task };
    case "elb":
      place.load_balancers.push(loadBalancer(random, name, [81, 3002]));
      return {
        ...base,
        desired_count: random.whole(1, 2),
        minimum_healthy_percent: 0,
        load_balancers: [{ load_balancer: name, container_port: 3000 }],
        task: { ...task, ports: [{ container_port: 3000, host_port: 3002 }] },
      };
    case "worker":
      return { ...base, task };
    case "fargate":
      return {
        ...base,
        placement_constraints: [],
        launch_type: "FARGATE",
        ...behind(random, name, "ip", place),
        task: { ...task, network_mode: "awsvpc", ports },
      };
    default:
      return kind satisfies never;
  }
}

/** What the second target group of a service is called. */
export function alternateOf(targetGroupName: string): string {
  return `${targetGroupName}-alternate`;
}

// Some have a second target group: for blue/green, or to be changed to.
function behind(
  random: Random,
  name: string,
  target_type: "instance" | "ip",
  { target_groups: groups }: Place,
): Pick<Service, "load_balancers" | "deployment" | "bake_seconds"> {
  const unhealthy = some(random, 0.08, { unhealthy: true });
  groups.push({ ...targetGroup(random, name, 80), target_type, ...unhealthy });
  if (random.chance(0.3)) return { load_balancers: [{ target_group: name, container_port: 3000 }] };
  const other = alternateOf(name);
  groups.push({ ...targetGroup(random, other, 80), target_type });
  const deployment = random.pick(["rolling", "blue_green", "code_deploy", "external"] as const);
  if (deployment === "rolling") return { load_balancers: [{ target_group: name, container_port: 3000 }] };
  return {
    deployment,
    bake_seconds: random.pick([0, 30, 120, 300]),
    load_balancers: [{ target_group: name, alternate_target_group: other, container_port: 3000 }],
  };
}

function standalone(random: Random, clusterName: string): Place["tasks"][number] {
  return {
    cluster: clusterName,
    count: random.whole(1, 4),
    ...weighted<object>(random, [
      [2, { started_by: "{container_instance_id}" }],
      [1, { started_by: "{instance_id}" }],
      [4, {}],
    ]),
    task: {
      stop_seconds: random.pick([1, 10]),
      ...some(random, 0.5, { run_seconds: random.whole(650, 1200) }),
    },
  };
}

function group(random: Random, index: number, place: Place, unnotified: number): Group {
  const names = namesIn(place);
  const ids = instanceIds(index, random.whole(2, 4));
  const clusterName = place.clusters[Math.min(index, place.clusters.length - 1)]?.name;
  const inCluster = clusterName !== undefined && random.chance(0.9);
  const registers = {
    target_groups: names.targetGroups.flatMap((name) => (random.chance(0.8) ? [{ name }] : [])),
    load_balancers: names.loadBalancers.filter(() => random.chance(0.8)),
  };
  const isAttached = place.target_groups.some(({ name }) => name === "attached") && random.chance(0.6);
  return {
    name: `g${index}`,
    instance_ids: ids,
    boot_seconds: random.pick([5, 15, 30]),
    ...(inCluster ? { cluster: clusterName } : {}),
    ...some(random, inCluster ? 0.15 : 0, { managed_draining: true }),
    ...some(random, 0.2, { on_abandon: "retain" as const }),
    spot: true,
    ...some(random, 0.15, { capacity_rebalance: true }),
    ...some(random, 0.1, { protect_new_instances: true }),
    ...(isAttached ? { target_groups: ["attached"] } : {}),
    registers_with: registers,
    tags: { drained: "yes" },
    attributes: { role: random.chance(0.8) ? "web" : "batch" },
    // Room for two tasks, or for four.
    ...some(random, inCluster ? 0.2 : 0, { cpu: random.pick([512, 768]), memory: 1024 }),
    ...some(random, inCluster ? 0.12 : 0, { joins_after_seconds: random.whole(20, 200) }),
    hooks: hooks(random, names, unnotified),
    ...some(random, 0.2, {
      warm_pool: {
        state: random.pick(["Stopped", "Running", "Hibernated"] as const),
        instance_ids: random.chance(0.5) ? instanceIds(index + 8, 1) : [],
        reuse_on_scale_in: random.chance(0.7),
      },
    }),
  };
}

function instanceIds(prefix: number, count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `i-${prefix.toString(16)}${String(i + 1).padStart(16, "0")}`,
  );
}

function hooks(random: Random, names: Named, unnotified: number): Hook[] {
  const ours: Hook = {
    name: OUR_HOOK,
    ...(random.chance(unnotified) ? {} : { queue: "lifecycle" }),
    heartbeat_timeout_seconds: weighted(random, [
      [1, 60],
      [1, 100],
      [1, 120],
      [6, 180],
      [4, 300],
      [1, 400],
      [2, 600],
      // Only with these does a drain that nobody goes on with outlast its deadline.
      [16, 3600],
    ]),
    default_result: random.pick(["CONTINUE", "ABANDON"] as const),
    ...some(random, 0.35, { metadata: JSON.stringify({ ...drainKeys(random, names, 0.4), owner: "web" }) }),
  };
  const other: Hook = {
    name: "backup",
    heartbeat_timeout_seconds: random.pick([60, 180, 600]),
    default_result: "CONTINUE",
  };
  // It holds in a state that ours has too, where the instance goes into a warm pool.
  const launching: Hook = {
    name: "bake",
    transition: "launching",
    heartbeat_timeout_seconds: random.pick([60, 180]),
    default_result: "CONTINUE",
  };
  return [ours, ...(random.chance(0.2) ? [other] : []), ...(random.chance(0.15) ? [launching] : [])];
}
