import type { RecordedCall, Simulation } from "../cloud/simulation.ts";
import type { ToldUntil } from "../judge/next-round.ts";
import { knownUntil } from "../judge/permits.ts";

/** What calls name that tell what a load balancer has. A list without names tells of all. */
type Asked = {
  readonly TargetGroupArn?: string;
  readonly LoadBalancerName?: string;
  readonly LoadBalancerNames?: readonly string[];
};

/** Up to when the functions know what load balancers have, by the log of calls. `suspects` are the names under which they call AWS. */
export function toldIn(simulation: Simulation, suspects: readonly string[]): ToldUntil {
  return ({ kind, name }, before) => {
    const told = simulation.calls.findLast(
      ({ at, caller, error, ...call }) =>
        at <= before && suspects.includes(caller) && error === undefined && tells(call, kind, name),
    );
    return told && knownUntil(told.at, simulation.readLag);
  };
}

function tells(
  { action, input }: Pick<RecordedCall, "action" | "input">,
  kind: "target" | "classic",
  name: string,
): boolean {
  const { TargetGroupArn: arn, LoadBalancerName: one, LoadBalancerNames: some = [] } = input as Asked;
  if (action === "elbv2:DescribeTargetHealth") return kind === "target" && groupOf(arn) === name;
  if (action === "elb:DescribeInstanceHealth") return kind === "classic" && one === name;
  const isListed = some.length === 0 || some.includes(name);
  return action === "elb:DescribeLoadBalancers" && kind === "classic" && isListed;
}

function groupOf(arn = ""): string {
  return arn.split("/")[1] ?? "";
}
