import { isIPv6 } from "node:net";
import { hasAddress } from "../../simulator/kernel/addresses.ts";
import type { StoryLine } from "../../simulator/kernel/story.ts";
import type { Played } from "../../simulator/scenario/play.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";

type Interface = Extract<StoryLine, { kind: "addresses" }>["interfaces"][number];
type TargetLine = Extract<StoryLine, { kind: "target" }>;
type LogLine = Readonly<Record<string, unknown>> & { readonly message: string };

/** Who takes targets out, by the names in the log of calls. */
const FUNCTIONS: ReadonlySet<string> = new Set(["deregister", "terminate"]);

/** Parts of a wider world that nobody counts while it is played: the story and the log show them afterwards. */
export const SHOWN_KINDS = [
  "own addresses",
  "own secondary addresses",
  "own addresses in prefixes",
  "own addresses of IPv6",
  "several interfaces",
  "addresses in another VPC",
  "addresses shown nowhere",
  "discover: named",
  "discover: warn",
  "unnamed load balancers",
  "unnamed clusters",
  "cluster_tag",
  "clusters not permitted",
  "groups of forty",
  "hundreds at once",
  "a thousand at once",
  "five clusters",
  "delays of a quarter of an hour",
  "stop timeouts of minutes",
  "half an hour without runs",
  "memories of strangers",
  "dry runs",
  "queue_name alone",
  "events on a bus",
  "names in single keys",
  "settings of messages",
  "counts set by scale-tasks",
] as const;
/** Settings of a drain that most worlds have. */
const SETTINGS = [
  "drain_timeout_seconds",
  "on_timeout",
  "stop_tasks",
  "settle_seconds",
  "cluster_names",
  "cluster_name",
];
type ShownKind = (typeof SHOWN_KINDS)[number];

