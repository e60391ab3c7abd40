/** The load balancers that a drain is told of. Those of the services on its instance are found in the story. */
export type Scope = {
  readonly targetGroups: ReadonlySet<string>;
  readonly loadBalancers: ReadonlySet<string>;
};

/** What is known of the services: which target groups and classic load balancers they register with. */
export type ServiceScope = (
  cluster: string,
  service: string,
) => { targetGroups: readonly string[]; loadBalancers: readonly string[] };

type Keys = Readonly<Record<string, unknown>>;

/**
 * The scope that deregister's input sets, with the keys of a hook's NotificationMetadata over it. The single and the
 * plural key of classic load balancers are replaced together; a target group goes by name or ARN.
 */
export function scopeOf(input: Keys, metadata: string | undefined): Scope {
  const own = keysIn(metadata);
  const ofLoadBalancers = "elb_name" in own || "elb_names" in own ? own : input;
  const ofTargetGroups = "target_groups" in own ? own : input;
  return {
    targetGroups: new Set(list(ofTargetGroups.target_groups).map(nameOf)),
    loadBalancers: new Set([...list([ofLoadBalancers.elb_name]), ...list(ofLoadBalancers.elb_names)]),
  };
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
