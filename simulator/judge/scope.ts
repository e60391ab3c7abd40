import { objectIn } from "../kernel/json.ts";
import type { StopTasks } from "./task-stops.ts";

/** Load balancers by name. */
export type Places = {
  readonly targetGroups: ReadonlySet<string>;
  readonly loadBalancers: ReadonlySet<string>;
};

/** Where something is registered: an instance by its id, or an address. */
export type Place = { readonly kind: "target" | "classic"; readonly name: string; readonly id: string };

/** What a drain is asked to do: its load balancers, and how long it may take. Load balancers of services are in the story. */
export type Scope = Places & {
  /** Those of the load balancers that are named. The others are found. */
  readonly named: Places;
  /** After this long the drain may be completed with whatever is left, in milliseconds. Undefined means never. */
  readonly patience: number | undefined;
  /** So long after the lifecycle action's start the hook's global limit ends the drain at the latest, in milliseconds. */
  readonly globalLimit: number;
  /** After this long the lifecycle action must have ended, in milliseconds. Infinity if nothing tells the functions of it. */
  readonly limit: number;
  /** Whether the drain may end with ABANDON after its deadline. ABANDON cancels the instance's other hooks. */
  readonly mayAbandon: boolean;
  /** Which tasks it may stop, and which it is to stop: settings that have changed may allow more than it knows of. */
  readonly stopTasks: StopTasks;
  readonly isToStop: StopTasks;
  /** Whether there is no message about the drain, so that a sweep must find it. */
  readonly isSwept: boolean;
  /** Whether a message or a sweep tells the functions of the drain, as the hook and the inputs are now. */
  readonly isTold: boolean;
  /** Whether heartbeats must keep the hook alive until the deadline. */
  readonly keepsAlive: boolean;
  /** What the settings allow besides. */
  readonly permits: Permits;
  /** What discovery found when the drain began. */
  readonly found: Found;
  /** The hook's timeouts when it came to hold the instance: a later edit does not change its timer. */
  readonly timeouts: Pick<JudgedHook, "heartbeatTimeout" | "globalTimeout">;
  /** When somebody last changed the settings, in milliseconds since 1970. */
  readonly changedAt: number;
};

/**
 * Finds the scope of a hook's terminations as it is now, by group and hook: by the settings as they are, or were up to two ticks
 * before. A run goes by those that it has read. Undefined for a hook that the judged functions do not serve.
 *
 * @param before the scope until now. What discovery found, the hook's timer, and whether a message tells of it, are as they were
 *   when the drain began.
 */
export type ScopeNow = (group: string, hook: string, before?: Scope) => Scope | undefined;

/** The settings that allow damage, as the scenario's file has them. */
type Permits = {
  /** Whether what nobody names is found, and taken out. */
  readonly discover: Discovery;
  /** How long a search through all that there is may take, in milliseconds. */
  readonly searchesFor: number;
  /** Whether a name is nothing's. Without a search, the drain is then held until its deadline. */
  readonly isMisnamed: boolean;
  /** Whether a value in the hook's metadata is wrong. The drain is then held until its deadline. */
  readonly isMistold: boolean;
  /** Whether what nobody named may hold the drain: any of the settings has `discover: all`. */
  readonly waitsForFound: boolean;
  /** The clusters that are named. */
  readonly clusters: ReadonlySet<string>;
  /** The clusters that may be changed: they are named or tagged, or all may be. */
  readonly changeable: ReadonlySet<string>;
  /** Whether nothing is done at all. */
  readonly dryRun: boolean;
  /** After how long a drain leaves the end to its hook, in milliseconds; undefined where it does not. */
  readonly leavesAfter: number | undefined;
  /** How long nothing may be left before the end, in milliseconds; undefined where it is not given. */
  readonly settle: number | undefined;
  /** The longest that any of the settings gives for that, in milliseconds; 0 where none does. */
  readonly settlesByKey: number;
  /** So much longer it may take where the container instance is taken out last: that shows at the next pass. In milliseconds. */
  readonly leavesFor: number;
  /** How long nothing must have been left before the end: behind a Network Load Balancer, and elsewhere. In milliseconds. */
  readonly settlesAtLeast: { readonly behindNetwork: number; readonly elsewhere: number };
  readonly containerInstances: "never" | "when_disconnected" | "always";
};

/** What is done about registrations and tasks that nobody names. */
type Discovery = "all" | "named" | "warn";

