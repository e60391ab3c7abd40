import type { RecordedCall, Simulation } from "../cloud/simulation.ts";
import type { WasTold } from "../judge/next-round.ts";
import { knownUntil } from "../judge/permits.ts";

/** What calls name that tell what a load balancer has. A list without names tells of all. */
type Asked = {
  readonly TargetGroupArn?: string;
  readonly LoadBalancerName?: string;
  readonly LoadBalancerNames?: readonly string[];
};

/** What the functions were told of load balancers, by the log of calls. `suspects` are the names under which they call AWS. */
export function toldIn(
  simulation: Pick<Simulation, "calls" | "readLag">,
  suspects: readonly string[],
): WasTold {
  return ({ kind, name }, { from, to }) =>
    simulation.calls.some(({ at, caller, error, ...call }) => {
      const shown = knownUntil(at, simulation.readLag);
      const isThen = from <= shown && shown < to;
      return isThen && suspects.includes(caller) && error === undefined && tells(call, kind, name);
    });
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
