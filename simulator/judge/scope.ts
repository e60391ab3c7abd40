/** Load balancers by name. */
export type Places = {
  readonly targetGroups: ReadonlySet<string>;
  readonly loadBalancers: ReadonlySet<string>;
};

/** What a drain is told: its load balancers, and how long it may take. Those of the services on it are in the story. */
export type Scope = Places & {
  /** After this long the drain may be completed with whatever is left, in milliseconds; undefined: it never may. */
  readonly patience: number | undefined;
};

/** How long before a hook's global limit a drain may be completed at the soonest for its sake, in milliseconds. */
const BEFORE_LIMIT_MS = 120_000;
const DRAIN_TIMEOUT_SECONDS = 3600;

/** What is known of the services: which target groups and classic load balancers they register with. */
export type ServiceScope = (
  cluster: string,
  service: string,
) => { targetGroups: readonly string[]; loadBalancers: readonly string[] };

type Keys = Readonly<Record<string, unknown>>;

/**
 * The scope that deregister's input sets, with the keys of a hook's NotificationMetadata over it. The single and the
 * plural key of classic load balancers are replaced together; a target group goes by name or ARN.
 *
 * @param limit how long the hook holds an instance at the most, in milliseconds
 */
export function scopeOf(input: Keys, metadata: string | undefined, limit: number): Scope {
  const own = keysIn(metadata);
  const ofLoadBalancers = "elb_name" in own || "elb_names" in own ? own : input;
  const ofTargetGroups = "target_groups" in own ? own : input;
  return {
    targetGroups: new Set(list(ofTargetGroups.target_groups).map(nameOf)),
    loadBalancers: new Set([...list([ofLoadBalancers.elb_name]), ...list(ofLoadBalancers.elb_names)]),
    patience: patienceOf({ ...input, ...own }, limit),
  };
}

function patienceOf({ on_timeout, drain_timeout_seconds }: Keys, limit: number): number | undefined {
  if (on_timeout === "leave") return undefined;
  const seconds = typeof drain_timeout_seconds === "number" ? drain_timeout_seconds : DRAIN_TIMEOUT_SECONDS;
  return Math.min(seconds * 1_000, limit - BEFORE_LIMIT_MS);
}

// Metadata that is no JSON object is meant for somebody else.
function keysIn(metadata = ""): Keys {
  try {
    const value: unknown = JSON.parse(metadata);
    return typeof value === "object" && value !== null ? (value as Keys) : {};
  } catch {
    return {};
  }
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith("arn:") ? (nameOrArn.split("/")[1] ?? nameOrArn) : nameOrArn;
}
