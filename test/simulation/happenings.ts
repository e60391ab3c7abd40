import type { Random } from "../../simulator/kernel/random.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { LIES, remembering } from "../attacks/on-memory.ts";
import { some, weighted } from "./draw.ts";
import { alternateOf, BY_ADDRESS, type Interface, type Place } from "./world.ts";

/** An entry of a scenario's timeline. */
export type Entry = NonNullable<ScenarioInput["timeline"]>[number];

/** Within how many seconds all begins that happens. */
export const HAPPENS_WITHIN = 600;

/** How EC2 takes Spot Instances back. */
const INTERRUPTIONS = [
  { action: "terminate", cause: "capacity" },
  { action: "terminate", cause: "price" },
  { action: "stop", cause: "capacity" },
  { action: "stop", cause: "price" },
] as const;

/** What can happen, by how often it does. Each draws nothing where the world has no part for it. */
const KINDS: readonly (readonly [weight: number, draw: (from: Draws) => Entry[]])[] = [
  [10, (from) => [from.at({ scale_in: { group: from.group.name, count: from.random.whole(1, 2) } })]],
  [8, (from) => [from.at({ terminate: { instance_ids: from.ids(1), replace: from.random.chance(0.5) } })]],
  [5, refresh],
  [8, rootVolume],
  [3, (from) => [from.at({ kill: { instance_ids: from.ids(1) } })]],
  [2, (from) => [from.at({ stop: { instance_ids: from.ids(1) } })]],
  [
    3,
    (from) => [
      from.at({
        interrupt_spot: { instance_ids: from.ids(1), ...from.random.pick(INTERRUPTIONS) },
      }),
    ],
  ],
  [2, (from) => [from.at({ recommend_rebalance: { instance_ids: from.ids(3) } })]],
  [2, maintenance],
  [2, suspended],
  [2, aside],
  [1, (from) => [from.at({ detach: { instance_ids: from.ids(1), replace: from.random.chance(0.5) } })]],
  [1, (from) => [from.at({ protect_from_scale_in: { instance_ids: from.ids(2) } })]],
  [2, rolling],
  [2, warmPool],
  [3, (from) => [from.at({ scale_out: { group: from.group.name, count: 1 } })]],
  [4, disconnect],
  [2, hang],
  [2, joins],
  [3, unhealthiness],
  [3, ghost],
  [3, registration],
  [3, addresses],
  [2, (from) => [from.at({ set_active: { instance_ids: from.ids(1) } })]],
  [3, services],
  [2, protection],
  [1, deletion],
  [1, (from) => [from.at({ delete_group: { group: from.group.name } })]],
  [2, tasks],
  [1, (from) => [from.at({ deregister_container_instance: { instance_ids: from.ids(1) } })]],
  [2, (from) => [from.at({ repeat_notification: { instance_ids: from.ids(1) } })]],
  [2, strangeMessage],
  [2, (from) => [from.at({ complete_actions: { group: from.group.name, hook: "backup" } })]],
  [1, (from) => [from.at({ complete_actions: { group: from.group.name, hook: "drain" } })]],
  [1, (from) => [from.at({ lose_tags: { instance_ids: from.ids(1) } })]],
];

/** What happens to a world. The kinds that there are at all are drawn first, so that seeds differ in kind. */
export function happeningsOf(random: Random, place: Place): Entry[] {
  const swarm = KINDS.map(([weight, draw]) => [random.chance(0.6) ? weight : 0, draw] as const);
  const entries: Entry[] = [];
  for (let i = random.whole(4, 9); i > 0; i--) {
    entries.push(...weighted(random, swarm)(new Draws(random, place)));
  }
  // Where it can be, it is so in most seeds: few worlds have the parts that it takes.
  for (let i = random.whole(0, 2); i > 0; i--) entries.push(...replacements(new Draws(random, place)));
  // Whatever else there is, something terminates.
  for (let i = random.whole(1, 2); i > 0; i--) {
    const from = new Draws(random, place);
    entries.push(from.at({ terminate: { instance_ids: from.ids(2), replace: random.chance(0.5) } }));
  }
  return entries
    .sort((a, b) => a.at_seconds - b.at_seconds)
    .filter(({ complete_actions: done }) => !done || hasHook(place, done))
    .filter(scalesInOnlyWhatIsThere(place));
}

function hasHook(
  { auto_scaling_groups: groups }: Place,
  { group, hook }: { group: string; hook: string },
): boolean {
  return groups.some(({ name, hooks = [] }) => name === group && hooks.some((each) => each.name === hook));
}