/** What there is to find when a drain begins: the load balancers that are in use, and the clusters. */
export type Found = Places & {
  /** The clusters by name, with their tags. */
  readonly clusters: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** All load balancers, those that nothing forwards to among them. */
  readonly names: ReadonlySet<string>;
};

/** What the judge needs to know of a hook; times in milliseconds. */
export type JudgedHook = Pick<Scope, "isSwept"> & {
  readonly metadata: string | undefined;
  readonly heartbeatTimeout: number;
  readonly globalTimeout: number;
  /** When it was last put, in milliseconds since 1970. */
  readonly changedAt?: number;
};

/**
 * So long before the hook's global limit a drain may be completed with what is left, in milliseconds: two minutes, by a clock that
 * may be fast.
 */
const BEFORE_LIMIT_MS = 130_000;
const DRAIN_TIMEOUT_SECONDS = 3600;
/**
 * How long a Network Load Balancer may go on sending to a target that it no longer lists, in milliseconds: AWS's documents say
 * "several minutes". An instance that was behind one is not ready before, unless the input says how long to settle.
 */
export const NETWORK_SETTLE_MS = 120_000;
/** How soon the next pass comes at the latest after the container instance was taken out, unless the input says how often. */
const LEAVING_MS = 20_000;
/** What an input without the key `discover` means. */
const DISCOVERY: Discovery = "all";
/** A shorter hook can end between two passes, in milliseconds. */
const SHORT_HOOK_MS = 120_000;
/** From one run of a schedule to the next, in milliseconds. */
export const TICK_MS = 60_000;
/** How late a drain may end: by two runs of the schedule. */
export const TICKS_MS = 2 * TICK_MS;
/** The functions are made for reads that lag by at most this, in milliseconds: what changed shortly before may not show yet. */
export const READ_LAG_LIMIT_MS = 10_000;
/** So old may the reads be on which somebody acts, in milliseconds: what has changed since, they need not know. */
export const READS_FRESH_MS = 30_000;

/** Which target groups and classic load balancers a service registers with. */
export type ServiceScope = (
  cluster: string,
  service: string,
) => { targetGroups: readonly string[]; loadBalancers: readonly string[] };

const NOTHING: Found = {
  targetGroups: new Set(),
  loadBalancers: new Set(),
  clusters: new Map(),
  names: new Set(),
};
/** A search asks a load balancer in so many milliseconds at the most, and lists them all in so many. */
const SEARCH_EACH_MS = 450;
const SEARCH_MS = 20_000;

type Keys = Readonly<Record<string, unknown>>;

/** Keys of an input over those of another one. `elb_name` and `elb_names` are replaced together, and so are the clusters'. */
export function inputOver(base: Keys, own: Keys): Keys {
  const replaced = (["elb_name", "cluster_name"] as const).flatMap((one) =>
    one in own || `${one}s` in own ? [one, `${one}s`] : [],
  );
  const kept = Object.entries(base).filter(([key]) => !replaced.includes(key));
  return { ...Object.fromEntries(kept), ...own };
}

/**
 * The scope that an input sets. Keys of the hook's NotificationMetadata replace those of the input; `elb_name` and
 * `elb_names` are replaced together. A target group is given by name or ARN.
 *
 * @param found what discovery finds, where the input lets it take out what is not named
 */
export function scopeOf(input: Keys, hook: JudgedHook, found: Found = NOTHING): Scope {
  const told = keysIn(hook.metadata);
  const own = Object.fromEntries(Object.entries(told).filter(([key, value]) => !isWrong(key, value)));
  const keys = inputOver(input, own);
  const end = endOf(keys, hook);
  const isMistold = Object.keys(own).length < Object.keys(told).length;
  const permits = { ...permitsOf(keys, found), dryRun: input.dry_run === true, isMistold };
  const more = permits.discover === "all" ? found : NOTHING;
  const named: Places = {
    targetGroups: new Set(list(keys.target_groups).map(nameOf)),
    loadBalancers: new Set([...list([keys.elb_name]), ...list(keys.elb_names)]),
  };
  return {
    named,
    targetGroups: new Set([...named.targetGroups, ...more.targetGroups]),
    loadBalancers: new Set([...named.loadBalancers, ...more.loadBalancers]),
    ...end,
    // Nobody knows what a wrong value was to protect.
    ...(isMistold ? { stopTasks: "none", isToStop: "none" } : {}),
    found,
    timeouts: { heartbeatTimeout: hook.heartbeatTimeout, globalTimeout: hook.globalTimeout },
    changedAt: hook.changedAt ?? Number.NEGATIVE_INFINITY,
    permits: {
      ...permits,
      leavesAfter: end.patience === undefined ? end.limit - TICKS_MS - hook.heartbeatTimeout : undefined,
    },
  };
}

