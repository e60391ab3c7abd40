import { DescribeServicesCommand, type Service as SdkService } from "@aws-sdk/client-ecs";
import { pieces } from "../base/batches.ts";
import type { Ecs } from "./ecs-lists.ts";

/** What a service says of itself, and when (in milliseconds since 1970). */
export type ServiceEvent = { readonly at: number; readonly message: string };

/** An ECS service: where it registers its tasks, and what holds it back. */
export type Service = {
  readonly name: string;
  /** ACTIVE, DRAINING or INACTIVE. */
  readonly status: string;
  /** Whether it keeps one task on each instance. */
  readonly daemon: boolean;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** How much of the desired count must run, and may run, while tasks are replaced. */
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** The newest comes first. */
  readonly events: readonly ServiceEvent[];
  readonly targetGroups: readonly string[];
  readonly elbNames: readonly string[];
};

/** How many services DescribeServices takes. */
const SERVICES_LIMIT = 10;

/** Services by name; one that is gone is left out. Throws an AwsCallError. */
export async function describeServices(
  ecs: Ecs,
  cluster: string,
  names: readonly string[],
): Promise<Service[]> {
  const found: Service[] = [];
  for (const services of pieces(names, SERVICES_LIMIT)) {
    const page = await ecs.call("ecs:DescribeServices", () =>
      ecs.client.send(new DescribeServicesCommand({ cluster, services })),
    );
    found.push(...(page.services ?? []).map(readService));
  }
  return found;
}

function readService(service: SdkService): Service {
  const daemon = service.schedulingStrategy === "DAEMON";
  const { minimumHealthyPercent, maximumPercent } = service.deploymentConfiguration ?? {};
  return {
    name: service.serviceName as string,
    status: service.status ?? "",
    daemon,
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    pendingCount: service.pendingCount ?? 0,
    minimumHealthyPercent: minimumHealthyPercent ?? (daemon ? 0 : 100),
    maximumPercent: maximumPercent ?? (daemon ? 100 : 200),
    events: (service.events ?? []).map((each) => ({
      at: each.createdAt?.getTime() ?? 0,
      message: each.message ?? "",
    })),
    ...readLoadBalancers(service),
  };
}

// A blue/green deployment has a second target group, and task sets name load balancers of their own: ECS fills and empties
// those too.
function readLoadBalancers({ loadBalancers = [], taskSets = [] }: SdkService): {
  targetGroups: string[];
  elbNames: string[];
} {
  const all = [...loadBalancers, ...taskSets.flatMap((each) => each.loadBalancers ?? [])];
  return {
    targetGroups: all.flatMap((each) => [
      ...(each.targetGroupArn ? [each.targetGroupArn] : []),
      ...(each.advancedConfiguration?.alternateTargetGroupArn
        ? [each.advancedConfiguration.alternateTargetGroupArn]
        : []),
    ]),
    elbNames: all.flatMap((each) => each.loadBalancerName ?? []),
  };
}