/** Tells of entries, asked in order of time, whether a group has as many instances as are to go. */
export function scalesInOnlyWhatIsThere({ auto_scaling_groups: groups }: Place): (entry: Entry) => boolean {
  const sizes = new Map(groups.map(({ name, instance_ids = [] }) => [name, instance_ids.length]));
  return ({ scale_in, scale_out }) => {
    const { group, count } = scale_in ?? scale_out ?? { group: "", count: 0 };
    const size = (sizes.get(group) ?? 0) + (scale_in ? -count : count);
    if (size < 0) return false;
    sizes.set(group, size);
    return true;
  };
}

/** One happening's draws: when, and of what group. */
class Draws {
  readonly random: Random;
  readonly place: Place;
  readonly group: Place["auto_scaling_groups"][number];
  readonly #time: number;

  constructor(random: Random, place: Place) {
    this.random = random;
    this.place = place;
    this.group = random.pick(place.auto_scaling_groups);
    // Many come together, so that they meet in one drain.
    this.#time = random.chance(0.5) ? random.whole(5, 120) : random.whole(5, HAPPENS_WITHIN);
  }

  at<T extends object>(entry: T, later = 0): T & { at_seconds: number } {
    return { at_seconds: this.#time + later, ...entry };
  }

  ids(most: number): string[] {
    const all = [...(this.group.instance_ids ?? [])];
    return this.random.shuffled(all).slice(0, this.random.whole(1, most));
  }

  get cluster(): Place["clusters"][number] | undefined {
    return this.place.clusters.find(({ name }) => name === this.group.cluster);
  }
}

function refresh(from: Draws): Entry[] {
  const gap = from.random.whole(20, 120);
  return (from.group.instance_ids ?? []).map((id, i) =>
    from.at({ terminate: { instance_ids: [id], replace: true } }, i * gap),
  );
}

function maintenance(from: Draws): Entry[] {
  const { random } = from;
  const instance_ids = from.ids(3);
  const told = random.chance(0.7);
  const starts_in_hours = random.pick([0.5, 1, 20, 336]);
  const code = random.pick([
    "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
    "AWS_EC2_INSTANCE_STOP_SCHEDULED",
    "AWS_EC2_SYSTEM_REBOOT_SCHEDULED",
    "AWS_EC2_SYSTEM_MAINTENANCE_EVENT",
  ]);
  return [
    from.at({ schedule_maintenance: { instance_ids, starts_in_hours, code, told } }),
    ...(random.chance(0.3) ? [from.at({ cancel_maintenance: { instance_ids } }, random.whole(5, 600))] : []),
  ];
}

// Nobody resumes them before some minutes are over.
function suspended(from: Draws): Entry[] {
  const { random } = from;
  const processes = random.pick([
    ["Launch"],
    ["Terminate"],
    ["Launch", "Terminate"],
    ["AddToLoadBalancer"],
    ["ReplaceUnhealthy", "AZRebalance"],
    ["HealthCheck"],
  ]);
  const these = { group: from.group.name, processes };
  return [from.at({ suspend_processes: these }), from.at({ resume_processes: these }, random.whole(60, 900))];
}

function aside(from: Draws): Entry[] {
  const instance_ids = from.ids(1);
  const { random } = from;
  return [
    from.at({ enter_standby: { instance_ids, replace: random.chance(0.3) } }),
    from.at({ exit_standby: { instance_ids } }, random.whole(30, 600)),
  ];
}

function rolling(from: Draws): Entry[] {
  const { group, random } = from;
  if (random.chance(0.5)) {
    const min_healthy_percentage = random.pick([0, 50, 90]);
    return [from.at({ instance_refresh: { group: group.name, min_healthy_percentage } })];
  }
  const batch = { batch_size: random.whole(1, 2), pause_seconds: random.pick([0, 30]) };
  return [from.at({ rolling_update: { group: group.name, ...batch } })];
}

function rootVolume(from: Draws): Entry[] {
  const agent = from.random.pick(["same", "new"] as const);
  return [from.at({ replace_root_volume: { instance_ids: from.ids(2), agent } })];
}

function warmPool(from: Draws): Entry[] {
  if (!from.group.warm_pool) return [];
  return [
    from.random.chance(0.5)
      ? from.at({ shrink_warm_pool: { group: from.group.name, count: 1 } })
      : from.at({ scale_in: { group: from.group.name, count: 1 } }),
  ];
}

function disconnect(from: Draws): Entry[] {
  const forSeconds = some(from.random, 0.8, { for_seconds: from.random.whole(20, 400) });
  return [from.at({ disconnect_agent: { instance_ids: from.ids(1), ...forSeconds } })];
}

function hang(from: Draws): Entry[] {
  const forSeconds = some(from.random, 0.7, { for_seconds: from.random.whole(20, 400) });
  return [from.at({ hang_agent: { instance_ids: from.ids(1), ...forSeconds } })];
}

// An agent starts on an instance, perhaps while a hook holds it, or after its container instance was deregistered.
function joins(from: Draws): Entry[] {
  const { place, random } = from;
  if (place.clusters.length === 0) return [];
  const instance_ids = from.ids(1);
  const later = random.whole(1, 60);
  const join = {
    join_cluster: { instance_ids, cluster: from.cluster?.name ?? random.pick(place.clusters).name },
  };
  if (!from.cluster) return [from.at({ terminate: { instance_ids } }), from.at(join, later)];
  const deregister = { deregister_container_instance: { instance_ids } };
  return [from.at(deregister), from.at(join, later)];
}

// The targets of a service fail their health checks for a while, or for good.
function unhealthiness(from: Draws): Entry[] {
  const { place, random } = from;
  if (place.target_groups.length === 0) return [];
  const target_group = random.pick(place.target_groups).name;
  const forSeconds = some(random, 0.8, { for_seconds: random.whole(20, 400) });
  return [from.at({ fail_health_checks: { target_group, ...forSeconds } })];
}

// An agent falls silent for good, and its instance ends: through its hooks, by hand, or with somebody who completes our hook.
function ghost(from: Draws): Entry[] {
  const { group, random } = from;
  const these = { instance_ids: from.ids(2) };
  const silent = from.at({ disconnect_agent: these });
  const later = random.whole(5, 120);
  return weighted<Entry[]>(random, [
    [4, [silent, from.at({ terminate: these }, later)]],
    [2, [silent, from.at({ kill: these }, later)]],
    [
      2,
      [
        silent,
        from.at({ terminate: these }, later),
        from.at({ complete_actions: { group: group.name, hook: "drain" } }, later + random.whole(1, 120)),
      ],
    ],
    // Its agent registers again before, and leaves a twin behind.
    [
      2,
      [
        from.at({ replace_root_volume: { ...these, agent: "new" } }),
        from.at({ terminate: these }, 120 + 3 * later),
      ],
    ],
  ]);
}

// Somebody puts instances back where they were, perhaps while they drain.
function registration(from: Draws): Entry[] {
  const names = [
    ...from.place.target_groups.flatMap(({ name }) => (name === "static" ? [{ target_group: name }] : [])),
    ...from.place.load_balancers.flatMap(({ name }) => (name === "classic" ? [{ load_balancer: name }] : [])),
  ];
  if (names.length === 0) return [];
  return [from.at({ register: { instance_ids: from.ids(2), ...from.random.pick(names) } })];
}

// Somebody registers addresses, of instances or of tasks, or nobody's yet. Or an address floats to another instance.
function addresses(from: Draws): Entry[] {
  const { random, place, group } = from;
  if (!place.target_groups.some(({ name }) => name === BY_ADDRESS)) return [];
  const own = addressesOn(Object.values(group.network_interfaces ?? {}).flat());
  const all = [...own, ...(from.cluster?.addresses ?? []), "10.0.0.11", "10.0.0.12", "192.168.7.7"];
  const some = random.shuffled(all).slice(0, random.whole(1, 3));
  if (random.chance(0.3)) {
    return [from.at({ assign_addresses: { instance_ids: from.ids(1), addresses: ["10.8.250.1"] } })];
  }
  return [from.at({ register: { addresses: [...some, "10.8.250.1"], target_group: BY_ADDRESS } })];
}

/** Where instances have several addresses, somebody registers some of those of each: few would be drawn of so many. */
export function registeredAddresses(
  random: Random,
  { auto_scaling_groups: groups, target_groups }: Pick<Place, "auto_scaling_groups" | "target_groups">,
): Entry[] {
  if (!target_groups.some(({ name }) => name === BY_ADDRESS)) return [];
  const all = groups.flatMap(({ network_interfaces = {} }) => Object.values(network_interfaces));
  const addresses = all.flatMap((interfaces) =>
    random.shuffled(addressesOn(interfaces)).slice(0, random.whole(0, 3)),
  );
  if (addresses.length === 0) return [];
  return [{ at_seconds: random.whole(1, 4), register: { addresses, target_group: BY_ADDRESS } }];
}

// All addresses of interfaces, with one in each prefix.
function addressesOn(interfaces: readonly Interface[]): string[] {
  return interfaces.flatMap(({ addresses, prefixes = [] }) => [
    ...addresses,
    ...prefixes.map((prefix) => prefix.replace(/\d+\/28$/, (end) => String(Number.parseInt(end, 10) + 5))),
  ]);
}

function services(from: Draws): Entry[] {
  const { cluster, random } = from;
  if (!cluster?.services?.length) return [];
  const named = { cluster: cluster.name, service: random.pick(cluster.services).name };
  return [
    from.at({
      update_service: {
        ...named,
        ...weighted<object>(random, [
          [3, { redeploy: true }],
          [2, { desired_count: random.whole(0, 4) }],
        ]),
      },
    }),
  ];
}

// Services with a second target group get new tasks beside the old ones, or other load balancers.
function replacements(from: Draws): Entry[] {
  const { place, random } = from;
  const has = (name: string) => place.target_groups.some((each) => each.name === name);
  const all = place.clusters.flatMap(({ name: cluster, services = [] }) =>
    services.flatMap((each) => (has(alternateOf(each.name)) ? [{ ...each, cluster }] : [])),
  );
  if (all.length === 0) return [];
  const { cluster, name: service, deployment = "rolling" } = random.pick(all);
  if (deployment !== "rolling") return [from.at({ update_service: { cluster, service, redeploy: true } })];
  const behind = (name: string) => ({ target_group: name, container_port: 3000 });
  const [own, other] = [behind(service), behind(alternateOf(service))];
  const load_balancers = random.pick([[other], [other], [own, other], [own], []]);
  return [from.at({ update_service: { cluster, service, load_balancers } })];
}

function protection(from: Draws): Entry[] {
  const { cluster, random } = from;
  if (!cluster?.services?.length) return [];
  const named = { cluster: cluster.name, service: random.pick(cluster.services).name };
  return [from.at({ protect_tasks: { ...named, for_seconds: random.pick([0, 60, 300]) } })];
}

// A whole cluster is another matter: deleted-clusters.ts.
function deletion(from: Draws): Entry[] {
  const { cluster, place, random } = from;
  const entries: object[] = [
    ...(cluster?.services ?? []).map(({ name }) => ({
      delete_service: { cluster: cluster?.name, service: name },
    })),
    ...place.target_groups.map(({ name }) => ({ delete_target_group: { target_group: name } })),
    ...place.load_balancers.map(({ name }) => ({ delete_load_balancer: { load_balancer: name } })),
  ];
  return entries.length === 0 ? [] : [from.at(random.pick(entries)) as Entry];
}

function tasks(from: Draws): Entry[] {
  const { cluster, random } = from;
  if (!cluster) return [];
  if (random.chance(0.3)) return [from.at({ stop_tasks: { cluster: cluster.name, family: "standalone" } })];
  const task = {
    stop_seconds: random.pick([1, 20]),
    ...some(random, 0.6, { run_seconds: random.whole(20, 400) }),
  };
  const started = random.pick([{}, { started_by: "{container_instance_id}" }]);
  return [from.at({ run_tasks: { cluster: cluster.name, instance_ids: from.ids(1), ...started, task } })];
}

/** What ordinary accounts send to a queue that has more than one use. */
const ORDINARY = [
  { Event: "autoscaling:EC2_INSTANCE_LAUNCH", AutoScalingGroupName: "fleet" },
  { LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING", LifecycleHookName: "boot" },
  { "detail-type": "EC2 Instance Terminate Successful", source: "aws.autoscaling", detail: {} },
  { Type: "SubscriptionConfirmation", TopicArn: "arn:aws:sns:us-east-1:123456789012:fleet" },
].map((each) => JSON.stringify(each));

/** Settings by which a drain would end soon, with whatever is left. */
const HOSTILE = JSON.stringify({
  drain_timeout_seconds: 60,
  on_timeout: "abandon",
  stop_tasks: "all",
  deregister_container_instance: "always",
});

function strangeMessage(from: Draws): Entry[] {
  const { random, group } = from;
  if (random.chance(0.3)) {
    const [instance_id] = from.ids(1);
    const named = { instance_id, auto_scaling_group: group.name, life_cycle_hook_name: "drain" };
    const [, memory] = random.pick(Object.values(LIES));
    const body = remembering(memory, named);
    return [from.at({ send: { queue: "monitor", body } })];
  }
  if (random.chance(0.4)) {
    const body = random.pick(["no JSON at all", "{}", '{"a":[1,2,{"b":null}]}', ...ORDINARY]);
    return [from.at({ send: { queue: random.pick(["lifecycle", "monitor"]), body } })];
  }
  const [instanceId = ""] = from.ids(1);
  return [
    from.at({
      send_lifecycle_message: {
        queue: "lifecycle",
        group: group.name,
        hook: "drain",
        instance_id: random.chance(0.8) ? instanceId : "i-0123456789abcdef0",
        form: random.pick(["sqs", "sns", "eventbridge"] as const),
        metadata: HOSTILE,
      },
    }),
  ];
}
