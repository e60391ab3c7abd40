/** What a drain is judged on: the load balancers that its input names. Those of its services are found in the story. */
export type Scope = {
  readonly targetGroups: ReadonlySet<string>;
  readonly loadBalancers: ReadonlySet<string>;
};

/** What is known of the services: which target groups and classic load balancers they register with. */
export type ServiceScope = (
  cluster: string,
  service: string,
) => { targetGroups: readonly string[]; loadBalancers: readonly string[] };

/** The scope that a function's input sets, in single and plural keys; a target group goes by name or ARN. */
export function scopeOf(input: Readonly<Record<string, unknown>>): Scope {
  return {
    targetGroups: new Set(list(input.target_groups).map(nameOf)),
    loadBalancers: new Set([...list([input.elb_name]), ...list(input.elb_names)]),
  };
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith("arn:") ? (nameOrArn.split("/")[1] ?? nameOrArn) : nameOrArn;
}