/** How often each of them took effect. */
export function shownIn(
  scenario: ScenarioInput,
  { damage, simulation }: Pick<Played, "damage" | "simulation">,
  lines: readonly string[],
): Map<string, number> {
  const log = lines.map((line) => JSON.parse(line) as LogLine);
  const shown: ShownKind[] = [
    ...addressesIn(simulation.world.story.lines),
    ...log.flatMap(toldBy),
    ...log.filter((line) => isByTag(scenario, line)).map((): ShownKind => "cluster_tag"),
    ...sizesOf(scenario),
    ...simulation.world.eventBuses.events.map((): ShownKind => "events on a bus"),
    // What `named` leaves is told by nobody, but what is lost by that is judged.
    ...damage.flatMap((each): ShownKind[] => (each.allowedBy === "discover: named" ? [each.allowedBy] : [])),
  ];
  const counts = new Map<string, number>();
  for (const kind of shown) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

// How large a world is, which its scenario says.
function sizesOf({
  auto_scaling_groups: groups = [],
  clusters = [],
  functions,
  target_groups = [],
  timeline = [],
}: ScenarioInput): ShownKind[] {
  const stopTimeouts = clusters
    .flatMap(({ services = [] }) => services)
    .map(({ task }) => task?.stop_timeout_seconds ?? 0);
  const delays = target_groups.map(({ deregistration_delay_seconds: delay = 300 }) => delay);
  const is: readonly (readonly [kind: ShownKind, holds: boolean])[] = [
    ["groups of forty", groups.some(({ instance_ids = [] }) => instance_ids.length >= 40)],
    ["hundreds at once", timeline.some(({ terminate }) => (terminate?.instance_ids.length ?? 0) >= 100)],
    ["a thousand at once", timeline.some(({ terminate }) => (terminate?.instance_ids.length ?? 0) >= 1_000)],
    ["five clusters", clusters.length >= 5],
    ["delays of a quarter of an hour", delays.some((each) => each >= 900)],
    ["stop timeouts of minutes", stopTimeouts.some((each) => each >= 120)],
    [
      "half an hour without runs",
      timeline.some(({ throttle_function: each }) => (each?.for_seconds ?? 0) >= 1_800),
    ],
    ["queue_name alone", functions !== undefined && lacksSettings(functions) && isAlone(functions)],
    ["names in single keys", functions !== undefined && hasSingleKeys(functions)],
    ["settings of messages", functions !== undefined && lacksSettings(functions)],
    ["dry runs", functions?.terminate.input.dry_run === true],
    ["memories of strangers", timeline.some(({ send }) => send?.body.includes('"memory"') === true)],
  ];
  return is.flatMap(([kind, holds]) => (holds ? [kind] : []));
}

// Whether terminate knows nothing but its queue.
function isAlone({ terminate }: NonNullable<ScenarioInput["functions"]>): boolean {
  return Object.keys(terminate.input).every((key) => ["queue_name", "dry_run"].includes(key));
}

// Whether deregister's input has settings of a drain that terminate's lacks.
function lacksSettings({ deregister, terminate }: NonNullable<ScenarioInput["functions"]>): boolean {
  return SETTINGS.some((key) => key in deregister.input && !(key in terminate.input));
}

// Whether a name stands in the key for one, as in the first version's inputs.
function hasSingleKeys({ deregister, terminate }: NonNullable<ScenarioInput["functions"]>): boolean {
  return [deregister, terminate].some(({ input }) => "elb_name" in input || "cluster_name" in input);
}

// The addresses that the functions took out, and that an instance had then.
function addressesIn(story: readonly StoryLine[]): ShownKind[] {
  const held = new Map<string, readonly Interface[]>();
  const kinds: ShownKind[] = [];
  for (const line of story) {
    if (line.kind === "addresses") held.set(line.instanceId, line.interfaces);
    if (line.kind !== "target" || line.state !== "draining" || !FUNCTIONS.has(line.by)) continue;
    for (const interfaces of held.values()) {
      const index = interfaces.findIndex((each) => isIn(each, line) && hasAddress(each, line.id));
      const own = interfaces[index];
      if (own) kinds.push("own addresses", ...kindsOf(own, index, line.id));
    }
  }
  return kinds;
}

function isIn({ vpcId }: Interface, target: TargetLine): boolean {
  return target.vpcId === undefined || target.vpcId === vpcId;
}

function kindsOf(own: Interface, index: number, address: string): ShownKind[] {
  const isInPrefix = !hasAddress({ ...own, prefixes: [] }, address);
  const isSecondary = !isInPrefix && own.addresses.indexOf(address) > 0;
  return [
    ...(isInPrefix ? (["own addresses in prefixes"] as const) : []),
    ...(isSecondary ? (["own secondary addresses"] as const) : []),
    ...(isIPv6(address) ? (["own addresses of IPv6"] as const) : []),
    ...(index > 0 ? (["several interfaces"] as const) : []),
  ];
}

// What a log line says that only a world with such a part makes the functions say.
function toldBy({ message, level, cluster, address }: LogLine): ShownKind[] {
  switch (message) {
    case "address left alone":
      return [address === undefined ? "addresses shown nowhere" : "addresses in another VPC"];
    case "desired count set":
      return ["counts set by scale-tasks"];
    case "cluster not permitted":
      return ["clusters not permitted"];
    case "found, not named":
      return [
        ...(level === "WARN" ? (["discover: warn"] as const) : []),
        ...(level === "INFO"
          ? ([cluster === undefined ? "unnamed load balancers" : "unnamed clusters"] as const)
          : []),
      ];
    default:
      return [];
  }
}

// A cluster that is neither named nor permitted by `clusters` was changed: only its tag can have allowed that.
function isByTag({ functions }: ScenarioInput, { message, cluster, function: by }: LogLine): boolean {
  const input = by === "deregister" || by === "terminate" ? functions?.[by]?.input : undefined;
  if (message !== "set DRAINING" || input?.cluster_tag === undefined || input.clusters !== undefined)
    return false;
  const { cluster_name, cluster_names } = input;
  return ![cluster_name, ...(Array.isArray(cluster_names) ? cluster_names : [])].includes(cluster);
}