// Settings that have a wrong value in some scenario. A wrong one counts as not set.
function isWrong(key: string, value: unknown): boolean {
  switch (key) {
    case "drain_timeout_seconds":
    case "poll_seconds":
    case "settle_seconds":
      return typeof value !== "number";
    case "on_timeout":
      return !["continue", "abandon", "leave"].includes(String(value));
    case "stop_tasks":
      return !["none", "daemon", "all"].includes(String(value));
    case "cluster_name":
    case "elb_name":
      return typeof value !== "string";
    case "cluster_names":
    case "elb_names":
    case "target_groups":
      return !Array.isArray(value);
    default:
      return false;
  }
}

/** Says whether there is a target group or classic load balancer of a name now, and whether there is a cluster. */
export type NamesNow = {
  readonly exists: (name: string) => boolean;
  readonly isCluster: (name: string) => boolean;
};

/** Whether a name was nothing's when the drain began, or what it names was deleted since. */
export function isMisnamedNow({ named, permits }: Scope, { exists, isCluster }: NamesNow): boolean {
  return (
    permits.isMisnamed ||
    [...permits.clusters].some((name) => !isCluster(name)) ||
    [...named.targetGroups, ...named.loadBalancers].some((name) => !exists(name))
  );
}

function permitsOf(keys: Keys, found: Found): Omit<Permits, "leavesAfter" | "isMistold" | "dryRun"> {
  const { deregister_container_instance: containerInstances, settle_seconds: seconds, poll_seconds } = keys;
  const poll = typeof poll_seconds === "number" ? poll_seconds * 1_000 : 0;
  const settle = typeof seconds === "number" ? seconds * 1_000 : undefined;
  const discover =
    keys.discover === "all" || keys.discover === "named" || keys.discover === "warn"
      ? keys.discover
      : DISCOVERY;
  const clusters = list([keys.cluster_name, ...list(keys.cluster_names)]).map(nameOf);
  const names = [keys.elb_name, ...list(keys.elb_names), ...list(keys.target_groups)];
  return {
    discover,
    waitsForFound: discover === "all",
    searchesFor: discover === "named" ? 0 : SEARCH_MS + SEARCH_EACH_MS * found.targetGroups.size,
    isMisnamed:
      clusters.some((each) => !found.clusters.has(each)) ||
      list(names).some((each) => !found.names.has(nameOf(each))),
    clusters: new Set(clusters),
    changeable: new Set([
      ...clusters,
      ...[...found.clusters].flatMap(([name, tags]) =>
        discover !== "named" && mayChange(keys, tags) ? [name] : [],
      ),
    ]),
    settle,
    settlesByKey: settle ?? 0,
    settlesAtLeast: { behindNetwork: settle ?? NETWORK_SETTLE_MS, elsewhere: settle ?? 0 },
    leavesFor: containerInstances === "always" ? Math.max(poll, LEAVING_MS) : 0,
    containerInstances:
      containerInstances === "never" || containerInstances === "always"
        ? containerInstances
        : "when_disconnected",
  };
}

function mayChange({ clusters, cluster_tag: tag }: Keys, tags: ReadonlyMap<string, string>): boolean {
  if (clusters === "*") return true;
  if (typeof tag !== "string") return false;
  const [key = "", ...value] = tag.split("=");
  return tags.has(key) && (value.length === 0 || tags.get(key) === value.join("="));
}

function endOf(
  { on_timeout, drain_timeout_seconds, dry_run, stop_tasks }: Keys,
  { heartbeatTimeout, globalTimeout, isSwept }: JudgedHook,
): Omit<Scope, keyof Places | "named" | "permits" | "found" | "timeouts" | "changedAt"> {
  const seconds = typeof drain_timeout_seconds === "number" ? drain_timeout_seconds : DRAIN_TIMEOUT_SECONDS;
  const globalLimit = globalTimeout - BEFORE_LIMIT_MS;
  const deadline = Math.min(seconds * 1_000, globalLimit);
  const leaves = on_timeout === "leave";
  return {
    patience: leaves ? undefined : deadline,
    globalLimit,
    limit: deadline + TICKS_MS + (leaves ? heartbeatTimeout : 0),
    mayAbandon: on_timeout === "abandon",
    stopTasks: stopTasksOf(stop_tasks),
    isToStop: stopTasksOf(stop_tasks),
    isSwept,
    isTold: true,
    keepsAlive: !leaves && dry_run !== true && heartbeatTimeout >= SHORT_HOOK_MS,
  };
}

/** The scope of a drain that may go by either of two settings: what one of them allows is allowed. */
export function eitherScope(a: Scope, b: Scope): Scope {
  const never = Number.POSITIVE_INFINITY;
  const patience = Math.min(a.patience ?? never, b.patience ?? never);
  return {
    ...placesInBoth(a, b),
    named: placesInBoth(a.named, b.named),
    patience: Number.isFinite(patience) ? patience : undefined,
    globalLimit: Math.min(a.globalLimit, b.globalLimit),
    limit: Math.max(a.limit, b.limit),
    mayAbandon: a.mayAbandon || b.mayAbandon,
    stopTasks:
      (["all", "daemon"] as const).find((each) => [a, b].some((one) => one.stopTasks === each)) ?? "none",
    isToStop:
      (["none", "daemon"] as const).find((each) => [a, b].some((one) => one.isToStop === each)) ?? "all",
    isSwept: a.isSwept || b.isSwept,
    isTold: a.isTold && b.isTold,
    keepsAlive: a.keepsAlive && b.keepsAlive,
    permits: eitherPermits(a.permits, b.permits),
    found: a.found,
    timeouts: a.timeouts,
    changedAt: Math.max(a.changedAt, b.changedAt),
  };
}

function placesInBoth(one: Places, other: Places): Places {
  return {
    targetGroups: inBoth(one.targetGroups, other.targetGroups),
    loadBalancers: inBoth(one.loadBalancers, other.loadBalancers),
  };
}

function inBoth(one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> {
  return new Set([...one].filter((each) => other.has(each)));
}

function eitherPermits(a: Permits, b: Permits): Permits {
  const least = Math.min(
    a.leavesAfter ?? Number.POSITIVE_INFINITY,
    b.leavesAfter ?? Number.POSITIVE_INFINITY,
  );
  const both = [a, b];
  return {
    discover:
      (["named", "warn"] as const).find((each) => both.some(({ discover }) => discover === each)) ?? "all",
    waitsForFound: a.waitsForFound || b.waitsForFound,
    searchesFor: Math.max(a.searchesFor, b.searchesFor),
    isMisnamed: a.isMisnamed || b.isMisnamed,
    isMistold: a.isMistold || b.isMistold,
    clusters: inBoth(a.clusters, b.clusters),
    changeable: inBoth(a.changeable, b.changeable),
    dryRun: a.dryRun || b.dryRun,
    leavesAfter: Number.isFinite(least) ? least : undefined,
    // Without the key it depends on the load balancer.
    settle: a.settle === undefined || b.settle === undefined ? undefined : Math.max(a.settle, b.settle),
    settlesByKey: Math.max(a.settlesByKey, b.settlesByKey),
    settlesAtLeast: {
      behindNetwork: Math.min(a.settlesAtLeast.behindNetwork, b.settlesAtLeast.behindNetwork),
      elsewhere: Math.min(a.settlesAtLeast.elsewhere, b.settlesAtLeast.elsewhere),
    },
    leavesFor: Math.max(a.leavesFor, b.leavesFor),
    containerInstances:
      (["never", "when_disconnected"] as const).find((each) =>
        both.some(({ containerInstances }) => containerInstances === each),
      ) ?? "always",
  };
}

/** Which tasks are stopped, as the key `stop_tasks` says, or by default. */
export function stopTasksOf(key: unknown): StopTasks {
  return key === "none" || key === "all" ? key : "daemon";
}

// Metadata that is not a JSON object is meant for somebody else.
function keysIn(metadata = ""): Keys {
  return (objectIn(metadata) ?? {}) as Keys;
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith("arn:") ? (nameOrArn.split("/")[1] ?? nameOrArn) : nameOrArn;
}

/**
 * The scope of a function that goes by its own input, where another one that goes by another input has begun the drain. What
 * either takes out or stops is allowed. When and how it ends is for the one that ends it.
 */
export function begunByAnother(own: Scope, other: Scope): Scope {
  const { patience, globalLimit, limit, mayAbandon, keepsAlive } = own;
  const either = eitherScope(own, other);
  const permits = { ...either.permits, settlesAtLeast: own.permits.settlesAtLeast };
  return { ...either, patience, globalLimit, limit, mayAbandon, keepsAlive, permits };
}
